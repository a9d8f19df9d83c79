import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { type FlowNode, flowNode, TAB } from '../support/flowNode';
import { cameraNode } from '../support/flows';
import { type LoadedFlow, loadFlow, type Message } from '../support/nodeTestHelper';
import { waitFor } from '../support/waitFor';

describe('rtc-camera', () => {
  let flow: LoadedFlow;
  afterEach(() => flow.unload());

  const tracks = () => flow.messages('tracks');
  const frames = () => flow.messages('frames');
  const isFrame = (message: Message) => Buffer.isBuffer(message.payload);

  /** Starts a camera with both outputs wired, or only the first. */
  async function load(settings: Partial<FlowNode> = {}, { wireFrames = true } = {}): Promise<void> {
    flow = await loadFlow(
      ['camera'],
      [
        TAB,
        cameraNode({ wires: [['tracks'], wireFrames ? ['frames'] : []], ...settings }),
        flowNode('tracks', 'helper'),
        flowNode('frames', 'helper'),
        flowNode('catch', 'catch', { scope: null, uncaught: false, wires: [['errors']] }),
        flowNode('errors', 'helper'),
      ],
    );
  }

  it('works as it was dropped: sends its track once and shows a status', async () => {
    await load({}, { wireFrames: false });
    const track = await waitFor('track', 15_000, () => tracks()[0]);
    assert.equal((track.payload as { kind?: string }).kind, 'video');
    // The same for the flow as for a person who looks at it in the debug sidebar.
    assert.equal(JSON.parse(JSON.stringify(track.payload)).kind, 'video');
    await waitFor('status', 15_000, () => flow.statuses('camera').length > 0);
    assert.notEqual(flow.statuses('camera').at(-1)?.fill, 'red');
    assert.equal(tracks().length, 1);
  });

  it('does not capture while nothing is wired to its frames and nobody watches', async () => {
    await load({}, { wireFrames: false });
    await waitFor('track', 15_000, () => tracks()[0]);
    await waitFor('status', 15_000, () => flow.statuses('camera').length > 0);
    assert.ok(
      flow.statuses('camera').every(({ fill }) => fill !== 'green'),
      'it never went live',
    );
    assert.equal(frames().length, 0);
  });

  it('sends JPEG frames, one complete picture per message, when they are wired', async () => {
    await load({ width: '320', height: '240', frameRate: '15' });
    const three = await waitFor('three frames', 10_000, () => {
      return frames().length >= 3 ? frames().slice(0, 3) : undefined;
    });
    const sequences = three.map(({ sequence }) => sequence as number);
    assert.deepEqual(
      sequences,
      sequences.toSorted((a, b) => a - b),
    );
    for (const { payload, width, height, contentType, timestamp } of three) {
      assert.ok(Buffer.isBuffer(payload));
      assert.equal(payload.readUInt16BE(0), 0xffd8, 'starts as a JPEG');
      assert.equal(payload.readUInt16BE(payload.length - 2), 0xffd9, 'ends as a JPEG');
      assert.deepEqual([width, height, contentType], [320, 240, 'image/jpeg']);
      assert.ok(Math.abs((timestamp as number) - Date.now()) < 15_000, `timestamp ${timestamp}`);
    }
    assert.ok(tracks().every(message => !isFrame(message)));
    await waitFor('green status', 15_000, () => flow.statuses('camera').at(-1)?.fill === 'green');
  });

  for (const { name, settings, says } of [
    {
      name: 'the device does not exist',
      settings: { source: 'usb', device: '/dev/video-none' },
      says: /\/dev\/video-none.*(plug|choose)/s,
    },
    {
      name: 'the file does not exist',
      settings: { source: 'file', file: '/nowhere/film.mp4' },
      says: /\/nowhere\/film\.mp4.*check/s,
    },
    {
      name: 'nothing answers at the address',
      settings: { source: 'url', url: 'rtsp://127.0.0.1:9/live' },
      says: /127\.0\.0\.1:9.*check/s,
    },
  ]) {
    it(`says so in its status and to a catch node when ${name}, and tries again`, async () => {
      await load(settings);
      const error = await waitFor('error', 15_000, () => flow.messages('errors')[0]);
      assert.match((error.error as { message: string }).message, says);
      const isRed = ({ fill }: { fill?: string }) => fill === 'red';
      await waitFor('red status', 15_000, () => flow.statuses('camera').some(isRed));
      const failures = flow.statuses('camera').filter(isRed).length;
      await waitFor('another attempt', 15_000, () => {
        return flow.statuses('camera').length > failures + 1;
      });
      assert.equal(frames().length, 0);
    });
  }

  it('keeps the password of an address out of status and error', async () => {
    flow = await loadFlow(
      ['camera'],
      [
        TAB,
        cameraNode({
          source: 'url',
          url: 'rtsp://127.0.0.1:9/live',
          wires: [[], ['frames']],
        }),
        flowNode('frames', 'helper'),
        flowNode('catch', 'catch', { scope: null, uncaught: false, wires: [['errors']] }),
        flowNode('errors', 'helper'),
      ],
      { camera: { user: 'admin', password: 'hunter2' } },
    );
    const error = await waitFor('error', 15_000, () => flow.messages('errors')[0]);
    assert.doesNotMatch(JSON.stringify(error.error), /hunter2/);
    assert.doesNotMatch(JSON.stringify(flow.statuses('camera')), /hunter2/);
  });
});
