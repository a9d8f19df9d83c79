import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { flowNode, TAB } from '../support/flowNode';
import { connectionNode } from '../support/flows';
import { type LoadedFlow, loadFlow, type NodeStatusCall } from '../support/nodeTestHelper';
import { offerSdp } from '../support/offer';
import { waitFor } from '../support/waitFor';

describe('rtc-connection', () => {
  let flow: LoadedFlow;
  afterEach(() => flow.unload());

  /** Waits until the newest status of a node fits. */
  const statusOf = (id: string, fits: (status: NodeStatusCall) => boolean) =>
    waitFor(`status of ${id}`, 15_000, () => {
      const last = flow.statuses(id).at(-1);
      return last && fits(last) ? last : undefined;
    });

  it('works as it was dropped: shows a status that is not red', async () => {
    flow = await loadFlow(
      ['rtc-connection'],
      [TAB, connectionNode(), flowNode('events', 'helper')],
    );
    await statusOf('connection', ({ fill }) => fill !== 'red');
  });

  it('says so when another node has its path', async () => {
    flow = await loadFlow(
      ['rtc-connection'],
      [
        TAB,
        connectionNode({ id: 'first', wires: [] }),
        connectionNode({ id: 'second', wires: [] }),
        connectionNode({ id: 'elsewhere', path: '/elsewhere', wires: [] }),
      ],
    );
    await statusOf('second', ({ fill }) => fill === 'red');
    await statusOf('first', ({ fill }) => fill !== 'red');
    await statusOf('elsewhere', ({ fill }) => fill !== 'red');
  });

  describe('with wired signaling', () => {
    const load = async () => {
      flow = await loadFlow(
        ['rtc-connection'],
        [
          TAB,
          connectionNode({
            signaling: 'wired',
            outputs: 5,
            wires: [[], [], [], [], ['answers']],
          }),
          flowNode('answers', 'helper'),
          flowNode('catch', 'catch', { scope: null, uncaught: false, wires: [['errors']] }),
          flowNode('errors', 'helper'),
        ],
      );
      await waitFor('status', 15_000, () => flow.statuses('connection').length > 0);
    };

    it('answers an offer that comes as a message, and keeps what http response needs', async () => {
      await load();
      const res = { of: 'http in' };
      const offer = { type: 'offer', sdp: offerSdp({ media: ['application'] }) };
      flow.node('connection').receive({ payload: offer, req: {}, res });
      const answer = await waitFor('answer', 10_000, () => flow.messages('answers')[0]);
      const { type, sdp } = answer.payload as { type: string; sdp: string };
      assert.equal(type, 'answer');
      assert.match(sdp, /^m=application/m);
      assert.deepEqual(answer.res, res);
    });

    it('answers a bad offer with the status 400, ready for http response', async () => {
      await load();
      flow.node('connection').receive({ payload: { type: 'offer', sdp: 'x' }, req: {}, res: {} });
      const answer = await waitFor('answer', 15_000, () => flow.messages('answers')[0]);
      assert.equal(answer.statusCode, 400);
      assert.match(String(answer.payload), /offer/i);
    });
  });
});
