import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Watchdog } from '../../engine/peer/Watchdog';
import { ManualClock } from '../support/ManualClock';

function setUp() {
  const clock = new ManualClock();
  const barks: number[] = [];
  const asks: number[] = [];
  const watchdog = new Watchdog(
    { ask: () => asks.push(clock.now()), bark: () => barks.push(clock.now()) },
    { silenceMs: 1000, clock },
  );
  watchdog.start();
  return { clock, barks, asks, watchdog };
}

describe('a Watchdog', () => {
  it('barks once after the silence', () => {
    const { clock, barks } = setUp();
    clock.advance(999);
    assert.deepEqual(barks, []);
    clock.advance(10_000);
    assert.deepEqual(barks, [1000]);
    assert.equal(clock.pending, 0);
  });

  it('counts the silence from the last that was heard', () => {
    const { clock, barks, watchdog } = setUp();
    for (const at of [100, 900, 1850]) clock.after(at, () => watchdog.heard());
    clock.advance(20_000);
    assert.deepEqual(barks, [2850]);
  });

  it('barks in time although it was heard shortly after it began to watch', () => {
    const { clock, barks, watchdog } = setUp();
    clock.after(100, () => watchdog.heard());
    clock.advance(20_000);
    assert.deepEqual(barks, [1100]);
  });

  it('asks once in each silence, half way to its end', () => {
    const { clock, asks, barks, watchdog } = setUp();
    clock.after(700, () => watchdog.heard());
    clock.advance(20_000);
    assert.deepEqual(asks, [500, 1200]);
    assert.deepEqual(barks, [1700]);
  });

  it('asks before it gives up after it has slept itself', () => {
    let nowMs = 0;
    let wake = () => {};
    const clock = {
      now: () => nowMs,
      after: (_: number, act: () => void) => {
        wake = act;
        return () => {};
      },
    };
    const told: string[] = [];
    const handlers = { ask: () => told.push('ask'), bark: () => told.push('bark') };
    new Watchdog(handlers, { silenceMs: 1000, clock }).start();
    nowMs = 60_000;
    wake();
    assert.deepEqual(told, ['ask']);
    nowMs += 500;
    wake();
    assert.deepEqual(told, ['ask', 'bark']);
  });

  it('sets one timer, however much is heard', () => {
    const { clock, watchdog } = setUp();
    for (let packet = 0; packet < 1000; packet += 1) watchdog.heard();
    assert.equal(clock.pending, 1);
  });

  it('does not watch before it is told to', () => {
    const clock = new ManualClock();
    const handlers = { ask: () => assert.fail('it asks'), bark: () => assert.fail('it barks') };
    const watchdog = new Watchdog(handlers, { silenceMs: 1000, clock });
    watchdog.heard();
    clock.advance(5000);
    assert.equal(clock.pending, 0);
  });

  it('is quiet after it was closed', () => {
    const { clock, barks, watchdog } = setUp();
    watchdog.close();
    watchdog.close();
    assert.equal(clock.pending, 0);
    clock.advance(5000);
    assert.deepEqual(barks, []);
  });
});
