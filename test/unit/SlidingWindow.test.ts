import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SlidingWindow } from '../../client/base/SlidingWindow';

describe('SlidingWindow', () => {
  it('has no percentile without measurements', () => {
    assert.equal(new SlidingWindow(3000).percentile(0.5), undefined);
  });

  it('gives the value that a share of the measurements do not exceed', () => {
    const window = new SlidingWindow(3000);
    for (let value = 100; value >= 1; value -= 1) window.add(value, 0);
    assert.deepEqual(
      [0, 0.5, 0.95, 1].map(share => window.percentile(share)),
      [1, 50, 95, 100],
    );
  });

  it('sorts by value, not by text', () => {
    const window = new SlidingWindow(3000);
    for (const value of [9, 100, 20]) window.add(value, 0);
    assert.equal(window.percentile(0.5), 20);
  });

  it('forgets measurements older than the window', () => {
    const window = new SlidingWindow(3000);
    window.add(1, 0);
    window.add(2, 2999);
    assert.equal(window.percentile(0), 1);
    window.expire(3000);
    assert.equal(window.percentile(0), 2);
  });
});
