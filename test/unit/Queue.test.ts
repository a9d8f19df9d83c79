import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Queue } from '../../client/base/Queue';

describe('Queue', () => {
  it('gives out what was put in, in order', async () => {
    const queue = new Queue<number>();
    queue.put_nowait(1);
    queue.put_nowait(2);
    assert.deepEqual([await queue.get(), await queue.get()], [1, 2]);
  });

  it('lets readers wait and serves them in the order of their calls', async () => {
    const queue = new Queue<string>();
    const both = Promise.all([queue.get(), queue.get()]);
    queue.put_nowait('first');
    queue.put_nowait('second');
    assert.deepEqual(await both, ['first', 'second']);
  });

  it('hands over undefined like any other item', async () => {
    const queue = new Queue<undefined>();
    queue.put_nowait(undefined);
    assert.equal(await queue.get(), undefined);
  });

  it('takes items through a detached put_nowait', async () => {
    const queue = new Queue<string>();
    const { put_nowait } = queue;
    put_nowait('passed as a callback');
    assert.equal(await queue.get(), 'passed as a callback');
  });
});
