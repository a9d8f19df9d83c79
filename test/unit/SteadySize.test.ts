import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SteadySize } from '../../engine/source/SteadySize';

const SMALL = { width: 320, height: 240 };
const LARGE = { width: 640, height: 480 };

/** The widths in use with pictures of these sizes, so much after each other. */
function used(sizes: readonly (typeof SMALL)[], everyMs: number) {
  const steady = new SteadySize();
  const widths = sizes.map((size, index) => steady.take(size, index * everyMs).width);
  return { widths, isMixed: steady.isMixed((sizes.length - 1) * everyMs) };
}

describe('SteadySize', () => {
  it('keeps the first of two sizes that come in turn, and says that they do', () => {
    const sizes = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? SMALL : LARGE));
    const { widths, isMixed } = used(sizes, 17);
    assert.deepEqual(new Set(widths), new Set([320]));
    assert.equal(isMixed, true);
  });

  it('goes over to another size within a second, once', () => {
    const sizes = [SMALL, SMALL, ...Array.from({ length: 30 }, () => LARGE)];
    const { widths, isMixed } = used(sizes, 100);
    const changeAt = widths.indexOf(640);
    assert.ok(changeAt * 100 <= 1000, `after ${changeAt * 100} ms`);
    assert.ok(widths.slice(changeAt).every(width => width === 640));
    assert.equal(isMixed, false);
  });

  it('takes each size at once where pictures are seconds apart', () => {
    const { widths, isMixed } = used([SMALL, LARGE, SMALL, LARGE], 2000);
    assert.deepEqual(widths, [320, 640, 320, 640]);
    assert.equal(isMixed, false);
  });

  it('says no more that they are mixed when they are one size again', () => {
    const steady = new SteadySize();
    for (const [index, size] of [SMALL, LARGE, SMALL].entries()) steady.take(size, index * 10);
    assert.equal(steady.isMixed(20), true);
    for (let nowMs = 30; nowMs < 6000; nowMs += 40) steady.take(SMALL, nowMs);
    assert.equal(steady.isMixed(6000), false);
  });
});
