import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Backoff } from '../../client/connection/Backoff';

describe('Backoff', () => {
  it('doubles from a quarter of a second to five seconds', () => {
    const backoff = new Backoff({ jitter: 0 });
    const delays = Array.from({ length: 7 }, () => backoff.next());
    assert.deepEqual(delays, [250, 500, 1000, 2000, 4000, 5000, 5000]);
  });

  it('stays at the longest delay however often it fails', () => {
    const backoff = new Backoff({ jitter: 0 });
    for (let failure = 0; failure < 5000; failure += 1) backoff.next();
    assert.equal(backoff.next(), 5000);
  });

  it('starts again after a reset', () => {
    const backoff = new Backoff({ jitter: 0 });
    backoff.next();
    backoff.next();
    backoff.reset();
    assert.equal(backoff.next(), 250);
  });

  for (const { it: sentence, chance, expected } of [
    { it: 'takes nothing away when chance says 0', chance: 0, expected: 250 },
    { it: 'takes half of the jitter away when chance says 0.5', chance: 0.5, expected: 200 },
  ]) {
    it(sentence, () => {
      const backoff = new Backoff({ jitter: 0.4, random: () => chance });
      assert.equal(backoff.next(), expected);
    });
  }

  it('never waits less than the floor, whatever chance says', () => {
    const backoff = new Backoff({ random: () => 0.999 });
    assert.equal(backoff.next(3000), 3000);
  });
});
