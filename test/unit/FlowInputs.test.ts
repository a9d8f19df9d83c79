import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { FlowInputs } from '../../engine/source/flow/FlowInputs';

const gray = (width: number, height: number) => ({
  format: 'gray8' as const,
  width,
  height,
  data: Buffer.alloc(width * height),
});
const NOTHING = { video: [], audio: [] };
const chunk = { data: Buffer.alloc(1920), sampleRate: 48_000, channels: 1 };

describe('What a flow puts into a connection', () => {
  const ffmpeg = new FfmpegFinder({ candidates: () => [] });
  let inputs: FlowInputs;
  let changes = 0;
  beforeEach(() => {
    changes = 0;
    const tools = { ffmpeg, hardware: undefined, log: () => {} };
    inputs = new FlowInputs(
      () => tools,
      () => {
        changes += 1;
      },
    );
  });
  const put: FlowInputs['putFrame'] = (frame, target) => inputs.putFrame(frame, target);
  afterEach(() => inputs.close());

  it('is one source of sound, and one of pictures for each topic', async () => {
    await put(gray(32, 16), { topic: 'front' });
    await put(gray(64, 32), { topic: 'back' });
    const [front, back] = inputs.common.video;
    assert.ok(front && back && front !== back);
    await put(gray(64, 32), { topic: 'back' });
    await put(gray(32, 16), { topic: 'front' });
    inputs.putPcm(chunk);
    inputs.putPcm(chunk);
    const { video, audio } = inputs.common;
    assert.deepEqual(video, [front, back], 'the first topic keeps its place');
    assert.equal(audio.length, 1);
    assert.equal(changes, 3, 'told of other changes than new sources');
  });

  it('is kept apart for single peers, until they are gone', async () => {
    await put(gray(32, 16));
    await put(gray(32, 16), { peer: 'a' });
    const own = inputs.alone('a', inputs.common);
    assert.equal(own.video.length, 1);
    assert.notEqual(own.video[0], inputs.common.video[0]);
    assert.deepEqual(inputs.alone('b', inputs.common), NOTHING);
    await inputs.forget('a');
    assert.deepEqual(inputs.alone('a', inputs.common), NOTHING);
    assert.equal(inputs.common.video.length, 1);
  });

  it('has a place held for it where other peers got theirs alone, and there is nothing for all', async () => {
    assert.deepEqual(inputs.alone('a', NOTHING), NOTHING);
    await put(gray(32, 16), { peer: 'a', topic: 'answer' });
    const held = inputs.alone('b', NOTHING);
    assert.deepEqual([held.video.length, held.audio.length], [1, 0]);
    await put(gray(32, 16), { peer: 'b', topic: 'answer' });
    assert.deepEqual(inputs.alone('b', NOTHING).video, held.video);
  });

  it('makes no source of a picture that is none', () => {
    const wrong = { ...gray(32, 16), data: Buffer.alloc(3) };
    const code = 'message-unusable';
    assert.throws(() => inputs.putFrame(wrong, { peer: 'a', topic: 'x' }), { code });
    assert.deepEqual(inputs.alone('a', NOTHING), NOTHING);
    assert.equal(changes, 0);
  });
});
