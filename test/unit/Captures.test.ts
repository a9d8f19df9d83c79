import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MediaError } from '../../engine/model/errors/errors';
import { FlowOutputs } from '../../engine/output/flow/FlowOutputs';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { RpicamFinder } from '../../engine/process/rpicam';
import { SoundFinder } from '../../engine/process/sound/SoundFinder';
import { type CaptureState, Captures } from '../../engine/services/Captures';
import { Sources } from '../../engine/source/Sources';
import { settled } from '../support/settled';
import { waitFor } from '../support/waitFor';

/** A camera that needs no device and no ffmpeg. */
const CAMERA = {
  options: { source: 'test', width: 320, height: 240, frameRate: 30 },
  lingerMs: 0,
} as const;
const MICROPHONE = {
  options: { sampleRate: 48_000, channels: 1 },
  lingerMs: 0,
  chunks: true,
} as const;

function setUp() {
  const states: [id: string, state: CaptureState][] = [];
  const failures: [id: string, error: MediaError][] = [];
  const frames: string[] = [];
  const ffmpeg = new FfmpegFinder({ candidates: () => [] });
  const absent = { code: undefined, stdout: '', stderr: '', error: new Error('not installed') };
  const sound = new SoundFinder({ ffmpeg, platform: 'linux', run: async () => absent });
  const sources = new Sources();
  const taps = new FlowOutputs({
    frame: tap => {
      frames.push(tap);
      taps.taken(tap);
    },
    chunk: () => {},
  });
  const captures = new Captures(
    { ffmpeg, rpicam: new RpicamFinder({ run: async () => absent }), sound, sources, taps },
    {
      state: (id, state) => states.push([id, state]),
      failed: (id, error) => failures.push([id, error]),
      log: () => {},
    },
  );
  const statesOf = (id: string) =>
    states.filter(([other]) => other === id).map(([, { state }]) => state);
  return { captures, sources, states, statesOf, failures, frames };
}

describe('Captures', () => {
  it('rest until somebody wants their pictures', async () => {
    const { captures, sources, statesOf } = setUp();
    await captures.openCamera('a', CAMERA);
    assert.equal(sources.video(['a']).length, 1);
    assert.deepEqual(statesOf('a'), ['idle']);
    await captures.closeAll();
  });

  it('hand the pictures that a flow wants to it', async () => {
    const { captures, frames, statesOf } = setUp();
    await captures.openCamera('a', { ...CAMERA, frames: { format: 'gray8' } });
    await waitFor('frames', 10_000, () => frames.length >= 3);
    assert.deepEqual([...new Set(frames)], ['a']);
    assert.deepEqual(statesOf('a').slice(0, 3), ['idle', 'starting', 'live']);
    await captures.close('a');
    const seen = frames.length;
    await captures.openCamera('b', { ...CAMERA, frames: { format: 'gray8' } });
    await waitFor('frames of the next', 10_000, () => frames.includes('b'));
    assert.equal(frames.filter(tap => tap === 'a').length, seen);
    await captures.closeAll();
  });

  it('share a device, until the last of them is closed', async () => {
    const { captures, sources, frames, statesOf } = setUp();
    await captures.openCamera('a', { ...CAMERA, frames: { format: 'gray8' } });
    await captures.openCamera('b', CAMERA);
    await captures.openCamera('c', { ...CAMERA, options: { ...CAMERA.options, frameRate: 5 } });
    const [a, b, c] = sources.video(['a', 'b', 'c']);
    assert.equal(a, b);
    assert.notEqual(a, c);
    await waitFor('frames', 10_000, () => frames.length > 0);
    assert.deepEqual(statesOf('b').at(-1), 'live', 'both are told');

    await captures.close('a');
    assert.deepEqual(sources.video(['a', 'b']), [b]);
    const snapshot = await captures.snapshot('b', { format: 'gray8' });
    assert.equal(snapshot.data.length, 320 * 240);
    await captures.closeAll();
    assert.deepEqual(sources.video(['b', 'c']), []);
  });

  it('tell a node that comes later how its device stands', async () => {
    const { captures, frames, states } = setUp();
    await captures.openCamera('a', { ...CAMERA, frames: { format: 'gray8' } });
    await waitFor('frames', 10_000, () => frames.length > 0);
    await captures.openCamera('b', CAMERA);
    const { state, width, height } = states.find(([id]) => id === 'b')?.[1] ?? {};
    assert.deepEqual([state, width, height], ['live', 320, 240]);
    await captures.closeAll();
  });

  it('replace one that is open under the same id', async () => {
    const { captures, sources } = setUp();
    await captures.openCamera('a', CAMERA);
    const [before] = sources.video(['a']);
    await captures.openCamera('a', { ...CAMERA, options: { ...CAMERA.options, width: 640 } });
    const [now] = sources.video(['a']);
    assert.ok(now && now !== before);
    await captures.closeAll();
  });

  it('serve as many nodes and messages as come, without a warning of Node.js', async () => {
    const { captures } = setUp();
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);
    const ids = Array.from({ length: 12 }, (_, index) => `camera ${index}`);
    await Promise.all(ids.map(id => captures.openCamera(id, CAMERA)));
    await Promise.all(ids.map(id => captures.snapshot(id, { format: 'gray8' })));
    await Promise.all(ids.map(id => captures.openMicrophone(`microphone of ${id}`, MICROPHONE)));
    await captures.closeAll();
    await settled();
    process.off('warning', warned);
    assert.deepEqual(warnings, []);
  });

  it('give one picture of now', async () => {
    const { captures } = setUp();
    await captures.openCamera('a', CAMERA);
    const askedMs = Date.now();
    const { format, width, height, timestampMs, data } = await captures.snapshot('a', {
      format: 'rgb24',
    });
    assert.deepEqual([format, width, height], ['rgb24', 320, 240]);
    assert.equal(data.length, 320 * 240 * 3);
    assert.ok(timestampMs >= askedMs);
    await captures.closeAll();
  });

  it('have no picture of what is no camera', async () => {
    const { captures } = setUp();
    await captures.openMicrophone('m', MICROPHONE);
    for (const id of ['m', 'nobody']) {
      await assert.rejects(captures.snapshot(id, { format: 'jpeg' }), /no camera/);
    }
    await captures.closeAll();
  });

  it('tell each node of a device that it failed', async () => {
    const { captures, failures } = setUp();
    await captures.openMicrophone('m', MICROPHONE);
    await captures.openMicrophone('n', { ...MICROPHONE, chunks: false });
    await waitFor('failures', 10_000, () => failures.length >= 2);
    assert.deepEqual(
      failures.slice(0, 2).map(([id, { code }]) => `${id} ${code}`),
      ['m sound-missing', 'n sound-missing'],
    );
    await captures.close('m');
    await captures.close('m');
    await captures.close('nobody');
    await captures.closeAll();
  });

  it('say nothing of what is closed', async () => {
    const { captures, frames, states } = setUp();
    await captures.openCamera('a', { ...CAMERA, frames: { format: 'gray8' } });
    await captures.openCamera('b', CAMERA);
    await waitFor('frames', 10_000, () => frames.length > 0);
    await captures.close('b');
    const told = states.filter(([id]) => id === 'b').length;
    await captures.closeAll();
    assert.equal(states.filter(([id]) => id === 'b').length, told);
  });
});
