import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AudioUnit } from '../../engine/model/AudioUnit';
import { epochMs } from '../../engine/model/Clock';
import { CaptureEndedError, FfmpegMissingError } from '../../engine/model/errors/errors';
import type { Frame } from '../../engine/model/Frame';
import type { Chunk } from '../../engine/output/flow/FlowChunks';
import { FlowOutputs, nextFrame } from '../../engine/output/flow/FlowOutputs';
import { AudioSource } from '../../engine/source/AudioSource';
import { FlowOrigin } from '../../engine/source/flow/FlowOrigin';
import { Source } from '../../engine/source/Source';
import { ManualOrigin } from '../support/ManualOrigin';
import { unitsOf } from '../support/manualSound';
import { settled } from '../support/settled';
import { unitOf } from '../support/unitOf';

const JPEG = unitOf({ codec: 'JPEG', key: true });
const I420 = unitOf({ codec: 'I420', key: true, width: 2, height: 2, data: Buffer.alloc(6, 128) });

function setUp() {
  const origin = new ManualOrigin();
  const source = new Source(origin, {
    lingerMs: 0,
    log: () => {},
    findFfmpeg: () => Promise.reject(new FfmpegMissingError()),
  });
  const frames: [tap: string, frame: Frame][] = [];
  const chunks: [tap: string, chunk: Chunk][] = [];
  const taps = new FlowOutputs({
    frame: (tap, frame) => frames.push([tap, frame]),
    chunk: (tap, chunk) => chunks.push([tap, chunk]),
  });
  /** Lets the source start, through its rendition. */
  const started = async () => {
    await settled();
    await settled();
  };
  return { origin, source, taps, frames, chunks, started };
}

describe('FlowOutputs', () => {
  it('hand pictures out under the name of their tap, at the pace of its flow alone', async () => {
    const { origin, source, taps, frames, started } = setUp();
    taps.openFrames('one', source, { format: 'jpeg' });
    taps.openFrames('other', source, { format: 'jpeg' });
    await started();
    for (const timestampMs of [1, 2]) {
      origin.run.unit({ ...JPEG, timestampMs });
      taps.taken('one');
    }
    const seen = frames.map(([tap, { timestampMs }]) => `${tap} ${timestampMs}`);
    assert.deepEqual(seen, ['one 1', 'other 1', 'one 2']);
    assert.equal(origin.runs.length, 1);
    taps.close('one');
    taps.close('other');
    await source.close();
  });

  it('lay pixels out as the flow wants them', async () => {
    const { origin, source, taps, frames, started } = setUp();
    taps.openFrames('gray', source, { format: 'gray8' });
    taps.openFrames('color', source, { format: 'rgba' });
    await started();
    origin.run.unit(I420);
    const seen = frames.map(([tap, { format, data }]) => [tap, format, data.length]);
    assert.deepEqual(seen, [
      ['gray', 'gray8', 4],
      ['color', 'rgba', 16],
    ]);
    await source.close();
  });

  it('hand sound out as it was captured, or as one that was decoded', async () => {
    const { taps, chunks, started } = setUp();
    const origin = new FlowOrigin<AudioUnit>('sound');
    const source = new AudioSource(origin, { lingerMs: 0, log: () => {} });
    taps.openChunks('native', source, 'as captured');
    taps.openChunks('decoded', source, 'decoded');
    await started();
    const pcm = Buffer.alloc(16 * 100 * 2 * 2);
    for (const unit of unitsOf(pcm, { sampleRate: 16_000, channels: 2 })) origin.put(unit);
    const forms = new Map(
      chunks.map(([tap, { sampleRate, channels }]) => [tap, `${sampleRate} ${channels}`]),
    );
    assert.deepEqual([...forms].sort(), [
      ['decoded', '48000 1'],
      ['native', '16000 2'],
    ]);
    taps.close('native');
    taps.close('decoded');
    await source.close();
  });

  it('replace an open tap of the same name', async () => {
    const { origin, source, taps, frames, started } = setUp();
    taps.openFrames('tap', source, { format: 'gray8' });
    taps.openFrames('tap', source, { format: 'yuv420p' });
    await started();
    origin.run.unit(I420);
    assert.deepEqual(
      frames.map(([, { format }]) => format),
      ['yuv420p'],
    );
    await source.close();
  });

  it('hand nothing out after the close, whatever is said of a tap that is gone', async () => {
    const { origin, source, taps, frames, started } = setUp();
    taps.openFrames('tap', source, { format: 'jpeg' });
    await started();
    taps.close('tap');
    taps.close('tap');
    taps.taken('tap');
    origin.run.unit(JPEG);
    assert.deepEqual(frames, []);
    await source.close();
  });
});

describe('nextFrame', () => {
  const wanted = { format: 'jpeg' } as const;

  it('gives the first picture that was captured after the question', async () => {
    const { origin, source, started } = setUp();
    const asked = nextFrame(source, wanted, new AbortController().signal);
    await started();
    origin.run.unit({ ...JPEG, timestampMs: epochMs() - 5000 });
    const timestampMs = epochMs() + 1;
    origin.run.unit({ ...JPEG, timestampMs });
    origin.run.unit({ ...JPEG, timestampMs: timestampMs + 33 });
    const { data, ...frame } = await asked;
    assert.deepEqual(data, JPEG.data);
    const { width, height } = JPEG;
    assert.deepEqual(frame, { format: 'jpeg', width, height, timestampMs, sequence: 0 });
    await source.close();
  });

  for (const hours of [-1, 1]) {
    it(`gives it also when the clock of the machine was set by ${hours} h, and with its time`, async context => {
      const { origin, source, started } = setUp();
      const realMs = Date.now();
      context.mock.method(Date, 'now', () => realMs + hours * 3_600_000);
      const asked = nextFrame(source, wanted, new AbortController().signal);
      await started();
      origin.run.unit({ ...JPEG, timestampMs: epochMs() - 5000 });
      origin.run.unit({ ...JPEG, timestampMs: epochMs() + 1, width: 7 });
      const { timestampMs, width } = await asked;
      assert.equal(width, 7);
      assert.ok(Math.abs(timestampMs - Date.now()) < 60_000);
      await source.close();
    });
  }

  it("rejects with the source's failure", async () => {
    const { origin, source, started } = setUp();
    const asked = nextFrame(source, wanted, new AbortController().signal);
    await started();
    origin.run.failed(new CaptureEndedError('camera', 'unplugged'));
    await assert.rejects(asked, { code: 'capture-ended' });
    await source.close();
  });

  it('rejects with the reason for which it is given up, and leaves nothing behind', async () => {
    const { source, started } = setUp();
    const limit = new AbortController();
    const asked = nextFrame(source, wanted, limit.signal);
    await started();
    limit.abort(new Error('too late'));
    await assert.rejects(asked, /too late/);
    assert.equal(source.listenerCount('failed'), 0);
    await source.close();
  });
});
