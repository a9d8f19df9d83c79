import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SampleClock } from '../../engine/capture/SampleClock';
import { seededRandom } from '../support/recordings';

const RATE = 48_000;
const UNIT = 960;

/**
 * The errors in ms of the times of units of 20 ms, each arriving so late as `delayMs` says.
 * @param ppm by how much the sound card is too fast
 */
function errors(count: number, delayMs: (unit: number) => number, ppm = 0): number[] {
  const clock = new SampleClock(RATE);
  let last = Number.NEGATIVE_INFINITY;
  return Array.from({ length: count }, (_, i) => {
    const recordedMs = 1e6 + (i * 20) / (1 + ppm / 1e6);
    clock.arrived((i + 1) * UNIT, recordedMs + 20 + delayMs(i));
    const timeMs = clock.at(i * UNIT);
    assert.ok(timeMs > last, `unit ${i} is not later than the one before`);
    last = timeMs;
    return timeMs - recordedMs;
  });
}

const most = (values: readonly number[]) => Math.max(...values.map(Math.abs));

describe('SampleClock', () => {
  it('is exact where nothing is late', () => {
    assert.ok(most(errors(500, () => 5)) < 5.001);
  });

  it('goes by the arrivals that were least delayed', () => {
    const random = seededRandom(1);
    const found = errors(1000, () => (random() < 0.2 ? 3 : 3 + 60 * random()));
    // The first one may be late; within some seconds that is made good.
    assert.ok(Math.abs((found.at(-1) ?? 0) - 3) < 1, `${found.at(-1)} ms`);
    assert.ok(most(found.slice(300)) < 5);
  });

  for (const ppm of [300, -300]) {
    it(`follows a sound card that is ${ppm} ppm too fast for ten minutes`, () => {
      const random = seededRandom(2);
      const found = errors(30_000, () => 10 * random(), ppm);
      assert.ok(most(found.slice(300)) < 12, `${most(found.slice(300))} ms`);
    });
  }

  it('is not led astray by a pause of ours, after which all arrives at once', () => {
    const found = errors(600, unit => (unit >= 300 && unit < 350 ? (350 - unit) * 20 : 2));
    assert.ok(most(found) < 3, `${most(found)} ms`);
  });

  it('jumps when samples were lost', () => {
    const clock = new SampleClock(RATE);
    let timeMs = 0;
    for (let i = 0; i < 600; i += 1) {
      // The machine slept for 10 s at the 200th unit.
      const sleptMs = i < 200 ? 0 : 10_000;
      clock.arrived((i + 1) * UNIT, (i + 1) * 20 + sleptMs);
      timeMs = clock.at(i * UNIT);
    }
    assert.ok(Math.abs(timeMs - (599 * 20 + 10_000)) < 1, `${timeMs}`);
  });

  it('forgets a first arrival that was very late', () => {
    // A null sink hands over its first two seconds at once.
    const found = errors(1500, unit => (unit < 100 ? 2000 - unit * 20 : 0));
    assert.ok(Math.abs(found.at(-1) ?? 0) < 1, `${found.at(-1)} ms`);
  });
});
