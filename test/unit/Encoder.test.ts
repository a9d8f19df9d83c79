import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { CodecJob } from '../../engine/media/codec/CodecJob';
import { Encoder } from '../../engine/media/codec/Encoder';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import type { MediaError } from '../../engine/model/errors/errors';
import type { Ffmpeg } from '../../engine/process/ffmpeg';
import { FOUND_FFMPEGS } from '../support/foundFfmpegs';
import { ManualClock } from '../support/ManualClock';
import { Pump } from '../support/Pump';
import { childrenOf, isRunning } from '../support/processes';
import { settled } from '../support/settled';
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

/** An encoder under a steady stream of pictures. */
class Rig {
  readonly units: AccessUnit[] = [];
  readonly failures: MediaError[] = [];
  readonly encoder: Encoder;
  readonly #pictures: TimedPictures;
  readonly #pump: Pump;

  constructor(job: CodecJob, ffmpeg: Ffmpeg, { spare = true } = {}) {
    this.#pictures = new TimedPictures(job.width, job.height);
    this.encoder = new Encoder(
      job,
      { unit: unit => this.units.push(unit), failed: error => this.failures.push(error) },
      { ffmpeg, spare },
    );
    this.#pump = new Pump(() => this.encoder.push(this.#pictures.next()));
  }

  async close(): Promise<void> {
    this.#pump.stop();
    await this.encoder.close();
  }

  /** Waits for units to come beyond those that are here. */
  more(count: number): Promise<true> {
    const wanted = this.units.length + count;
    return waitFor(`${count} more units`, LIMIT_MS, () => this.units.length >= wanted);
  }

  keyAfter(index: number): Promise<true> {
    return waitFor('keyframe', LIMIT_MS, () => this.units.slice(index).some(({ key }) => key));
  }

  encoders(count: number): Promise<number[]> {
    return waitFor(`${count} encoders`, LIMIT_MS, () => {
      const pids = encoderPids();
      return pids.length === count ? pids : undefined;
    });
  }
}

/** In the order in which they were started. */
function encoderPids(): number[] {
  return encoderProcesses()
    .map(({ pid }) => pid)
    .sort((a, b) => a - b);
}

function encoderCommands(): string[] {
  return encoderProcesses().map(({ command }) => command.join(' '));
}

function encoderProcesses() {
  return childrenOf(process.pid).filter(({ command }) => /libx264|libvpx/.test(command.join(' ')));
}

