import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CodecJob } from '../../engine/media/codec/CodecJob';
import { FfmpegCodec } from '../../engine/media/codec/FfmpegCodec';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import type { Ffmpeg } from '../../engine/process/ffmpeg';
import { FOUND_FFMPEGS } from '../support/foundFfmpegs';
import { isRunning } from '../support/processes';
import { shownTimes } from '../support/shownTimes';
import { TimedPictures } from '../support/timedPictures';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 15_000;

const TO_H264: CodecJob = {
  from: 'I420',
  to: 'H264',
  width: 320,
  height: 240,
  frameRate: 30,
  bitrateBps: 500_000,
  keyframeIntervalMs: 60_000,
};

function setUp(job: CodecJob, ffmpeg: Ffmpeg) {
  const units: AccessUnit[] = [];
  const exits: string[] = [];
  const codec = new FfmpegCodec(job, ffmpeg, {
    unit: unit => units.push(unit),
    exit: reason => exits.push(reason),
  });
  /** Pushes one unit, and waits until it was taken. */
  const push = (unit: AccessUnit) =>
    waitFor('taken unit', LIMIT_MS, () => codec.push(unit), { everyMs: 5 });
  return { codec, units, exits, push };
}

/** Units that hold no picture. */
const NOTHING = {
  JPEG: Buffer.from([0xff, 0xd8, 0xff, 0xd9]),
  // A NAL unit of a type that is not specified.
  H264: Buffer.from([0, 0, 0, 2, 24, 0x80]),
  VP8: Buffer.from([0x31, 0, 0]),
};

/** Pictures that show their times, none of which needs another. */
async function codedPictures(to: 'JPEG' | 'H264' | 'VP8', ffmpeg: Ffmpeg): Promise<AccessUnit[]> {
  const pictures = new TimedPictures();
  const count = 16;
  if (to === 'JPEG') return Array.from({ length: count }, () => pictures.nextJpeg(ffmpeg.path));
  const alone = { keyframeIntervalMs: 1000 / TO_H264.frameRate, bitrateBps: 4_000_000 };
  const { codec, units, push } = setUp({ ...TO_H264, ...alone, to }, ffmpeg);
  for (let pushed = 0; pushed < count; pushed += 1) await push(pictures.next());
  await waitFor('units', LIMIT_MS, () => units.length === count);
  await codec.stop();
  return units;
}

for (const { name, find } of FOUND_FFMPEGS) {
  describe(`a FfmpegCodec with ${name}`, () => {
    it('knows the times of the pictures behind one that arrived damaged', async () => {
      const ffmpeg = await find();
      const { codec, units, push } = setUp({ ...TO_H264, from: 'JPEG' }, ffmpeg);
      const pictures = new TimedPictures();
      for (let count = 0; count < 8; count += 1) {
        const unit = pictures.nextJpeg(ffmpeg.path);
        const half = unit.data.subarray(0, unit.data.length / 2);
        await push(count === 3 ? { ...unit, data: half } : unit);
      }
      await waitFor('units', LIMIT_MS, () => units.length === 8);
      await codec.stop();
      const times = units.map(({ timestampMs }) => timestampMs);
      assert.deepEqual(shownTimes(ffmpeg.path, units).slice(4), times.slice(4));
    });

    for (const { from, to } of [
      { from: 'JPEG', to: 'H264' },
      { from: 'JPEG', to: 'VP8' },
      { from: 'JPEG', to: 'I420' },
      { from: 'H264', to: 'I420' },
      { from: 'H264', to: 'JPEG' },
      { from: 'VP8', to: 'JPEG' },
    ] as const) {
      it(`knows the times of ${to} made from ${from} of which some cannot be decoded`, async () => {
        const ffmpeg = await find();
        const coded = await codedPictures(from, ffmpeg);
        const { codec, units, push } = setUp({ ...TO_H264, from, to }, ffmpeg);
        const isDamaged = (count: number) => count % 4 === 2;
        for (const [count, unit] of coded.entries()) {
          // No decoder makes a picture of it, nor one in the place of it.
          await push(isDamaged(count) ? { ...unit, data: NOTHING[from] } : unit);
        }
        const whole = coded.filter((_unit, count) => !isDamaged(count));
        await waitFor('units', LIMIT_MS, () => units.length === whole.length);
        await codec.stop();
        const times = units.map(({ timestampMs }) => timestampMs);
        assert.deepEqual(
          times,
          whole.map(({ timestampMs }) => timestampMs),
        );
        assert.deepEqual(shownTimes(ffmpeg.path, units), times);
      });
    }

    it('drops pictures while the program is behind, and counts those that it took', async () => {
      const { codec, units, push } = setUp(TO_H264, await find());
      const pictures = new TimedPictures();
      await push(pictures.next());
      await waitFor('first unit', LIMIT_MS, () => units.length === 1);
      const { pid = 0 } = codec;
      process.kill(pid, 'SIGSTOP');
      let taken = 0;
      for (let count = 0; count < 50; count += 1) taken += codec.push(pictures.next()) ? 1 : 0;
      process.kill(pid, 'SIGCONT');
      assert.ok(taken < 10, `${taken} were taken`);
      assert.equal(codec.pushed, 1 + taken);
      await waitFor('units', LIMIT_MS, () => units.length === codec.pushed);
      assert.equal(codec.made, codec.pushed);
      await codec.stop();
      assert.ok(!isRunning(pid));
      assert.equal(codec.push(pictures.next()), false);
    });

    it('tells why it ended', async () => {
      const { codec, exits } = setUp({ ...TO_H264, width: -1 }, await find());
      await waitFor('end', LIMIT_MS, () => exits.length > 0);
      await codec.stop();
      assert.equal(exits.length, 1);
      assert.match(exits[0] ?? '', /Invalid argument|video_size|option/i);
    });
  });
}
