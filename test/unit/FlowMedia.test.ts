import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AudioSource } from '../../engine/capture/AudioSource';
import type { Source } from '../../engine/capture/Source';
import { FlowPictures, FlowSound, looseVideo } from '../../engine/FlowMedia';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import type { AudioUnit } from '../../engine/model/AudioUnit';
import { CaptureEndedError } from '../../engine/model/errors';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { ManualOrigin } from '../support/ManualOrigin';
import { settled } from '../support/settled';

/** The begin of a JPEG of 640x480: a frame header is all that is read of it. */
const JPEG = Buffer.from('ffd8ffc0001108' + '01e0' + '0280' + '03', 'hex');
const UNSIZED = { width: 0, height: 0, timestampMs: 0, sequence: 0 };

function setUp() {
  const logged: string[] = [];
  const ffmpeg = new FfmpegFinder({ candidates: () => [] });
  return { logged, tools: { ffmpeg, log: (text: string) => logged.push(text) } };
}

async function watch(source: Source, codec: 'JPEG' | 'I420'): Promise<AccessUnit[]> {
  const units: AccessUnit[] = [];
  source.rendition({ codec }).subscribe({ unit: unit => units.push(unit) });
  await settled();
  await settled();
  return units;
}

async function listen(source: AudioSource): Promise<AudioUnit[]> {
  const units: AudioUnit[] = [];
  source.native.subscribe({ unit: unit => units.push(unit) });
  await settled();
  return units;
}

describe('the pictures that a flow puts in', () => {
  it('are passed on as they are, with the size that a JPEG has, whatever the message says', async () => {
    const { tools } = setUp();
    const pictures = new FlowPictures(tools);
    const units = await watch(pictures.source, 'JPEG');
    const beforeMs = Date.now();
    pictures.put({ ...UNSIZED, width: 5, height: 5, format: 'jpeg', data: JPEG });
    const [{ timestampMs, ...unit } = { timestampMs: 0 }] = units;
    assert.deepEqual(unit, { codec: 'JPEG', key: true, data: JPEG, width: 640, height: 480 });
    assert.ok(Math.abs(timestampMs - beforeMs) < 5000, 'they count as captured now');
    await pictures.source.close();
  });

  it('are converted when they are raw, each with its own size', async () => {
    const { tools } = setUp();
    const pictures = new FlowPictures(tools);
    const units = await watch(pictures.source, 'I420');
    const rgb = Buffer.alloc(4 * 2 * 3, 255);
    pictures.put({ ...UNSIZED, width: 4, height: 2, format: 'rgb24', data: rgb });
    pictures.put({ ...UNSIZED, width: 2, height: 2, format: 'gray8', data: Buffer.alloc(4) });
    assert.deepEqual(
      units.map(({ width, height, data }) => [width, height, data[0]]),
      [
        [4, 2, 235],
        [2, 2, 16],
      ],
    );
    await pictures.source.close();
  });

  it('wait for who comes later, the newest alone', async () => {
    const { tools } = setUp();
    const pictures = new FlowPictures(tools);
    for (const value of [1, 2]) {
      const data = Buffer.alloc(6, value);
      pictures.put({ ...UNSIZED, width: 2, height: 2, format: 'yuv420p', data });
    }
    const units = await watch(pictures.source, 'I420');
    assert.deepEqual(
      units.map(({ data }) => data[0]),
      [2],
    );
    await pictures.source.close();
  });

  for (const { it: sentence, frame, says } of [
    {
      it: 'are refused when they are no JPEG',
      frame: { ...UNSIZED, format: 'jpeg', data: Buffer.from('GIF89a') },
      says: /no JPEG/,
    },
    {
      it: 'are refused when they are of another size than they say',
      frame: { ...UNSIZED, width: 640, height: 480, format: 'rgba', data: Buffer.alloc(100) },
      says: /100 bytes.*640x480.*rgba/,
    },
    ...[
      [0, 0],
      [-2, -2],
      [1.5, 2],
      [Number.NaN, 1],
      [1, 16_384],
    ].map(([width = 0, height = 0]) => ({
      it: `are refused when they are ${width}x${height}, as many bytes as they may have`,
      frame: {
        ...UNSIZED,
        width,
        height,
        format: 'gray8' as const,
        data: Buffer.alloc(Math.ceil(width * height) || 0),
      },
      says: new RegExp(`${width}x${height}`),
    })),
    {
      it: 'are refused when a JPEG says that it has no pixels',
      frame: { ...UNSIZED, format: 'jpeg', data: Buffer.from('ffd8ffc00011080000000003', 'hex') },
      says: /0x0/,
    },
    {
      it: 'are refused when a JPEG says that it has more pixels than any program takes',
      frame: { ...UNSIZED, format: 'jpeg', data: Buffer.from('ffd8ffc0001108ffffffff03', 'hex') },
      says: /65535x65535/,
    },
  ] as const) {
    it(sentence, async () => {
      const { tools } = setUp();
      const pictures = new FlowPictures(tools);
      const units = await watch(pictures.source, 'JPEG');
      assert.throws(() => pictures.put(frame), { code: 'message-unsendable', message: says });
      assert.deepEqual(units, []);
      await pictures.source.close();
    });
  }
});

