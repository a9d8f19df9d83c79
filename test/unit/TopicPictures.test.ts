import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { TopicPictures } from '../../engine/source/flow/TopicPictures';
import { ManualClock } from '../support/ManualClock';

const FRAME = { format: 'gray8', width: 2, height: 2, data: Buffer.alloc(4) } as const;

describe('the pictures of several topics', () => {
  let clock: ManualClock;
  let pictures: TopicPictures;
  let changes: number;
  const open = (keepsLast: boolean) => {
    const ffmpeg = new FfmpegFinder({ candidates: () => [] });
    let begun = 0;
    clock = new ManualClock();
    changes = 0;
    pictures = new TopicPictures({
      ...{ keepsLast, clock },
      tools: () => ({ ffmpeg, log: () => {} }),
      changed: () => {
        changes += 1;
      },
      begin: () => {
        begun += 1;
        return begun;
      },
    });
  };
  const sources = () => pictures.sources.map(({ source }) => source);
  beforeEach(() => open(true));
  afterEach(async () => {
    await pictures.close();
    assert.equal(clock.pending, 0);
  });

  it('are a source each, the first in front as long as its pictures come', async () => {
    await pictures.put(FRAME, 'front');
    await pictures.put(FRAME, 'back');
    const [front, back] = sources();
    for (let round = 0; round < 10; round += 1) {
      clock.advance(4000);
      await pictures.put(FRAME, 'back');
      await pictures.put(FRAME, 'front');
    }
    assert.deepEqual(sources(), [front, back]);
    assert.equal(changes, 2);
  });

  it('move up when one before them has fallen silent', async () => {
    await pictures.put(FRAME, 'front');
    await pictures.put(FRAME, 'back');
    const [, back] = sources();
    clock.advance(4000);
    await pictures.put(FRAME, 'back');
    clock.advance(1000);
    assert.deepEqual(sources(), [back]);
    await pictures.put(FRAME, 'front');
    assert.equal(sources()[0], back, 'who comes back is last');
  });

  it('stay when there is no other: a flow may send a single picture', async () => {
    await pictures.put(FRAME, 'plan');
    const [plan] = sources();
    clock.advance(3_600_000);
    assert.deepEqual(sources(), [plan]);
    await pictures.put(FRAME, 'other');
    assert.equal(sources().length, 1);
    assert.notEqual(sources()[0], plan);
  });

  it('go all where the last one is not to stay', async () => {
    open(false);
    await pictures.put(FRAME, 'guest');
    clock.advance(5000);
    assert.deepEqual(sources(), []);
    assert.equal(changes, 2);
  });

  it('are bounded, whatever they are called', async () => {
    for (let topic = 0; topic < 100; topic += 1) await pictures.put(FRAME, `picture ${topic}`);
    assert.equal(sources().length, 16);
  });

  it('take the place that was held for the first of them', async () => {
    pictures.hold();
    const held = sources();
    assert.equal(held.length, 1);
    await pictures.put(FRAME, 'front');
    assert.deepEqual(sources(), held);
    await pictures.put(FRAME, 'back');
    assert.equal(sources().length, 2);
  });
});
