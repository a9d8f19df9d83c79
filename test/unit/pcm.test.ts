import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withChannels } from '../../engine/media/audio/channels';
import { fadedOut } from '../../engine/media/audio/fadedOut';
import { PcmBatcher } from '../../engine/media/audio/PcmBatcher';
import { randomSplits, seededRandom } from '../support/recordings';

function s16(...samples: number[]): Buffer {
  const buffer = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, i) => {
    buffer.writeInt16LE(sample, i * 2);
  });
  return buffer;
}

describe('PcmBatcher', () => {
  it('gives pieces of one size from chunks of any size, odd ones too', () => {
    const random = seededRandom(5);
    const sound = Buffer.from(Array.from({ length: 10_000 }, () => random() * 256));
    const pieces: Buffer[] = [];
    const batcher = new PcmBatcher(320, piece => pieces.push(piece));
    for (const chunk of randomSplits(sound, 9, 1500)) batcher.push(chunk);
    assert.deepEqual([pieces.length, batcher.waiting], [31, 80]);
    assert.ok(pieces.every(piece => piece.length === 320));
    batcher.end();
    assert.equal(batcher.waiting, 0);
    assert.deepEqual(Buffer.concat(pieces), Buffer.concat([sound, Buffer.alloc(240)]));
  });

  it('makes no piece of nothing, and forgets what it is told to', () => {
    const pieces: Buffer[] = [];
    const batcher = new PcmBatcher(4, piece => pieces.push(piece));
    batcher.end();
    batcher.push(Buffer.from([1, 2, 3]));
    batcher.clear();
    batcher.push(Buffer.from([4, 5, 6, 7]));
    assert.deepEqual(pieces, [Buffer.from([4, 5, 6, 7])]);
  });
});

describe('withChannels', () => {
  for (const { it: sentence, pcm, from, to, expected } of [
    { it: 'puts mono on both sides', pcm: s16(1, -2), from: 1, to: 2, expected: s16(1, 1, -2, -2) },
    {
      it: 'mixes stereo without running over',
      pcm: s16(32767, 32767, -32768, -32768, 10, -20),
      from: 2,
      to: 1,
      expected: s16(32767, -32768, -5),
    },
    {
      it: 'keeps the first two of six channels',
      pcm: s16(1, 2, 3, 4, 5, 6),
      from: 6,
      to: 2,
      expected: s16(1, 2),
    },
    {
      it: 'leaves channels that are not there silent',
      pcm: s16(1, 2),
      from: 2,
      to: 3,
      expected: s16(1, 2, 0),
    },
    {
      it: 'drops the half of a moment',
      pcm: s16(4, 8, 15),
      from: 2,
      to: 1,
      expected: s16(6),
    },
  ]) {
    it(sentence, () => assert.deepEqual(withChannels(pcm, from, to), expected));
  }

  it('passes on what has the right channels', () => {
    const pcm = s16(1, 2);
    assert.equal(withChannels(pcm, 2, 2), pcm);
  });
});

describe('fadedOut', () => {
  it('goes evenly from full to silent, all channels alike, and leaves its source as it is', () => {
    const pcm = s16(1000, -1000, 1000, -1000, 1000, -1000, 1000, -1000);
    const faded = fadedOut(pcm, 2);
    assert.deepEqual(faded, s16(1000, -1000, 750, -750, 500, -500, 250, -250));
    assert.equal(pcm.readInt16LE(12), 1000);
  });
});
