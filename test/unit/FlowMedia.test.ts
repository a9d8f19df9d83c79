import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import type { AudioUnit } from '../../engine/model/AudioUnit';
import { CaptureEndedError } from '../../engine/model/errors/errors';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import type { AudioSource } from '../../engine/source/AudioSource';
import { FlowSound, looseVideo } from '../../engine/source/flow/FlowMedia';
import type { Source } from '../../engine/source/Source';
import { ManualOrigin } from '../support/ManualOrigin';
import { settled } from '../support/settled';

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
      assert.throws(() => sound.put({ ...tenth, ...form }), { code: 'message-unusable' });
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
