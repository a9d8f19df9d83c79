import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { cameraToBrowser } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { offerSdp } from '../support/offer';
import { udpSocketsOf } from '../support/sockets';
import { waitFor } from '../support/waitFor';

const asOffer = (sdp: string) => JSON.stringify({ type: 'offer', sdp });

const BAD_OFFERS: { name: string; body: string; status: number }[] = [
  { name: 'empty', body: '', status: 400 },
  { name: 'not JSON', body: 'v=0', status: 400 },
  { name: 'JSON of another kind', body: '[1, 2]', status: 400 },
  { name: 'null', body: 'null', status: 400 },
  { name: 'not SDP', body: asOffer('hello'), status: 400 },
  { name: 'empty SDP', body: asOffer(''), status: 400 },
  { name: 'JSON cut short', body: asOffer(offerSdp()).slice(0, 300), status: 400 },
  { name: 'SDP cut short', body: asOffer(offerSdp().slice(0, 300)), status: 400 },
  { name: '1 MB long', body: asOffer(offerSdp() + 'a=x\r\n'.repeat(200_000)), status: 413 },
  { name: 'without an m-line', body: asOffer(offerSdp({ media: [] })), status: 400 },
  { name: 'without ice-ufrag', body: asOffer(offerSdp({ ufrag: false })), status: 400 },
  { name: 'without a fingerprint', body: asOffer(offerSdp({ fingerprint: false })), status: 400 },
  {
    name: 'of type answer',
    body: JSON.stringify({ type: 'answer', sdp: offerSdp() }),
    status: 400,
  },
];

describe('an offer that cannot be answered', () => {
  let nodeRed: NodeRed;
  let address: string;
  let idleSockets: string[];
  const post = (body: string) => fetch(address, { method: 'POST', body });
  const refusals = () => nodeRed.log.match(/^.*refused with.*$/gm) ?? [];

  before(async () => {
    nodeRed = await NodeRed.start({ flows: cameraToBrowser() });
    address = `${nodeRed.origin}/rtcbot/connect`;
    await warmUpIsOver();
    idleSockets = udpSocketsOf(nodeRed.pid);
  });
  after(() => nodeRed?.stop());

  /** The engine's own handshakes at deploy hold sockets for a moment. */
  async function warmUpIsOver(): Promise<void> {
    let quietSince = performance.now();
    await waitFor('end of the warm-up', 30_000, () => {
      if (udpSocketsOf(nodeRed.pid).length > 0) quietSince = performance.now();
      return performance.now() - quietSince > 2000;
    });
  }

  it('is told in one log line', async () => {
    await post('');
    await waitFor('log line', 15_000, () => refusals().length > 0);
    assert.equal(refusals().length, 1);
    assert.match(refusals()[0] ?? '', /400.*empty/);
  });

  for (const { name, body, status } of BAD_OFFERS) {
    it(`gets ${status} with one line when it is ${name}`, async () => {
      const linesBefore = refusals().length;
      const response = await post(body);
      const text = await response.text();
      assert.equal(response.status, status, text);
      assert.match(text, /^[^\r\n]{5,300}\r?\n?$/);
      assert.ok(refusals().length <= linesBefore + 1);
      await waitFor('end without sockets left', 15_000, () => {
        return udpSocketsOf(nodeRed.pid).length <= idleSockets.length;
      });
    });
  }

  it('does no harm: a good one is answered afterwards', async () => {
    const response = await post(asOffer(offerSdp()));
    assert.equal(response.status, 200);
    const answer = (await response.json()) as { type: string; sdp: string };
    assert.deepEqual(Object.keys(answer).sort(), ['sdp', 'type']);
    assert.equal(answer.type, 'answer');
  });
});
