import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import {
  chunkFields,
  frameFields,
  frameIn,
  type MediaMessage,
  pcmIn,
} from '../../nodes/lib/mediaMessages';

const JPEG = Buffer.from('ffd8ffe0ffd9', 'hex');
const RAW = Buffer.alloc(4 * 2 * 3);
const TIMES = { timestampMs: 1_700_000_000_000, sequence: 7 };

describe('the fields of a message', () => {
  it('say of a JPEG what other nodes look at', () => {
    const frame = { data: JPEG, format: 'jpeg', width: 4, height: 2, ...TIMES } as const;
    assert.deepEqual(frameFields(frame), {
      payload: JPEG,
      format: 'jpeg',
      contentType: 'image/jpeg',
      width: 4,
      height: 2,
      timestamp: TIMES.timestampMs,
      sequence: 7,
    });
  });

  it('give raw pixels no content type', () => {
    const frame = { data: RAW, format: 'rgb24', width: 4, height: 2, ...TIMES } as const;
    assert.ok(!('contentType' in frameFields(frame)));
  });

  it('say of sound how to read it', () => {
    assert.deepEqual(chunkFields({ data: RAW, sampleRate: 48_000, channels: 2, ...TIMES }), {
      payload: RAW,
      sampleRate: 48_000,
      channels: 2,
      bitDepth: 16,
      timestamp: TIMES.timestampMs,
      sequence: 7,
    });
  });

  it('of what is sent are understood when they come back', () => {
    for (const format of ['rgb24', 'rgba', 'gray8', 'yuv420p'] as const) {
      const frame = { data: RAW, format, width: 4, height: 2, ...TIMES };
      assert.deepEqual(frameIn({ ...frameFields(frame) }), {
        data: RAW,
        format,
        width: 4,
        height: 2,
      });
    }
    const chunk = chunkFields({ data: RAW, sampleRate: 16_000, channels: 2, ...TIMES });
    assert.deepEqual(pcmIn({ ...chunk }), { data: RAW, sampleRate: 16_000, channels: 2 });
  });
});

describe('frameIn', () => {
  const jpeg = { data: JPEG, format: 'jpeg', width: 0, height: 0 };
  const looksLikeJpeg = Buffer.concat([JPEG, RAW]);
  for (const { it: sentence, message, expected } of [
    { it: 'knows a JPEG by its first bytes', message: { payload: JPEG }, expected: jpeg },
    {
      it: 'believes a content type, for the engine to say what is wrong',
      message: { payload: RAW, contentType: 'image/jpeg' },
      expected: { ...jpeg, data: RAW },
    },
    {
      it: 'takes a changed picture for a JPEG by its bytes, whatever is left of its fields',
      message: { payload: JPEG, format: 'jpeg', width: 4, height: 2 },
      expected: jpeg,
    },
    {
      it: 'takes raw pixels for what they say, though they look like a JPEG',
      message: { payload: looksLikeJpeg, format: 'gray8', width: 4, height: 2 },
      expected: { data: looksLikeJpeg, format: 'gray8', width: 4, height: 2 },
    },
    {
      it: 'takes numbers in texts for numbers',
      message: { payload: RAW, format: 'rgb24', width: '4', height: ' 2 ' },
      expected: { data: RAW, format: 'rgb24', width: 4, height: 2 },
    },
    {
      it: 'takes a typed array for its bytes, as those of a canvas',
      message: {
        payload: new Uint8ClampedArray([1, 2, 3, 4]),
        format: 'rgba',
        width: 1,
        height: 1,
      },
      expected: { data: Buffer.from([1, 2, 3, 4]), format: 'rgba', width: 1, height: 1 },
    },
    {
      it: 'takes an ArrayBuffer of another realm for its bytes',
      message: { payload: runInNewContext('Uint8Array.of(0xff, 0xd8, 1).buffer') },
      expected: { ...jpeg, data: Buffer.from([0xff, 0xd8, 1]) },
    },
    ...Object.entries({
      PNG: '89504e470d0a1a0a',
      GIF: Buffer.from('GIF89a').toString('hex'),
      WebP: Buffer.from('RIFF....WEBPVP8 ').toString('hex'),
      BMP: '424d8a0000000000000036000000280000000100',
      'TIFF of Intel': '49492a00',
      'TIFF of Motorola': '4d4d002a',
      AVIF: '0000001c6674797061766966',
      'JPEG 2000': '0000000c6a5020200d0a870a',
      PPM: Buffer.from('P6\n# by a test\n4 2\n255\n').toString('hex'),
    }).map(([kind, hex]) => ({
      it: `knows a ${kind} file by its first bytes`,
      message: { payload: Buffer.from(hex, 'hex') },
      expected: { data: Buffer.from(hex, 'hex'), format: 'image', width: 0, height: 0 },
    })),
    ...['RIFF....WAVEfmt ', 'BMX', 'P6 is a text', 'GIF', 'Begin: BM'].map(text => ({
      it: `finds no picture in bytes like ${text}`,
      message: { payload: Buffer.from(text) },
      expected: undefined,
    })),
    {
      it: 'finds no picture in an unknown format',
      message: { payload: RAW, format: 'bgr24', width: 4, height: 2 },
      expected: undefined,
    },
    { it: 'finds no picture in other bytes', message: { payload: RAW }, expected: undefined },
    {
      it: 'finds no picture in nothing',
      message: { payload: Buffer.alloc(0) },
      expected: undefined,
    },
    { it: 'finds no picture in text', message: { payload: 'ÿØ' }, expected: undefined },
  ] satisfies readonly { it: string; message: MediaMessage; expected: object | undefined }[]) {
    it(sentence, () => assert.deepEqual(frameIn(message), expected));
  }

  it('says what raw pixels lack', () => {
    for (const width of [undefined, 'wide', null, '']) {
      assert.throws(() => frameIn({ payload: RAW, format: 'rgb24', width, height: 2 }), {
        code: 'message-unusable',
        message: /rgb24 need.*msg.width/,
      });
    }
  });

  it('looks at another property where the node is set to', () => {
    assert.deepEqual(frameIn({ payload: 'a cat' }, JPEG), jpeg);
  });
});

describe('pcmIn', () => {
  for (const { it: sentence, message, expected } of [
    {
      it: 'takes one channel where none are named',
      message: { payload: RAW, sampleRate: 8000 },
      expected: { data: RAW, sampleRate: 8000, channels: 1 },
    },
    { it: 'finds no sound without a sample rate', message: { payload: RAW }, expected: undefined },
    {
      it: 'finds no sound in channels that are no number',
      message: { payload: RAW, sampleRate: 8000, channels: 'two' },
      expected: undefined,
    },
    {
      it: 'finds no sound in a list',
      message: { payload: [1, 2], sampleRate: 8000 },
      expected: undefined,
    },
  ] satisfies readonly { it: string; message: MediaMessage; expected: object | undefined }[]) {
    it(sentence, () => assert.deepEqual(pcmIn(message), expected));
  }
});
