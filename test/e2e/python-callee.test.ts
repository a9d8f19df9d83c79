import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { flowNode, TAB } from '../support/flowNode';
import { cameraNode, connectionNode } from '../support/flows';
import { mediaObservers, seenMedia } from '../support/mediaObservers';
import { NodeRed } from '../support/NodeRed';
import { observed, observers } from '../support/observers';
import { PythonProgram } from '../support/PythonProgram';
import { waitFor } from '../support/waitFor';

/** The programs of other tests load both cores. */
const LIMIT_MS = 30_000;
const FRAMES = 20;

/** A camera for the callee, what the callee shows and answers, and a message for it. */
const flows = (address: string) => [
  TAB,
  cameraNode({ wires: [['call'], []] }),
  connectionNode({
    id: 'call',
    signaling: 'call',
    address,
    video: 'frames',
    wires: [['events'], ['frames'], [], ['events']],
  }),
  flowNode('say', 'inject', {
    props: [{ p: 'payload' }],
    payload: '{"speed":0.5}',
    payloadType: 'json',
    wires: [['call']],
  }),
  ...observers(),
  ...mediaObservers(),
];

const skip = process.env.SKIP_BROWSERS === '1' && 'SKIP_BROWSERS=1: needs python3-aiortc';

describe('a call to a program with aiortc, as RTCBot is one', { skip }, () => {
  let nodeRed: NodeRed;
  let callee: PythonProgram;
  let port: number;
  before(async () => {
    callee = new PythonProgram('callee.py');
    port = Number((await callee.heard('listening', LIMIT_MS)).port);
    nodeRed = await NodeRed.start({ flows: flows(`http://127.0.0.1:${port}/connect`) });
  });
  after(async () => {
    await callee?.stop();
    await nodeRed?.stop();
  });

  const events = async () => (await observed(nodeRed)).events.map(({ payload }) => payload);

  it('shows the callee the camera, and the flow what the callee sends', async () => {
    const { keys } = await callee.heard('offer', LIMIT_MS);
    assert.deepEqual(keys, ['sdp', 'type']);
    const seen = await callee.heard('frame', LIMIT_MS, ({ count }) => Number(count) >= FRAMES);
    assert.deepEqual([seen.width, seen.height], [640, 480]);
    await waitFor('frames of the callee', LIMIT_MS, async () => {
      return (await seenMedia(nodeRed)).frames.length >= FRAMES;
    });
  });

  it('exchanges messages', async () => {
    await fetch(`${nodeRed.origin}/inject/say`, { method: 'POST' });
    const { text } = await callee.heard('message', LIMIT_MS);
    assert.equal(text, '{"speed":0.5}');
    await waitFor('answer', LIMIT_MS, async () => {
      return (await events()).some(each => JSON.stringify(each) === '{"heard":{"speed":0.5}}');
    });
  });

  it('goes on with the next run of the program', async () => {
    await callee.stop();
    await waitFor('end', LIMIT_MS, async () => (await events()).includes('disconnected'));
    // Its encoder writes what it does.
    assert.doesNotMatch(callee.errors, /Traceback|never retrieved/);
    callee = new PythonProgram('callee.py', [String(port)]);
    await callee.heard('frame', LIMIT_MS, ({ count }) => Number(count) >= FRAMES);
  });
});
