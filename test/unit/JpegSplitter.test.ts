import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { I420Cutter } from '../../engine/media/containers/I420Cutter';
import { JpegSplitter } from '../../engine/media/containers/JpegSplitter';

/** A JPEG in structure: an APP1 segment, a table, a scan. */
function jpeg(app: readonly number[], scan: readonly number[]): Buffer {
  const segment = (marker: number, content: readonly number[]) => [
    ...[0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 0xff],
    ...content,
  ];
  return Buffer.from([
    ...[0xff, 0xd8],
    ...segment(0xe1, app),
    ...segment(0xc4, [1, 2, 3]),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    ...scan,
    ...[0xff, 0xd9],
  ]);
}

const PLAIN = jpeg([1, 2], [10, 20, 30]);
const THUMBNAIL = jpeg([0xff, 0xd8, 0xff, 0xd9, 0xff, 0xd9], [1]);
const STUFFED = jpeg([], [0xff, 0, 0xd9, 0xff, 0xd0, 5, 0xff, 0xd7, 6, 0xff, 0]);
const EMPTY = jpeg([], []);

function split(pieces: readonly Buffer[]): Buffer[] {
  const pictures: Buffer[] = [];
  const splitter = new JpegSplitter(picture => pictures.push(picture));
  for (const piece of pieces) splitter.push(piece);
  return pictures;
}

describe('JpegSplitter', () => {
  for (const { it: sentence, pictures } of [
    { it: 'one picture', pictures: [PLAIN] },
    { it: 'pictures that follow one another', pictures: [PLAIN, EMPTY, PLAIN] },
    { it: 'a picture with a thumbnail', pictures: [THUMBNAIL, PLAIN] },
    { it: 'a picture with marks in its data', pictures: [STUFFED, STUFFED] },
  ]) {
    it(`finds ${sentence}, in pieces of any size`, () => {
      const bytes = Buffer.concat(pictures);
      for (let size = 1; size <= bytes.length; size += 1) {
        const pieces: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
        assert.deepEqual(split(pieces), pictures, `pieces of ${size} bytes`);
      }
    });
  }

  it('gives a picture with its last byte, not with the next one', () => {
    assert.equal(split([PLAIN.subarray(0, -1)]).length, 0);
    assert.equal(split([PLAIN]).length, 1);
  });

  for (const { it: sentence, bytes } of [
    { it: 'that begins with something else', bytes: Buffer.from('error: no camera') },
    { it: 'that goes on with something else', bytes: Buffer.concat([PLAIN, Buffer.from('oops')]) },
  ]) {
    it(`refuses a stream ${sentence}`, () => assert.throws(() => split([bytes]), /JPEG/));
  }
});

describe('I420Cutter', () => {
  it('cuts pictures of one size, and gives them the range of video', () => {
    const pictures: Buffer[] = [];
    const cutter = new I420Cutter(2, 2, data => pictures.push(data));
    const full = Buffer.from([0, 255, 128, 64, 0, 255]);
    cutter.push(Buffer.concat([full, full.subarray(0, 2)]));
    assert.equal(pictures.length, 1);
    cutter.push(full.subarray(2));
    assert.deepEqual(pictures, Array(2).fill(Buffer.from([16, 235, 126, 71, 16, 240])));
  });
});
