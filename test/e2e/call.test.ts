import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { flowNode, TAB } from '../support/flowNode';
import { cameraNode, connectionNode, exampleFlow } from '../support/flows';
import { freePort } from '../support/freePort';
import { mediaObservers, seenMedia } from '../support/mediaObservers';
import { NodeRed } from '../support/NodeRed';
import { observed, observers } from '../support/observers';
import { udpSocketsOf } from '../support/sockets';
import { waitFor } from '../support/waitFor';

/** The programs of other tests load both cores. */
const LIMIT_MS = 30_000;
const FRAMES = 10;
/** Longest pause between two calls, and some time for the call itself. */
const RECALL_MS = 40_000;

/** A robot with a camera that takes calls, shows who calls, and answers. */
const robot = [
  TAB,
  cameraNode({ wires: [['robot'], []] }),
  connectionNode({
    id: 'robot',
    path: '/robot',
    maxPeers: '1',
    video: 'frames',
    credentials: { token: 'open sesame' },
    wires: [['answer'], ['frames'], [], ['events']],
  }),
  flowNode('answer', 'function', {
    func: 'msg.payload = { heard: msg.payload }; return msg;',
    wires: [['robot']],
  }),
  ...observers(),
  ...mediaObservers(),
];

/** Who calls it, and shows it another camera. */
const caller = (address: string, token = 'open sesame') => [
  TAB,
  cameraNode({ wires: [['call'], []] }),
  connectionNode({
    id: 'call',
    signaling: 'call',
    address,
    video: 'frames',
    credentials: { token },
    wires: [['events'], ['frames'], [], ['events']],
  }),
  flowNode('say', 'inject', {
    props: [{ p: 'payload' }],
    payload: '{"speed":0.5}',
    payloadType: 'json',
    wires: [['call']],
  }),
  ...['call', 'close'].map(command =>
    flowNode(command === 'call' ? 'now' : 'hang-up', 'inject', {
      props: [{ p: 'command', v: command, vt: 'str' }],
      wires: [['call']],
    }),
  ),
  ...observers(),
  ...mediaObservers(),
];

const press = (nodeRed: NodeRed, button: string) =>
  fetch(`${nodeRed.origin}/inject/${button}`, { method: 'POST' });

