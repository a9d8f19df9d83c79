import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Watchdog } from '../../engine/peer/Watchdog';
import { ManualClock } from '../support/ManualClock';

function setUp() {
  const clock = new ManualClock();
  const barks: number[] = [];
  const watchdog = new Watchdog(() => barks.push(clock.now()), { silenceMs: 1000, clock });
  watchdog.start();
  return { clock, barks, watchdog };
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

  it('sets one timer, however much is heard', () => {
    const { clock, watchdog } = setUp();
    for (let packet = 0; packet < 1000; packet += 1) watchdog.heard();
    assert.equal(clock.pending, 1);
  });

  it('does not watch before it is told to', () => {
    const clock = new ManualClock();
    const watchdog = new Watchdog(() => assert.fail('it barks'), { silenceMs: 1000, clock });
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
