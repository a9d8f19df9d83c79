import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isWav, parseWav } from '../../engine/media/audio/wav';
import { WavError } from '../../engine/model/errors/soundErrors';
import { FFMPEGS, record, seededRandom } from '../support/recordings';
import { channelOf, frequencyOf, levelDb } from '../support/tones';

interface Parts {
  tag?: number;
  bits?: number;
  channels?: number;
  sampleRate?: number;
  data?: Buffer;
  /** What the header says of the data. Default: its length. */
  dataBytes?: number;
  /** Put in front of the samples. */
  before?: Buffer;
}

function chunk(name: string, content: Buffer, bytes = content.length): Buffer {
  const header = Buffer.alloc(8);
  header.write(name, 'latin1');
  header.writeUInt32LE(bytes, 4);
  return Buffer.concat([header, content, Buffer.alloc(bytes % 2)]);
}

function wav({
  tag = 1,
  bits = 16,
  channels = 1,
  sampleRate = 16_000,
  data = Buffer.alloc(0),
  dataBytes = data.length,
  before = Buffer.alloc(0),
}: Parts): Buffer {
  const format = Buffer.alloc(16);
  format.writeUInt16LE(tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(sampleRate, 4);
  format.writeUInt16LE(bits, 14);
  const chunks = Buffer.concat([chunk('fmt ', format), before, chunk('data', data, dataBytes)]);
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), chunks]));
}

function samplesOf(data: Buffer): number[] {
  return Array.from({ length: data.length / 2 }, (_, i) => data.readInt16LE(i * 2));
}

const floats = (...values: number[]) => {
  const buffer = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    buffer.writeFloatLE(value, i * 4);
  });
  return buffer;
};

describe('parseWav', () => {
  for (const { it: sentence, parts, expected } of [
    {
      it: 'reads 8 bit, which has no sign',
      parts: { bits: 8, data: Buffer.from([0, 128, 255]) },
      expected: [-32768, 0, 32512],
    },
    {
      it: 'reads 16 bit',
      parts: { data: Buffer.from('0080ff7f0100', 'hex') },
      expected: [-32768, 32767, 1],
    },
    {
      it: 'reads the upper 16 of 24 bit',
      parts: { bits: 24, data: Buffer.from('ff0080ffff7f', 'hex') },
      expected: [-32768, 32767],
    },
    {
      it: 'reads the upper 16 of 32 bit',
      parts: { bits: 32, data: Buffer.from('ffff0080ffffff7f', 'hex') },
      expected: [-32768, 32767],
    },
    {
      it: 'reads floats, cut at full scale, nonsense as silence',
      parts: { tag: 3, bits: 32, data: floats(0.5, -1, 1, 7, Number.NaN) },
      expected: [16384, -32768, 32767, 32767, 0],
    },
    {
      it: 'skips chunks in front of the samples, also of odd length',
      parts: { before: chunk('LIST', Buffer.from('odd')), data: Buffer.from('0100', 'hex') },
      expected: [1],
    },
    {
      it: 'takes all of a file that was written to a pipe',
      parts: { dataBytes: 0xfffffffe, data: Buffer.from('01000200', 'hex') },
      expected: [1, 2],
    },
    {
      it: 'takes no half of a last moment',
      parts: { channels: 2, data: Buffer.from('010002000300', 'hex') },
      expected: [1, 2],
    },
    { it: 'reads a file without a sound', parts: {}, expected: [] },
  ] as { it: string; parts: Parts; expected: number[] }[]) {
    it(sentence, () => {
      const { data, channels, sampleRate } = parseWav(wav(parts));
      assert.deepEqual(samplesOf(data), expected);
      assert.deepEqual([channels, sampleRate], [parts.channels ?? 1, 16_000]);
    });
  }

  for (const { name, path } of FFMPEGS) {
    for (const codec of ['pcm_u8', 'pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le']) {
      it(`reads ${codec} of ${name}, six channels as two`, () => {
        for (const channels of [2, 6]) {
          const source = 'sine=frequency=1000:sample_rate=44100:duration=0.5,volume=4';
          const file = record(path, [
            ...['-f', 'lavfi', '-i', source, '-ac', String(channels)],
            ...['-c:a', codec, '-f', 'wav', 'pipe:1'],
          ]);
          const sound = parseWav(file);
          assert.deepEqual([sound.channels, sound.sampleRate], [channels, 44_100]);
          // Of six channels the third is the middle one, where mono goes.
          const heard = channelOf(sound.data, channels, channels === 6 ? 2 : 0);
          assert.equal(heard.length, 22_050);
          assert.ok(Math.abs(frequencyOf(heard, 44_100) - 1000) < 1);
          assert.ok(levelDb(heard) > -13);
        }
      });
    }
  }

  for (const { it: sentence, file, reason } of [
    { it: 'what is no WAV file', file: Buffer.from('ID3 and so on'), reason: /does not begin/ },
    { it: 'nothing at all', file: Buffer.alloc(0), reason: /does not begin/ },
    { it: 'a file that ends early', file: wav({}).subarray(0, 30), reason: /cut off/ },
    { it: 'a file without samples', file: wav({}).subarray(0, 36), reason: /no samples/ },
    { it: 'A-law', file: wav({ tag: 6, bits: 8 }), reason: /format 6 with 8 bit/ },
    { it: 'double floats', file: wav({ tag: 3, bits: 64 }), reason: /format 3 with 64 bit/ },
    { it: 'a sound without channels', file: wav({ channels: 0 }), reason: /0 channels/ },
  ]) {
    it(`refuses ${sentence}`, () => {
      assert.throws(
        () => parseWav(file),
        (error: unknown) => error instanceof WavError && reason.test(error.message),
      );
    });
  }

  it('bears any damage', () => {
    const random = seededRandom(3);
    const whole = wav({ data: Buffer.alloc(64), before: chunk('LIST', Buffer.alloc(10)) });
    let read = 0;
    for (let i = 0; i < 3000; i += 1) {
      const file = Buffer.from(whole.subarray(0, Math.ceil(random() * whole.length)));
      file[Math.floor(random() * file.length)] = Math.floor(random() * 256);
      try {
        read += parseWav(file).data.length > 0 ? 1 : 0;
      } catch (error) {
        assert.ok(error instanceof WavError, String(error));
      }
    }
    assert.ok(read > 100);
  });

  it('knows a WAV file by its begin', () => {
    assert.equal(isWav(wav({})), true);
    assert.equal(isWav(Buffer.from('RIFF....AVI ')), false);
    assert.equal(isWav(Buffer.alloc(3)), false);
  });
});

describe('a WAV file for more than 4 GB', () => {
  for (const kind of ['RF64', 'BW64']) {
    it(`is read as ${kind}, up to the end that it names elsewhere`, () => {
      const lengths = Buffer.alloc(28);
      lengths.writeBigUInt64LE(4n, 8);
      const samples = Buffer.from([1, 0, 2, 0]);
      const file = wav({
        before: chunk('ds64', lengths),
        // What follows the samples is none of them.
        data: Buffer.concat([samples, chunk('LIST', Buffer.from('by x'))]),
        dataBytes: 0,
      });
      file.write(kind, 0, 'latin1');
      file.writeUInt32LE(0xffffffff, file.indexOf('data') + 4);
      assert.equal(isWav(file), true);
      assert.deepEqual(samplesOf(parseWav(file).data), [1, 2]);
    });
  }
});