describe('a call from one Node-RED to another', () => {
  let callee: NodeRed;
  let calling: NodeRed;
  before(async () => {
    callee = await NodeRed.start();
    calling = await NodeRed.start();
    // Deployed, not given at the start: credentials come with a deploy.
    await callee.deploy(robot);
    await calling.deploy(caller(`${callee.origin}/robot`));
  });
  after(async () => {
    await calling?.stop();
    await callee?.stop();
  });

  const eventsOf = async (nodeRed: NodeRed) =>
    (await observed(nodeRed)).events.filter(({ payload }) => typeof payload === 'string');
  const endings = async () =>
    (await eventsOf(calling)).filter(({ payload }) => payload === 'disconnected');
  const statusOf = async (fits: RegExp) => {
    const { statuses } = await observed(calling);
    const last = statuses.filter(({ node }) => node === 'call').at(-1);
    return fits.test(last?.text ?? '') && last;
  };
  /** Pictures of a peer of now, unlike those from before. */
  const picturesOf = (nodeRed: NodeRed, limitMs = LIMIT_MS) =>
    waitFor('pictures of the newest peer', limitMs, async () => {
      const { payload, peer } = (await eventsOf(nodeRed)).at(-1) ?? {};
      if (payload !== 'connected') return false;
      const { frames } = await seenMedia(nodeRed);
      return frames.filter(frame => frame.peer === peer).length >= FRAMES;
    });

  it('shows each the camera of the other', async () => {
    await Promise.all([picturesOf(calling), picturesOf(callee)]);
    await waitFor('status', LIMIT_MS, () => statusOf(/^1 peer$/));
  });

  it('carries messages there and back', async () => {
    await press(calling, 'say');
    await waitFor('answer', LIMIT_MS, async () => {
      const { events } = await observed(calling);
      return events.some(({ payload }) => JSON.stringify(payload) === '{"heard":{"speed":0.5}}');
    });
  });

  it('is made again within seconds when the robot is deployed anew', async () => {
    const before = (await endings()).length;
    await callee.deploy(robot);
    await waitFor('end', LIMIT_MS, async () => (await endings()).length > before);
    assert.equal((await endings()).at(-1)?.reason, 'hung up');
    await picturesOf(calling, RECALL_MS);
  });

  it('is made again within seconds when the Node-RED of the robot is back', async () => {
    const before = (await endings()).length;
    await callee.restart();
    await waitFor('end', LIMIT_MS, async () => (await endings()).length > before);
    await picturesOf(calling, RECALL_MS);
    await picturesOf(callee);
  });

  it('is ended by the flow, and made again when the flow wants it', async () => {
    const before = (await endings()).length;
    await press(calling, 'hang-up');
    await waitFor('status', LIMIT_MS, () => statusOf(/^hung up$/));
    // The status may be there a moment before the event.
    await waitFor('end', LIMIT_MS, async () => (await endings()).length > before);
    await waitFor('end at the robot', LIMIT_MS, async () => {
      return (await eventsOf(callee)).at(-1)?.reason === 'page closed';
    });
    await press(calling, 'now');
    await picturesOf(calling);
  });

  it('says why it does not get through, and when it tries again', async () => {
    const port = await freePort();
    for (const [flows, text] of [
      [caller(`${callee.origin}/robot`, 'close sesame'), /401.*enter the token/],
      [caller(`${callee.origin}/nowhere`), /no endpoint at http.*\/nowhere/],
      [
        caller(`http://127.0.0.1:${port}/robot`),
        new RegExp(`:${port}/robot cannot be reached \\(.*ECONNREFUSED.*check`),
      ],
    ] as const) {
      await calling.deploy(flows);
      await waitFor(`error like ${text}`, LIMIT_MS, async () => {
        return (await observed(calling)).errors.some(error => text.test(error.text));
      });
    }
    await waitFor('status', LIMIT_MS, () => statusOf(/^retry in \d s$/));
    assert.doesNotMatch(calling.log, /sesame/);
  });

  it('leaves nothing behind when its node is deleted, on neither side', async () => {
    await calling.deploy(caller(`${callee.origin}/robot`));
    await picturesOf(calling);
    await calling.deploy(caller('').filter(({ type }) => !type.startsWith('rtc-')));
    for (const nodeRed of [calling, callee]) {
      await waitFor('end of all sockets', LIMIT_MS, () => udpSocketsOf(nodeRed.pid).length === 0);
    }
    await waitFor('end of all processes', LIMIT_MS, () => calling.descendants.length === 0);
  });

  it('runs against itself in the example "15 Two Node-REDs"', async () => {
    const flow = exampleFlow('15 Two Node-REDs').map(node => ({
      ...node,
      // The example is for the usual port. The display is looked at over HTTP.
      ...(node.address ? { address: `${calling.origin}/rtcbot` } : {}),
      ...(node.type === 'rtc-display' ? { http: true, path: '/seen' } : {}),
      ...(node.name === 'messages' ? { console: true } : {}),
    }));
    await calling.deploy(flow);
    const picture = await waitFor('picture on the display', LIMIT_MS, async () => {
      const response = await fetch(`${calling.origin}/seen.jpg`);
      return response.ok && Buffer.from(await response.arrayBuffer());
    });
    assert.equal(picture.readUInt16BE(0), 0xffd8);
    const button = flow.find(({ type }) => type === 'inject')?.id ?? '';
    await waitFor(
      'answer in the log',
      LIMIT_MS,
      async () => {
        await press(calling, button);
        return /heard: \{ say: 'hello' \}/.test(calling.log);
      },
      { everyMs: 500 },
    );
  });
});
