import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Repeats } from '../../nodes/lib/Repeats';

describe('Repeats', () => {
  it('tells what goes on at once, and then every 10 s with how often it came', () => {
    const repeats = new Repeats();
    const told: [number, number][] = [];
    // 6 a second for 21 s, as frames into a speaker.
    for (let count = 0; count <= 126; count += 1) {
      const nowMs = (count * 1000) / 6;
      const number = repeats.take('a picture', nowMs);
      if (number !== undefined) told.push([Math.round(nowMs / 1000), number]);
    }
    assert.deepEqual(told, [
      [0, 0],
      [10, 59],
      [20, 59],
    ]);
  });

  it('tells each text for itself', () => {
    const repeats = new Repeats();
    assert.equal(repeats.take('a', 0), 0);
    assert.equal(repeats.take('b', 1), 0);
    assert.equal(repeats.take('a', 2), undefined);
  });

  it('remembers a bounded number of them', () => {
    const repeats = new Repeats();
    repeats.take('first', 0);
    for (let text = 0; text < 60; text += 1) repeats.take(`${text}`, 1);
    assert.equal(repeats.take('first', 2), 0);
  });
});