describe('the sound that a flow puts in', () => {
  const second = { data: Buffer.alloc(8000 * 2), sampleRate: 8000, channels: 1 };
  const tenth = { ...second, data: second.data.subarray(0, 1600) };

  it('goes on without gaps, whatever the moments at which it comes', async () => {
    const { tools } = setUp();
    const sound = new FlowSound(tools);
    const units = await listen(sound.source);
    sound.put(tenth);
    await settled();
    sound.put(tenth);
    sound.put(tenth);
    const [first] = units;
    assert.deepEqual(
      units.map(({ timestampMs }) => Math.round(timestampMs - (first?.timestampMs ?? 0))),
      [0, 100, 200],
    );
    assert.deepEqual(
      units.map(({ samples, codec }) => [samples, codec]),
      Array.from({ length: 3 }, () => [800, 'S16LE']),
    );
    await sound.source.close();
  });

  it('is not cut though it comes 200 ppm slower than it says, for six hours', async context => {
    const { tools } = setUp();
    const sound = new FlowSound(tools);
    const units = await listen(sound.source);
    const startMs = performance.now();
    let nowMs = startMs;
    context.mock.method(performance, 'now', () => nowMs);
    const second = { ...tenth, data: Buffer.alloc(2 * 8000) };
    for (let at = 0; at < 6 * 3600; at += 1) {
      nowMs = startMs + at * 1000 * 1.0002;
      sound.put(second);
    }
    const steps = units.map((unit, at) => unit.timestampMs - (units[at - 1]?.timestampMs ?? 0));
    assert.ok(steps.slice(1).every(step => Math.abs(step - 1000) <= 1.01));
    await sound.source.close();
  });

  it('counts samples of each channel', async () => {
    const { tools } = setUp();
    const sound = new FlowSound(tools);
    const units = await listen(sound.source);
    sound.put({ ...tenth, channels: 2 });
    assert.equal(units[0]?.samples, 400);
    await sound.source.close();
  });

  it('is cut wherever its chunks end, and made whole again', async () => {
    const { tools } = setUp();
    const sound = new FlowSound(tools);
    const units = await listen(sound.source);
    const stereo = Buffer.from(Array.from({ length: 40 }, (_, index) => index));
    for (const [from, to] of [
      [0, 1],
      [1, 9],
      [9, 9],
      [9, 14],
      [14, 40],
    ]) {
      sound.put({ data: stereo.subarray(from, to), sampleRate: 8000, channels: 2 });
    }
    assert.deepEqual(
      units.map(({ data, samples }) => [data.length, samples]),
      [
        [8, 2],
        [4, 1],
        [28, 7],
      ],
    );
    assert.deepEqual(Buffer.concat(units.map(({ data }) => data)), stereo);
    sound.put({ data: Buffer.alloc(3), sampleRate: 8000, channels: 2 });
    sound.put({ data: Buffer.from([7, 8]), sampleRate: 16_000, channels: 1 });
    assert.deepEqual(units.at(-1)?.data, Buffer.from([7, 8]), 'the rest was of another sound');
    await sound.source.close();
  });

  it('is refused when there can be none of its rate or channels', async () => {
    const { tools } = setUp();
    const sound = new FlowSound(tools);
    const units = await listen(sound.source);
    for (const form of [
      { sampleRate: Number.NaN },
      { sampleRate: 0 },
      { sampleRate: 44_100.5 },
      { channels: 0 },
      { channels: Number.NaN },
      { channels: 1.5 },
    ]) {
      assert.throws(() => sound.put({ ...tenth, ...form }), { code: 'setting-invalid' });
    }
    assert.deepEqual(units, []);
    await sound.source.close();
  });

  it('does not run ahead of the time by more than a second', async () => {
    const { tools } = setUp();
    const sound = new FlowSound(tools);
    const units = await listen(sound.source);
    for (let chunk = 0; chunk < 6; chunk += 1) sound.put({ ...second });
    const newest = units.at(-1)?.timestampMs ?? 0;
    // The two clocks of a process agree to some ms.
    assert.ok(newest < Date.now() + 1050, `${newest - Date.now()} ms ahead`);
    await sound.source.close();
  });

  it('that nobody hears is not kept for who comes later', async () => {
    const { tools } = setUp();
    const sound = new FlowSound(tools);
    sound.put(tenth);
    assert.deepEqual(await listen(sound.source), []);
    await sound.source.close();
  });
});

describe('looseVideo', () => {
  it('tells failures to the log: there is no node whose status could show them', async () => {
    const { logged, tools } = setUp();
    const origin = new ManualOrigin();
    const source = looseVideo(origin, tools);
    await watch(source, 'JPEG');
    origin.run.failed(new CaptureEndedError('the peer', 'it left'));
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? '', /the peer/);
    await source.close();
  });
});
