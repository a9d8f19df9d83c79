import assert from 'node:assert/strict';
import { getActiveResourcesInfo } from 'node:process';
import { describe, it } from 'node:test';
import { TestPattern, type TestPatternOptions } from '../../engine/capture/testPattern/TestPattern';
import { readCells } from '../../engine/capture/testPattern/timeCells';
import { type AccessUnit, i420Bytes } from '../../engine/model/AccessUnit';
import { type Clock, epochMs } from '../../engine/model/Clock';
import { ManualClock } from '../support/ManualClock';

const EPOCH_MS = Date.UTC(2026, 5, 7, 8, 9, 10);

/** A clock whose timers ring late, or early, as real ones do. */
class UnpunctualClock implements Clock {
  readonly hands = new ManualClock();
  /** How much later than asked the timers ring that are set from now on. */
  lateMs = 0;

  now(): number {
    return this.hands.now();
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.hands.after(Math.max(0, delayMs + this.lateMs), callback);
  }
}

function opened(options: TestPatternOptions = {}) {
  const clock = new UnpunctualClock();
  clock.hands.advance(5000);
  const startMs = clock.now();
  const units: AccessUnit[] = [];
  const now = () => EPOCH_MS + clock.now() - startMs;
  const pattern = new TestPattern({ width: 160, height: 120, clock, now, ...options });
  const run = pattern.open({
    unit: unit => units.push(unit),
    failed: error => assert.fail(error),
    ended: () => assert.fail('it ended'),
  });
  /** When each unit came, in whole ms since the opening. */
  const times = () => units.map(unit => Math.round(unit.timestampMs - EPOCH_MS));
  return { clock, units, run, times };
}

describe('TestPattern', () => {
  it('gives nothing while it is being opened, and the first picture at once thereafter', () => {
    const { clock, units } = opened();
    assert.equal(units.length, 0);
    clock.hands.advance(0);
    assert.equal(units.length, 1);
  });

  for (const { frameRate, expected } of [
    { frameRate: 30, expected: [0, 33, 67, 100, 133, 167, 200] },
    { frameRate: 10, expected: [0, 100, 200] },
  ]) {
    it(`keeps the pace of ${frameRate} pictures a second`, () => {
      const { clock, times } = opened({ frameRate });
      clock.hands.advance(201);
      assert.deepEqual(times(), expected);
    });
  }

  it('does not drift when each timer is late', () => {
    const { clock, units, times } = opened();
    clock.lateMs = 1.7;
    clock.hands.advance(10_001);
    assert.equal(units.length, 300);
    assert.equal(times().at(-1), Math.round((299 * 1000) / 30 + 1.7));
  });

  it('does not hurry or stop when timers are early', () => {
    const { clock, units } = opened();
    clock.lateMs = -0.4;
    clock.hands.advance(10_001);
    assert.equal(units.length, 301);
  });

  it('skips what was missed instead of sending a burst', () => {
    const { clock, times } = opened({ frameRate: 10 });
    clock.hands.advance(50);
    clock.lateMs = 350;
    clock.hands.advance(100);
    clock.lateMs = 0;
    clock.hands.advance(551);
    assert.deepEqual(times(), [0, 100, 550, 600, 700]);
  });

  it('shows the capture time of each unit in its cells', () => {
    const { clock, units } = opened({ width: 640, height: 480 });
    clock.hands.advance(101);
    assert.equal(units.length, 4);
    for (const { data, width, height, timestampMs } of units) {
      const shown = readCells((x, y) => data[y * width + x] ?? 0, width, height);
      assert.equal(shown, Math.round(timestampMs));
    }
  });

  it('gives each unit memory of its own, and as key', () => {
    const { clock, units } = opened();
    clock.hands.advance(101);
    assert.equal(new Set(units.map(unit => unit.data.buffer)).size, units.length);
    for (const unit of units) {
      assert.equal(unit.data.buffer.byteLength, unit.data.length);
      assert.equal(unit.key, true);
      assert.equal(unit.codec, 'I420');
    }
  });

  for (const { wanted, given } of [
    { wanted: { width: 1280, height: 720 }, given: [1280, 720] },
    { wanted: { width: 321, height: 243 }, given: [322, 244] },
    { wanted: { width: 1, height: 1 }, given: [160, 120] },
    { wanted: { width: 1920, height: 120 }, given: [1920, 120] },
    { wanted: { width: 160, height: 1080 }, given: [160, 1080] },
  ]) {
    it(`draws ${given.join('x')} when ${wanted.width}x${wanted.height} is wanted`, () => {
      const { clock, units } = opened(wanted);
      clock.hands.advance(2000);
      assert.equal(units.length, 61);
      const [width = 0, height = 0] = given;
      for (const unit of units) {
        assert.deepEqual([unit.width, unit.height], given);
        assert.equal(unit.data.length, i420Bytes(width, height));
      }
    });
  }

  it('changes from picture to picture below the cells too', () => {
    const { clock, units } = opened();
    clock.hands.advance(101);
    const lower = units.map(unit => unit.data.subarray((160 * 120) / 4).toString('base64'));
    assert.equal(new Set(lower).size, units.length);
  });

  it('stops when it is closed, twice over, and leaves no timer', async () => {
    const { clock, units, run } = opened();
    clock.hands.advance(50);
    const before = units.length;
    await run.close();
    await run.close();
    assert.equal(clock.hands.pending, 0);
    clock.hands.advance(1000);
    assert.equal(units.length, before);
  });

  it('stops when it is closed by the one who receives a picture', () => {
    const clock = new UnpunctualClock();
    let count = 0;
    const run = new TestPattern({ width: 160, height: 120, clock }).open({
      unit: () => {
        count += 1;
        void run.close();
      },
      failed: error => assert.fail(error),
      ended: () => assert.fail('it ended'),
    });
    clock.hands.advance(1000);
    assert.equal(count, 1);
    assert.equal(clock.hands.pending, 0);
  });

  it("runs by the system's clock and leaves no timer there", async () => {
    const timers = () => getActiveResourcesInfo().filter(name => name === 'Timeout').length;
    const before = timers();
    const keepAlive = setInterval(() => {}, 1000);
    const startedMs = epochMs();
    const times = await new Promise<number[]>(resolve => {
      const seen: number[] = [];
      const run = new TestPattern({ width: 160, height: 120, frameRate: 100 }).open({
        unit: unit => {
          seen.push(unit.timestampMs);
          if (seen.length === 5) void run.close().then(() => resolve(seen));
        },
        failed: error => assert.fail(error),
        ended: () => assert.fail('it ended'),
      });
    });
    clearInterval(keepAlive);
    assert.equal(timers(), before);
    // From the start: on a busy machine the first may be late, and the next ones catch up.
    assert.ok((times[4] ?? 0) - startedMs >= 35);
    assert.ok(Math.abs((times[4] ?? 0) - Date.now()) < 5000);
  });
});