for (const { name, find } of FOUND_FFMPEGS) {
  for (const to of ['H264', 'VP8'] as const) {
    describe(`an Encoder to ${to} with ${name}`, () => {
      let rig: Rig | undefined;
      const start = async (options = {}) => {
        rig = new Rig({ ...TO_H264, to }, await find(), options);
        return rig;
      };
      afterEach(async () => {
        await rig?.close();
        assert.deepEqual(encoderPids(), []);
      });

      it('makes a keyframe on request in another process, and times stay those of the pictures', async () => {
        const it = await start();
        const { encoder, units } = it;
        await it.more(10);
        const [current = 0, spare = 0] = await it.encoders(2);
        const before = units.length;
        encoder.requestKeyframe();
        await it.keyAfter(before);
        await waitFor('end of the old process', LIMIT_MS, () => !isRunning(current));
        assert.ok(isRunning(spare));
        await it.more(10);
        await it.encoders(2);

        const { path } = await find();
        const times = units.map(({ timestampMs }) => timestampMs);
        assert.deepEqual(shownTimes(path, units), times);
        const keys = units.flatMap(({ key }, index) => (key ? [index] : []));
        assert.equal(keys.length, 2);
        assert.equal(keys[0], 0);
      });

      it('goes on when the current process is killed', async () => {
        const it = await start();
        await it.more(5);
        const [current = 0] = await it.encoders(2);
        const before = it.units.length;
        process.kill(current, 'SIGKILL');
        await it.keyAfter(before);
        assert.equal(isRunning(current), false);
        await it.more(10);
        await it.encoders(2);
        assert.deepEqual(it.failures, []);
        const { path } = await find();
        const after = it.units.slice(it.units.findLastIndex(({ key }) => key));
        assert.deepEqual(
          shownTimes(path, after),
          after.map(({ timestampMs }) => timestampMs),
        );
      });

      it('goes on when the spare is killed, and gets another', async () => {
        const it = await start();
        await it.more(5);
        const [current = 0, spare = 0] = await it.encoders(2);
        process.kill(spare, 'SIGKILL');
        await waitFor('end of the spare', LIMIT_MS, () => !isRunning(spare));
        await it.more(5);
        const [still, another] = await it.encoders(2);
        assert.equal(still, current);
        assert.notEqual(another, spare);
        assert.equal(it.units.filter(({ key }) => key).length, 1);
      });
    });
  }

  describe(`an Encoder with ${name}`, () => {
    it('makes keyframes without a spare too', async () => {
      const rig = new Rig(TO_H264, await find(), { spare: false });
      await rig.more(5);
      assert.equal(encoderPids().length, 1);
      const before = rig.units.length;
      rig.encoder.requestKeyframe();
      await rig.keyAfter(before);
      await rig.encoders(1);
      await rig.close();
      assert.deepEqual(encoderPids(), []);
    });

    it('goes on with another frame rate, beginning with a keyframe', async () => {
      const rig = new Rig(TO_H264, await find());
      await rig.more(5);
      const [current = 0] = await rig.encoders(2);
      const before = rig.units.length;
      rig.encoder.reconfigure({ ...TO_H264, frameRate: 10 });
      await rig.keyAfter(before);
      await waitFor('end of the old process', LIMIT_MS, () => !isRunning(current));
      await rig.more(5);
      const after = rig.units.slice(rig.units.findLastIndex(({ key }) => key));
      assert.deepEqual(
        shownTimes((await find()).path, after),
        after.map(({ timestampMs }) => timestampMs),
      );
      await rig.close();
      assert.deepEqual(encoderPids(), []);
    });

    it('comes through its start on a busy machine, where the measured frame rate changes all the time', async () => {
      const rig = new Rig(TO_H264, await find());
      let frameRate = 30;
      await waitFor('first unit', LIMIT_MS, () => {
        // Faster than any ffmpeg starts.
        frameRate = 50 - frameRate;
        rig.encoder.reconfigure({ ...TO_H264, frameRate });
        return rig.units.length > 0;
      });
      frameRate = 12;
      rig.encoder.reconfigure({ ...TO_H264, frameRate });
      await rig.keyAfter(rig.units.length);
      await waitFor('the last of the rates alone', LIMIT_MS, () =>
        encoderCommands().every(command => command.includes(`-framerate ${frameRate}`)),
      );
      await rig.more(5);
      assert.deepEqual(rig.failures, []);
      await rig.close();
      assert.deepEqual(encoderPids(), []);
    });

    it('leaves no process when it is closed while it starts', async () => {
      const rig = new Rig(TO_H264, await find());
      await rig.close();
      await rig.close();
      assert.deepEqual(encoderPids(), []);
      assert.equal(rig.units.length, 0);
    });
  });
}

describe('an Encoder whose ffmpeg does not run', () => {
  it('gives up after a few tries and says why', async () => {
    const [first] = FOUND_FFMPEGS;
    const ffmpeg = { ...(await first?.find()), path: '/nonexistent/ffmpeg' } as Ffmpeg;
    const rig = new Rig(TO_H264, ffmpeg);
    await waitFor('failure', LIMIT_MS, () => rig.failures.length > 0);
    await rig.close();
    assert.equal(rig.failures.length, 1);
    assert.equal(rig.failures[0]?.code, 'encoder-failed');
    assert.match(rig.failures[0]?.message ?? '', /ENOENT/);
  });
});

describe('an Encoder of a source with long pauses', () => {
  it('keeps its process, because a pause of the source is no fault of it', async () => {
    const [first] = FOUND_FFMPEGS;
    const ffmpeg = (await first?.find()) as Ffmpeg;
    const clock = new ManualClock();
    const units: AccessUnit[] = [];
    const failed = () => assert.fail('it failed');
    const encoder = new Encoder(
      TO_H264,
      { unit: unit => units.push(unit), failed },
      { ffmpeg, spare: false, clock },
    );
    const pictures = new TimedPictures();
    encoder.push(pictures.next());
    await waitFor('first unit', LIMIT_MS, () => units.length === 1);
    const before = encoderPids();
    clock.advance(10_000);
    encoder.push(pictures.next());
    await waitFor('second unit', LIMIT_MS, () => units.length === 2);
    await settled();
    assert.deepEqual(encoderPids(), before);
    assert.equal(units[1]?.key, false);
    await encoder.close();
  });
});
