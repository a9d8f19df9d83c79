import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { cameraToBrowser } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { offerSdp } from '../support/offer';

/** bcrypt of "let me in". */
const PASSWORD_HASH = '$2b$08$mLvV5TvhrIc.24KaEObp.ORRvlJQKw1HOrcT5aPKhFOby.lWrOEWi';

describe('the settings of Node-RED for HTTP nodes', () => {
  let nodeRed: NodeRed;
  before(async () => {
    nodeRed = await NodeRed.start({
      flows: cameraToBrowser(),
      settings: `httpNodeRoot: '/robot',
  httpNodeAuth: { user: 'robot', pass: '${PASSWORD_HASH}' },
  httpNodeCors: { origin: 'http://elsewhere.example', methods: 'GET,POST' },
  httpNodeMiddleware: (request, response, next) => {
    response.setHeader('X-Middleware', 'was here');
    next();
  },`,
    });
  });
  after(() => nodeRed?.stop());

  const authorization = `Basic ${Buffer.from('robot:let me in').toString('base64')}`;
  const request = (path: string, init: RequestInit = {}) => fetch(nodeRed.origin + path, init);
  const offer = JSON.stringify({ type: 'offer', sdp: offerSdp() });

  it('guard the page, the library and the signaling by httpNodeAuth', async () => {
    assert.equal((await request('/robot/rtcbot')).status, 401);
    assert.equal((await request('/robot/rtcbot/rtcbot.js')).status, 401);
    const refused = await request('/robot/rtcbot/connect', { method: 'POST', body: offer });
    assert.equal(refused.status, 401);
    const headers = { Authorization: authorization };
    const init = { method: 'POST', body: offer, headers };
    assert.equal((await request('/robot/rtcbot/connect', init)).status, 200);
  });

  it('move it below httpNodeRoot, and the page knows', async () => {
    assert.equal((await request('/rtcbot')).status, 404);
    const page = await request('/robot/rtcbot', { headers: { Authorization: authorization } });
    assert.equal(page.status, 200);
    assert.match(await page.text(), /["']\/robot\/rtcbot\/rtcbot\.m?js["']/);
  });

  it('pass its requests through httpNodeMiddleware and httpNodeCors', async () => {
    const page = await request('/robot/rtcbot', {
      headers: { Authorization: authorization, Origin: 'http://elsewhere.example' },
    });
    assert.equal(page.headers.get('x-middleware'), 'was here');
    assert.equal(page.headers.get('access-control-allow-origin'), 'http://elsewhere.example');
  });
});
