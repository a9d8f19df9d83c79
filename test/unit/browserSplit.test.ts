import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  framesOf,
  isAnnouncement,
  Joiner,
  MOST_BYTES,
  PART_BYTES,
} from '../../client/channels/split';

const announce = (said: unknown) => `\u0000rtcbot-split ${JSON.stringify(said)}`;

/** Frames as they arrive at the other end: text, or an ArrayBuffer. */
function arrived(data: string | ArrayBuffer): (string | ArrayBuffer)[] {
  return [...framesOf(data)].map(frame => {
    if (typeof frame === 'string') return frame;
    const { buffer, byteOffset, byteLength } = frame as Uint8Array<ArrayBuffer>;
    return buffer ? buffer.slice(byteOffset, byteOffset + byteLength) : (frame as ArrayBuffer);
  });
}

function joined(frames: readonly (string | ArrayBuffer)[]): unknown[] {
  const joiner = new Joiner();
  return frames.map(frame => joiner.take(frame)).filter(message => message !== undefined);
}

describe('A message in parts in the browser', () => {
  const text = 'äöü€😀'.repeat(20_000);
  for (const { it: sentence, data } of [
    { it: 'text with letters of all lengths', data: text },
    { it: 'text with a byte order mark', data: `\uFEFF${'x'.repeat(PART_BYTES)}` },
    { it: 'bytes', data: new Uint8Array(300_000).map((_, index) => index % 251).buffer },
    { it: 'bytes that fill their parts', data: new ArrayBuffer(2 * PART_BYTES) },
    { it: 'no text', data: '' },
    { it: 'no bytes', data: new ArrayBuffer(0) },
  ]) {
    it(`arrives as it was sent: ${sentence}`, () => {
      assert.deepEqual(joined(arrived(data)), [data]);
    });
  }

  it('is announced as agreed, and no part is larger than 60 KiB', () => {
    const [first, ...parts] = arrived(new ArrayBuffer(PART_BYTES + 1));
    assert.equal(first, announce({ bytes: PART_BYTES + 1, parts: 2, text: false }));
    assert.deepEqual(
      parts.map(part => (part as ArrayBuffer).byteLength),
      [PART_BYTES, 1],
    );
  });

  it('takes a view of a larger buffer without its surroundings', () => {
    const view = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
    const [, part] = [...framesOf(view)];
    assert.deepEqual([...(part as Uint8Array)], [2, 3]);
  });

  it('leaves the messages before and after it as they are', () => {
    const bytes = new ArrayBuffer(PART_BYTES * 2);
    assert.deepEqual(joined(['before', ...arrived(bytes), 'after']), ['before', bytes, 'after']);
  });

  for (const { it: sentence, frames } of [
    { it: 'an announcement that is no JSON', frames: ['\u0000rtcbot-split {'] },
    { it: 'one of null', frames: [announce(null)] },
    { it: 'one without text', frames: [announce({ bytes: 1, parts: 1 })] },
    {
      it: 'more than 64 MiB',
      frames: [announce({ bytes: MOST_BYTES + 1, parts: 1100, text: true })],
    },
    { it: 'a negative size', frames: [announce({ bytes: -1, parts: 1, text: true })] },
    { it: 'more parts than bytes', frames: [announce({ bytes: 1, parts: 2, text: true })] },
    { it: 'bytes without parts', frames: [announce({ bytes: 1, parts: 0, text: true })] },
    {
      it: 'larger parts than announced',
      frames: [announce({ bytes: 3, parts: 2, text: true }), new ArrayBuffer(4)],
    },
    {
      it: 'smaller parts than announced',
      frames: [announce({ bytes: 3, parts: 1, text: true }), new ArrayBuffer(2)],
    },
    { it: 'a text between', frames: [announce({ bytes: 3, parts: 2, text: true }), 'hello'] },
  ]) {
    it(`is refused: ${sentence}`, () => assert.throws(() => joined(frames), RangeError));
  }

  it('is not begun by text that only looks alike', () => {
    assert.equal(isAnnouncement('rtcbot-split {}'), false);
    assert.equal(isAnnouncement('"\u0000rtcbot-split {}"'), false);
  });
});
