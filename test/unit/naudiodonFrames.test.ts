import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NaudiodonReader, naudiodonFrame } from '../../engine/capture/microphone/naudiodonFrames';
import { randomSplits, seededRandom } from '../support/recordings';

const random = seededRandom(11);
const noise = (bytes: number) =>
  Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)));

describe('NaudiodonReader', () => {
  const pcm = Array.from({ length: 20 }, (_, i) => noise(2 * i));
  /** Starts as a marker does, and goes on otherwise. */
  const tricky = naudiodonFrame(Buffer.alloc(0)).subarray(0, 5);
  const endless = naudiodonFrame(Buffer.alloc(4));
  endless.writeUInt32LE(0xffffffff, 8);

  for (const { it: sentence, between } of [
    { it: 'gives the frames as they were written', between: () => Buffer.alloc(0) },
    { it: 'skips what the module prints', between: () => Buffer.from('PortAudio V19\nxruns: 3\n') },
    { it: 'skips noise', between: () => noise(333) },
    { it: 'skips what begins as a frame does', between: () => tricky },
    { it: 'skips a frame of impossible length', between: () => endless },
  ]) {
    it(sentence, () => {
      const written = Buffer.concat(pcm.flatMap(each => [between(), naudiodonFrame(each)]));
      for (const longest of [1, 13, 5000]) {
        const read: Buffer[] = [];
        const reader = new NaudiodonReader(each => read.push(each));
        for (const chunk of randomSplits(written, longest, longest)) reader.push(chunk);
        assert.deepEqual(read, pcm);
      }
    });
  }
});
