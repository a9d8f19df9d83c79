import { after, before, describe, it } from 'node:test';
import {
  assertForeignPagesGetNothing,
  assertFriendIsLetIn,
  assertOwnPagesAreLive,
  assertReboundPageGetsNothing,
  flowsToAttack,
  launchBrowsers,
  startForeignServer,
} from '../../support/foreignPages';
import type { HttpServer } from '../../support/HttpServer';
import { NodeRed } from '../../support/NodeRed';
import type { TestBrowser } from '../../support/TestBrowser';

/** bcrypt of "let me in". */
const PASSWORD_HASH = '$2b$08$mLvV5TvhrIc.24KaEObp.ORRvlJQKw1HOrcT5aPKhFOby.lWrOEWi';

// The editor of Node-RED 4 stands in front of the endpoints, and opens what it serves to all origins.
describe('with the editor in front, behind a login', () => {
  let browsers: TestBrowser[] = [];
  let foreign: HttpServer;
  let nodeRed: NodeRed;
  before(async () => {
    foreign = await startForeignServer();
    nodeRed = await NodeRed.start({
      flows: flowsToAttack(`http://friend.example:${foreign.port}`),
      settings: `adminAuth: {
    type: 'credentials',
    users: [{ username: 'admin', password: '${PASSWORD_HASH}', permissions: '*' }],
  },`,
    });
    browsers = await launchBrowsers();
  });
  after(async () => {
    await Promise.all(browsers.map(browser => browser.close()));
    await nodeRed?.stop();
    await foreign?.close();
  });
  const inEach = async (check: (browser: TestBrowser) => Promise<void>) => {
    for (const browser of browsers) await check(browser);
  };

  it('a page of another server gets nothing and does nothing', () =>
    inEach(browser => assertForeignPagesGetNothing(browser, { nodeRed, foreign })));

  it('a page under a name that has come to mean this machine gets nothing', () =>
    inEach(browser => assertReboundPageGetsNothing(browser, nodeRed)));

  it('a page of the allow list connects, and shows the page in a frame', () =>
    inEach(browser => assertFriendIsLetIn(browser, { nodeRed, foreign })));

  it('the own page is live under each local name and behind reverse proxies', () =>
    inEach(browser => assertOwnPagesAreLive(browser, nodeRed)));
});
