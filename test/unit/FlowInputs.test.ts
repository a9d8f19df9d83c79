import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FlowInputs } from '../../engine/FlowInputs';
import { FfmpegFinder } from '../../engine/process/ffmpeg';

const gray = (width: number, height: number) => ({
  format: 'gray8' as const,
  width,
  height,
  data: Buffer.alloc(width * height),
  timestampMs: 0,
  sequence: 0,
});
const NOTHING = { video: [], audio: [] };
const chunk = { data: Buffer.alloc(1920), sampleRate: 48_000, channels: 1 };

describe('What a flow puts into a connection', () => {
  const ffmpeg = new FfmpegFinder({ candidates: () => [] });
  let inputs: FlowInputs;
  beforeEach(() => {
    inputs = new FlowInputs(() => ({ ffmpeg, hardware: undefined, log: () => {} }));
  });
  afterEach(() => inputs.close());

  it('is one source for each kind, however often it is put in', () => {
    assert.equal(inputs.putFrame(gray(32, 16)), true);
    assert.equal(inputs.putFrame(gray(64, 32)), false);
    assert.equal(inputs.putPcm(chunk), true);
    assert.equal(inputs.putPcm(chunk), false);
    const { video, audio } = inputs.common;
    assert.deepEqual([video.length, audio.length], [1, 1]);
  });

  it('is kept apart for single peers, until they are gone', async () => {
    inputs.putFrame(gray(32, 16));
    inputs.putFrame(gray(32, 16), 'a');
    const own = inputs.alone('a', inputs.common);
    assert.equal(own.video.length, 1);
    assert.notEqual(own.video[0], inputs.common.video[0]);
    assert.deepEqual(inputs.alone('b', inputs.common), NOTHING);
    await inputs.forget('a');
    assert.deepEqual(inputs.alone('a', inputs.common), NOTHING);
    assert.equal(inputs.common.video.length, 1);
  });

  it('has a place held for it where other peers got theirs alone, and there is nothing for all', () => {
    assert.deepEqual(inputs.alone('a', NOTHING), NOTHING);
    inputs.putFrame(gray(32, 16), 'a');
    const held = inputs.alone('b', NOTHING);
    assert.deepEqual([held.video.length, held.audio.length], [1, 0]);
    assert.equal(inputs.putFrame(gray(32, 16), 'b'), false);
    assert.equal(inputs.alone('b', NOTHING).video[0], held.video[0]);
  });

  it('makes no source of a picture that is none', () => {
    const wrong = { ...gray(32, 16), data: Buffer.alloc(3) };
    assert.throws(() => inputs.putFrame(wrong, 'a'), { code: 'message-unsendable' });
    assert.deepEqual(inputs.alone('a', NOTHING), NOTHING);
  });
});
