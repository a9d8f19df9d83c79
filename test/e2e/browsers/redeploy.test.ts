import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { cameraToBrowser } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { assertLive } from '../../support/pictureClock';
import { udpSocketsOf } from '../../support/sockets';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

/** How soon everything of a deleted flow must be gone, in ms. */
const CLOSE_LIMIT_MS = 2000;

describe('a page that is open', () => {
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  let page: TestPage;
  before(async () => {
    nodeRed = await NodeRed.start({ flows: cameraToBrowser() });
    browser = await launchChromium();
    page = await browser.open(`${nodeRed.origin}/rtcbot`);
    await assertLive(page);
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  /** The page has not been loaded again: only the connection is new. */
  const mark = () => page.evaluate('window.marked = true');
  const isMarked = () => page.evaluate<boolean>('window.marked === true');

  it('shows the picture again after a full deploy, and nothing of the old flow is left', async () => {
    await mark();
    const before = new Set(nodeRed.descendants.map(({ pid }) => pid));
    await nodeRed.deploy(cameraToBrowser({ camera: { name: 'another' } }));
    await waitFor('end of the old processes', CLOSE_LIMIT_MS, () =>
      nodeRed.descendants.every(({ pid }) => !before.has(pid)),
    );
    await waitFor('new connection', 15_000, async () => {
      const states = await page.evaluate<string[]>('inPage.connections()');
      return states.length > 1 && states.at(-1) === 'connected';
    });
    await assertLive(page);
    assert.ok(await isMarked());
  });

  it('keeps the connection when only the camera is deployed anew', async () => {
    const made = async () => (await page.evaluate<string[]>('inPage.connections()')).length;
    const before = await made();
    await nodeRed.deploy(cameraToBrowser({ camera: { name: 'a third' } }), { type: 'nodes' });
    await assertLive(page);
    assert.equal(await made(), before);
  });

  it('connects again by itself when Node-RED was restarted', async () => {
    await mark();
    const before = (await page.evaluate<string[]>('inPage.connections()')).length;
    await nodeRed.restart();
    await waitFor('new connection', 20_000, async () => {
      const states = await page.evaluate<string[]>('inPage.connections()');
      return states.length > before && states.at(-1) === 'connected';
    });
    await assertLive(page);
    assert.ok(await isMarked());
  });

  it('keeps nothing alive when the nodes are deleted: no process, no socket, no route', async () => {
    const rest = cameraToBrowser().filter(({ type }) => !type.startsWith('rtc-'));
    await nodeRed.deploy(rest);
    await waitFor('end of all processes', CLOSE_LIMIT_MS, () => nodeRed.descendants.length === 0);
    await waitFor('end of all sockets', CLOSE_LIMIT_MS, () => {
      return udpSocketsOf(nodeRed.pid).length === 0;
    });
    assert.equal((await fetch(`${nodeRed.origin}/rtcbot`)).status, 404);
    assert.equal((await fetch(`${nodeRed.origin}/observed`)).status, 200);
  });
});
