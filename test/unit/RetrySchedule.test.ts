import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RetrySchedule } from '../../engine/model/RetrySchedule';

describe('RetrySchedule', () => {
  it('doubles each pause up to the longest', () => {
    const schedule = new RetrySchedule({ firstMs: 100, longestMs: 1000 });
    const pauses = Array.from({ length: 6 }, () => schedule.next());
    assert.deepEqual(pauses, [100, 200, 400, 800, 1000, 1000]);
  });

  it('starts again with the first pause after a success', () => {
    const schedule = new RetrySchedule({ firstMs: 100 });
    schedule.next();
    schedule.next();
    schedule.reset();
    assert.equal(schedule.next(), 100);
  });

  it('waits a quarter of a second at first and never more than half a minute by default', () => {
    const schedule = new RetrySchedule();
    assert.equal(schedule.next(), 250);
    for (let attempt = 0; attempt < 5000; attempt += 1) schedule.next();
    assert.equal(schedule.next(), 30_000);
  });
});
