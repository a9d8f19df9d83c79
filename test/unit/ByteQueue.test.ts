import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteQueue } from '../../engine/media/containers/ByteQueue';
import { randomSplits, seededRandom } from '../support/recordings';

const BYTES = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7) % 251));

describe('ByteQueue', () => {
  it('gives back, in units of any size, what came in chunks of any size', () => {
    const random = seededRandom(5);
    const queue = new ByteQueue();
    const taken: Buffer[] = [];
    for (const chunk of randomSplits(BYTES, 4, 300)) {
      queue.push(chunk);
      const size = Math.floor(random() * 200);
      if (size > queue.length) continue;
      const peeked = queue.peek(size);
      const read = queue.read(size);
      assert.ok(read.equals(peeked));
      taken.push(read);
    }
    taken.push(queue.read(queue.length));
    assert.ok(Buffer.concat(taken).equals(BYTES));
  });

  it('skips bytes across chunks', () => {
    const queue = new ByteQueue();
    for (const chunk of ['ab', 'cd', 'ef']) queue.push(Buffer.from(chunk));
    queue.skip(3);
    assert.equal(queue.length, 3);
    assert.equal(queue.read(3).toString(), 'def');
  });

  it('peeks at no more than there is', () => {
    const queue = new ByteQueue();
    queue.push(Buffer.from('abc'));
    assert.equal(queue.peek(10).toString(), 'abc');
    assert.equal(queue.length, 3);
  });

  it('refuses to give more than there is', () => {
    const queue = new ByteQueue();
    queue.push(Buffer.from('abc'));
    assert.throws(() => queue.read(4), RangeError);
    assert.throws(() => queue.skip(4), RangeError);
    assert.equal(queue.read(3).toString(), 'abc');
  });

  it('shares no memory with the chunks', () => {
    const queue = new ByteQueue();
    const chunk = Buffer.from('abcdef');
    queue.push(chunk);
    const unit = queue.read(3);
    chunk.fill(0);
    assert.equal(unit.toString(), 'abc');
  });
});
