import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrameRateMeter } from '../../engine/coding/FrameRateMeter';
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

const steady = (fps: number, count = 40): number[] => Array(count).fill(1000 / fps);

describe('FrameRateMeter', () => {
  for (const fps of [1, 5, 10, 15, 24, 25, 30, 50, 60, 120]) {
    it(`measures ${fps} pictures a second`, () => assert.equal(measured(steady(fps)), fps));
  }

  it('says nothing until it has seen a second or so', () => {
    assert.equal(measured(steady(30, 20)), undefined);
  });

  it('bears jitter', () => {
    const random = seededRandom(7);
    const jittered = Array.from({ length: 60 }, () => 33.3 + 30 * (random() - 0.5));
    const rate = measured(jittered) ?? 0;
    assert.ok(rate >= 28 && rate <= 32, `${rate}`);
  });

  it('is not misled by a pause of the source', () => {
    assert.equal(measured([...steady(30, 20), 10_000, ...steady(30, 20)]), 30);
  });

  it('forgets an earlier rate', () => {
    assert.equal(measured([...steady(10), ...steady(25)]), 25);
  });

  it('stays between 1 and 120, whatever the times say', () => {
    assert.equal(measured(Array(40).fill(5000)), 1);
    assert.equal(measured(Array(40).fill(1)), 120);
  });

  it('bears times that stand still or go back', () => {
    const rate = measured(steady(30).flatMap(interval => [interval, 0, 0]));
    assert.equal(rate, 30);
    assert.equal(measured([...steady(30, 10), -500, ...steady(30, 40)]), 30);
  });
});
