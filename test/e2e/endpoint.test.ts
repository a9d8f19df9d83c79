import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { cameraToBrowser, connectionNode } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { observed } from '../support/observers';
import { offerSdp } from '../support/offer';
import { udpSocketsOf } from '../support/sockets';
import { waitFor } from '../support/waitFor';

/** One more node on a path of its own, its events not recorded. */
const connectionAt = (id: string, path: string, settings = {}) =>
  connectionNode({ id, path, wires: [[], [], [], []], ...settings });

describe('the endpoint', () => {
  let nodeRed: NodeRed;
  before(async () => {
    nodeRed = await NodeRed.start();
    // Deployed, not given at the start: credentials come with a deploy.
    await nodeRed.deploy([
      ...cameraToBrowser(),
      connectionAt('guarded', '/guarded', { credentials: { token: 'open sesame' } }),
      connectionAt('lost', '/lost', { guarded: true }),
      connectionAt('small', '/small', { maxPeers: '1' }),
      connectionAt('bare', '/bare', { page: false }),
    ]);
  });
  after(() => nodeRed?.stop());

  const get = (path: string) => fetch(nodeRed.origin + path);
  const offerTo = (path: string, sdp: string, headers = {}) =>
    fetch(nodeRed.origin + path, {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain;charset=UTF-8', ...headers },
      body: JSON.stringify({ type: 'offer', sdp }),
    });
  const mLines = (sdp: string) => sdp.match(/^m=.*$/gm) ?? [];

  it('serves the page and the library', async () => {
    const page = await get('/rtcbot');
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(await page.text(), /<rtcbot-player/);

    const library = await get('/rtcbot/rtcbot.js');
    assert.equal(library.status, 200);
    assert.match(library.headers.get('content-type') ?? '', /javascript/);
    assert.match(await library.text(), /RTCConnection/);
  });

  it('leaves its address to others when the page is switched off, not the library', async () => {
    assert.equal((await get('/bare')).status, 404);
    assert.equal((await get('/bare/rtcbot.js')).status, 200);
  });

  it('answers a video offer with H264, a stream id and candidates', async () => {
    const response = await offerTo('/rtcbot/connect', offerSdp());
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    const { sdp } = (await response.json()) as { sdp: string };
    assert.match(sdp, /^a=sendonly\r$/m);
    assert.match(sdp, /^a=msid:(?!-)\S+ \S+\r$/m);
    assert.match(sdp, /^a=rtpmap:102 H264\/90000\r$/m);
    assert.match(sdp, /^a=candidate:/m);
    assert.doesNotMatch(sdp, /\.local /);
  });

  it('answers a data-only offer with data only', async () => {
    const response = await offerTo('/rtcbot/connect', offerSdp({ media: ['application'] }));
    assert.equal(response.status, 200);
    const { sdp } = (await response.json()) as { sdp: string };
    assert.deepEqual(
      mLines(sdp).map(line => line.split(' ')[0]),
      ['m=application'],
    );
  });

  it('takes an offer that is posted as a form, as curl does it, behind the parsers of the editor', async () => {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const response = await offerTo('/rtcbot/connect', offerSdp(), type);
    assert.equal(response.status, 200);
    assert.equal(response.headers.has('access-control-allow-origin'), false);
  });

  it('asks for the token where one is set, and only there', async () => {
    const data = offerSdp({ media: ['application'] });
    const refused = await offerTo('/guarded/connect', data);
    assert.equal(refused.status, 401);
    const wrong = await offerTo('/guarded/connect?token=close+sesame', data);
    assert.equal(wrong.status, 401);
    const byQuery = await offerTo('/guarded/connect?token=open+sesame', data);
    assert.equal(byQuery.status, 200);
    assert.equal((await offerTo('/rtcbot/connect', data)).status, 200);
    assert.doesNotMatch(nodeRed.log, /sesame/);
  });

  it('does not stand open when the token that it had is gone', async () => {
    assert.equal((await offerTo('/lost/connect', offerSdp())).status, 404);
    assert.equal((await get('/lost')).status, 404);
    assert.match(nodeRed.log, /\[rtc-connection:lost\] The access token is gone/);
  });

  it('refuses more peers than the node takes', async () => {
    assert.equal((await offerTo('/small/connect', offerSdp())).status, 200);
    const refused = await offerTo('/small/connect', offerSdp());
    assert.equal(refused.status, 503);
    assert.match(await refused.text(), /place|peer/i);
  });

  it('gives up on a peer that never connects after 10 s, with everything it held', async () => {
    assert.ok(udpSocketsOf(nodeRed.pid).length > 0, 'the peers of the tests above hold sockets');
    await waitFor('end of the silent peers', 15_000, () => udpSocketsOf(nodeRed.pid).length === 0);
    assert.equal((await offerTo('/small/connect', offerSdp())).status, 200);
  });

  it('is not shared: the second node on a path says so, and takes over when it is free', async () => {
    const second = connectionAt('second', '/rtcbot');
    const flows = cameraToBrowser();
    await nodeRed.deploy([...flows, second]);
    const statusOf = async (id: string) =>
      (await observed(nodeRed)).statuses.filter(({ node }) => node === id).at(-1);
    const status = await waitFor('status', 15_000, async () => {
      const last = await statusOf('second');
      return last?.fill === 'red' ? last : undefined;
    });
    assert.match(status.text, /path|rtcbot/i);
    assert.equal((await get('/rtcbot')).status, 200);

    await nodeRed.deploy([...flows.filter(({ id }) => id !== 'connection'), second], {
      type: 'nodes',
    });
    await waitFor('new status', 15_000, async () => (await statusOf('second'))?.fill !== 'red');
    assert.equal((await get('/rtcbot')).status, 200);
    assert.equal((await offerTo('/rtcbot/connect', offerSdp())).status, 200);
  });

  it('is gone when its node is deleted', async () => {
    await nodeRed.deploy(
      cameraToBrowser().filter(({ type }) => type !== 'rtc-connection' && type !== 'rtc-camera'),
    );
    assert.equal((await get('/rtcbot')).status, 404);
    assert.equal((await get('/rtcbot/rtcbot.js')).status, 404);
    assert.equal((await offerTo('/rtcbot/connect', offerSdp())).status, 404);
    await waitFor('end without sockets', 15_000, () => udpSocketsOf(nodeRed.pid).length === 0);
    await waitFor('end without processes', 15_000, () => nodeRed.descendants.length === 0);
  });
});
