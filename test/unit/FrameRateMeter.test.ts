import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrameRateMeter } from '../../engine/source/FrameRateMeter';
import { seededRandom } from '../support/recordings';

/** The rate that is measured after these intervals in ms. */
function measured(intervalsMs: readonly number[]): number | undefined {
  const meter = new FrameRateMeter();
  let timeMs = 1000;
  meter.add(timeMs);
  for (const interval of intervalsMs) {
    timeMs += interval;
    meter.add(timeMs);
  }
  return meter.frameRate;
}

const steady = (fps: number, seconds = 4): number[] =>
  Array(Math.ceil(fps * seconds)).fill(1000 / fps);

/** Every rate that a meter tells of arrivals in bursts, each as often as pictures came with it. */
function toldInBursts({ fps = 25, periodMs = 1000, seconds = 30, sourceClock = false }) {
  const meter = new FrameRateMeter();
  const told = new Map<number, number>();
  for (let count = 0; count < fps * seconds; count += 1) {
    const takenMs = (count * 1000) / fps;
    // What was taken by then comes at the end of the period, a packet after the other.
    const burst = Math.ceil((takenMs + 1) / periodMs);
    const place = count - Math.ceil(((burst - 1) * periodMs * fps) / 1000);
    meter.add(burst * periodMs + place * 0.4, sourceClock ? takenMs : undefined);
    const rate = meter.frameRate;
    if (rate !== undefined) told.set(rate, (told.get(rate) ?? 0) + 1);
  }
  return told;
}

describe('FrameRateMeter', () => {
  for (const fps of [1, 5, 10, 15, 24, 25, 30, 50, 60, 120, 218]) {
    it(`measures ${fps} pictures a second`, () => assert.equal(measured(steady(fps)), fps));
  }

  for (const { fps, intervalMs } of [
    { fps: 0.5, intervalMs: 2000 },
    { fps: 0.1, intervalMs: 8000 },
    { fps: 0.03, intervalMs: 30_000 },
  ]) {
    it(`measures a picture in ${intervalMs / 1000} s`, () =>
      assert.equal(measured(Array(5).fill(intervalMs)), fps));
  }

  it('says nothing until it has seen a second or so', () => {
    assert.equal(measured(steady(30, 0.7)), undefined);
  });

  for (const { fps, periodMs } of [
    { fps: 25, periodMs: 120 },
    { fps: 25, periodMs: 500 },
    { fps: 25, periodMs: 1000 },
    { fps: 30, periodMs: 1000 },
    { fps: 30, periodMs: 2000 },
  ]) {
    it(`says ${fps} from the first to the last when all of ${periodMs} ms come at once`, () => {
      const told = toldInBursts({ fps, periodMs });
      assert.deepEqual([...told.keys()], [fps]);
      assert.ok((told.get(fps) ?? 0) > fps * 20, `told for ${told.get(fps)} pictures`);
    });
  }

  it('takes the times that the source gives, and needs no second burst then', () => {
    const told = toldInBursts({ fps: 25, periodMs: 2000, seconds: 4, sourceClock: true });
    assert.deepEqual([...told], [[25, 75]]);
  });

  it('is not misled by what a server sends at once when a viewer comes', () => {
    const meter = new FrameRateMeter();
    const told = new Set<number | undefined>();
    for (let count = 0; count < 700; count += 1) {
      // Ten seconds that were kept, then one picture after the other.
      meter.add(Math.max(count * 0.5, (count - 250) * 40), count * 40);
      told.add(meter.frameRate);
    }
    assert.deepEqual([...told], [undefined, 25]);
  });

  it("does not believe a source's clock that goes on with 25 when 12 come", () => {
    const meter = new FrameRateMeter();
    for (let count = 0; count < 12 * 20; count += 1) meter.add((count * 1000) / 12, count * 40);
    assert.equal(meter.frameRate, 12);
  });

  it('bears jitter', () => {
    const random = seededRandom(7);
    const jittered = Array.from({ length: 120 }, () => 33.3 + 30 * (random() - 0.5));
    const rate = measured(jittered) ?? 0;
    assert.ok(rate >= 29 && rate <= 31, `${rate}`);
  });

  it('averages a source of changing pace', () => {
    const random = seededRandom(5);
    const intervals = Array.from({ length: 300 }, () => 20 + 80 * random());
    const rate = measured(intervals) ?? 0;
    assert.ok(rate >= 14 && rate <= 20, `${rate}`);
  });

  it('is not misled by a pause of the source', () => {
    assert.equal(measured([...steady(30), 10_000, ...steady(30, 1)]), 30);
    assert.equal(measured([...steady(30), 10_000, ...steady(30)]), 30);
  });

  it('forgets an earlier rate', () => {
    assert.equal(measured([...steady(10, 20), ...steady(25, 9)]), 25);
    assert.equal(measured([...steady(25, 20), ...steady(0.2, 30)]), 0.2);
  });

  it('says 240 at most, whatever the times say', () => {
    assert.equal(measured(Array(4000).fill(1)), 240);
  });

  it('bears times that stand still or go back', () => {
    const rate = measured(steady(30).flatMap(interval => [interval, 0, 0]));
    assert.equal(rate, 30);
    assert.equal(measured([...steady(30), -500, ...steady(30)]), 30);
  });
});
