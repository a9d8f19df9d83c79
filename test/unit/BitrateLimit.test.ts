import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BitrateLimit } from '../../engine/peer/rtp/receive/BitrateLimit';

const TARGET = 3_000_000;

/** The limits after intervals of 1000 packets of which so many were missed and repaired. */
function limits(missedEach: readonly number[], floorBps = 150_000): number[] {
  const limit = new BitrateLimit({ targetBps: TARGET, floorBps });
  let missed = 0;
  return missedEach.map((count, interval) => {
    missed += count;
    return limit.next({ received: 1000 * (interval + 1), missed });
  });
}

describe('A BitrateLimit', () => {
  for (const { it: sentence, missed, expected } of [
    { it: 'is the target without loss', missed: [0, 0], expected: [TARGET, TARGET] },
    { it: 'bears a little loss', missed: [19, 19], expected: [TARGET, TARGET] },
    { it: 'falls on heavy loss', missed: [101, 500], expected: [2_550_000, 2_167_500] },
    {
      it: 'stays at medium loss',
      missed: [200, 50, 100],
      expected: [2_550_000, 2_550_000, 2_550_000],
    },
    {
      it: 'rises again, up to the target',
      missed: [200, 200, 0, 19, 0, 0, 0, 0],
      expected: [2_550_000, 2_167_500, 2_340_900, 2_528_172, 2_730_426, 2_948_860, TARGET, TARGET],
    },
  ]) {
    it(sentence, () => {
      assert.deepEqual(limits(missed), expected);
    });
  }

  it('falls no deeper than the floor', () => {
    assert.equal(limits(Array(60).fill(500)).at(-1), 150_000);
    assert.equal(limits(Array(60).fill(500), 1_000_000).at(-1), 1_000_000);
  });

  it('counts an interval in which nothing came through as lost, one of silence as fine', () => {
    const limit = new BitrateLimit({ targetBps: TARGET });
    assert.equal(limit.next({ received: 0, missed: 50 }), 2_550_000);
    assert.equal(limit.next({ received: 0, missed: 50 }), 2_754_000);
  });

  it('keeps to a target below the usual floor', () => {
    const limit = new BitrateLimit({ targetBps: 100_000 });
    assert.equal(limit.next({ received: 100, missed: 50 }), 100_000);
  });
});
