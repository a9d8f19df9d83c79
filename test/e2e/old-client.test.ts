import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { flowNode, TAB } from '../support/flowNode';
import { cameraNode, connectionNode } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { observed, observers } from '../support/observers';
import { PythonProgram } from '../support/PythonProgram';
import { udpSocketsOf } from '../support/sockets';
import { waitFor } from '../support/waitFor';

/** The programs of other tests load both cores. */
const LIMIT_MS = 30_000;
const FRAMES = 30;

/** A camera to see, and a flow that sends back what it is told. */
const flows = [
  TAB,
  cameraNode(),
  connectionNode({ wires: [['echo'], [], [], ['events']] }),
  flowNode('echo', 'function', { func: 'return msg;', wires: [['connection']] }),
  ...observers(),
];

const skip = process.env.SKIP_BROWSERS === '1' && 'SKIP_BROWSERS=1: needs python3-aiortc';

describe("RTCBot's Python client", { skip }, () => {
  let nodeRed: NodeRed;
  let client: PythonProgram;
  before(async () => {
    nodeRed = await NodeRed.start({ flows });
    client = new PythonProgram('oldClient.py', [`${nodeRed.origin}/rtcbot`]);
  });
  after(async () => {
    await client?.stop();
    await nodeRed?.stop();
  });

  it('gets an answer to its offer of the old kind, in the same kind and with no key too many', async () => {
    const { data, users } = await client.heard('offer', LIMIT_MS);
    assert.match(String(data), /^m=application \d+ DTLS\/SCTP 5000$/);
    assert.equal((users as string[]).length, 2, 'each m-section has credentials of its own');
    const answer = await client.heard('answer', LIMIT_MS);
    assert.match(String(answer.type), /^application\/json/);
    assert.deepEqual(answer.keys, ['sdp', 'type']);
    assert.equal(answer.data, true);
  });

  it('sees the camera', async () => {
    const frame = await client.heard('frame', LIMIT_MS, ({ count }) => Number(count) >= FRAMES);
    assert.deepEqual([frame.width, frame.height], [640, 480]);
  });

  it('exchanges messages with the flow', async () => {
    await client.heard('open', LIMIT_MS);
    const messages = ['"hello"', '{"speed":0.5,"turn":[1,null,true]}', '"Grüße, 世界 🤖"', '42'];
    for (const message of messages) client.write(message);
    const heard = () => client.happenings.filter(({ event }) => event === 'message');
    await waitFor('all echoes', LIMIT_MS, () => heard().length === messages.length);
    assert.deepEqual(
      heard().map(({ text }) => text),
      messages,
    );
  });

  it('is noticed when it leaves, and leaves nothing behind', async () => {
    await client.stop();
    const gone = await waitFor('its end', LIMIT_MS, async () => {
      const { events } = await observed(nodeRed);
      return events.find(({ payload }) => payload === 'disconnected');
    });
    assert.equal(gone.reason, 'page closed');
    await waitFor('end of its sockets', LIMIT_MS, () => udpSocketsOf(nodeRed.pid).length === 0);
    assert.equal(client.errors, '');
  });
});
