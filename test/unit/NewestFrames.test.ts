import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InputFrame } from '../../engine/model/Frame';
import { NewestFrames } from '../../engine/port/NewestFrames';
import { settled } from '../support/settled';

const frame = (value: number): InputFrame => ({
  data: Uint8Array.of(value),
  format: 'gray8',
  width: 1,
  height: 1,
});

/** A hand-over whose end the test tells. */
function setUp() {
  const sent: { value: number | undefined; end: (error?: Error) => void }[] = [];
  const frames = new NewestFrames(
    ({ data }) =>
      new Promise((resolve, reject) => {
        sent.push({ value: data[0], end: error => (error ? reject(error) : resolve()) });
      }),
  );
  const values = () => sent.map(({ value }) => value);
  return { frames, sent, values };
}

describe('NewestFrames', () => {
  it('has one picture under way, and of those that come meanwhile only the newest goes next', async () => {
    const { frames, sent, values } = setUp();
    const puts = [1, 2, 3, 4].map(value => frames.put(frame(value), {}));
    // Those that gave way are done at once: nobody is to wait for them.
    await Promise.all([puts[1], puts[2]]);
    assert.deepEqual(values(), [1]);
    sent[0]?.end();
    await puts[0];
    await settled();
    assert.deepEqual(values(), [1, 4]);
    const last = frames.put(frame(5), {});
    sent[1]?.end();
    await puts[3];
    await settled();
    sent[2]?.end();
    await last;
    assert.deepEqual(values(), [1, 4, 5]);
  });

  it('lets none overtake the one whose turn has just come', async () => {
    const { frames, sent, values } = setUp();
    const first = frames.put(frame(1), {});
    const second = frames.put(frame(2), {});
    sent[0]?.end();
    await first;
    const third = frames.put(frame(3), {});
    await settled();
    assert.deepEqual(values(), [1, 2]);
    sent[1]?.end();
    await second;
    await settled();
    sent[2]?.end();
    await third;
    assert.deepEqual(values(), [1, 2, 3]);
  });

  it('keeps the streams of several topics and peers apart', async () => {
    const { frames, sent, values } = setUp();
    const puts = [
      frames.put(frame(1), { topic: 'front' }),
      frames.put(frame(2), { topic: 'back' }),
      frames.put(frame(3), { topic: 'front', peer: 'a' }),
    ];
    assert.deepEqual(values(), [1, 2, 3]);
    for (const { end } of sent) end();
    await Promise.all(puts);
  });

  it('goes on after one that was refused, and tells it to who put it in', async () => {
    const { frames, sent, values } = setUp();
    const refused = frames.put(frame(1), {});
    const next = frames.put(frame(2), {});
    sent[0]?.end(new Error('no picture'));
    await assert.rejects(refused, /no picture/);
    await settled();
    sent[1]?.end();
    await next;
    assert.deepEqual(values(), [1, 2]);
  });
});
