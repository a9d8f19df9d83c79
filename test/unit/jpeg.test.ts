import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jpegSize } from '../../engine/media/picture/jpeg';
import { FFMPEGS, movingPicture, record } from '../support/recordings';

for (const ffmpeg of FFMPEGS) {
  describe(`jpegSize on JPEG of ${ffmpeg.name}`, () => {
    for (const [width, height] of [
      [640, 480],
      [322, 242],
      [46, 34],
    ] as const) {
      it(`says ${width}x${height}`, () => {
        const mjpeg = ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-f', 'image2pipe', 'pipe:1'];
        const jpeg = record(ffmpeg.path, [...movingPicture(width, height, 1), ...mjpeg]);
        assert.deepEqual(jpegSize(jpeg), { width, height });
      });
    }
  });
}

describe('jpegSize', () => {
  const size = { width: 640, height: 480 };
  const sof = (marker: string) => `ff${marker}001108${'01e0'}${'0280'}03`;
  for (const { name, hex, expected } of [
    { name: 'a progressive picture', hex: `ffd8${sof('c2')}`, expected: size },
    { name: 'a Huffman table in front', hex: `ffd8ffc40004aaaa${sof('c0')}`, expected: size },
    { name: 'fill bytes between markers', hex: `ffd8ffe00003aaffff${sof('c0')}`, expected: size },
    { name: 'nothing', hex: '', expected: undefined },
    { name: 'another file', hex: '89504e470d0a1a0a0000000d', expected: undefined },
    { name: 'a header that is cut off', hex: 'ffd8ffc0001108', expected: undefined },
    { name: 'a segment beyond the end', hex: `ffd8ffe0ffff${sof('c0')}`, expected: undefined },
    { name: 'a segment of length 0', hex: `ffd8ffe00000${'00'.repeat(20)}`, expected: undefined },
    {
      name: 'a scan without a frame header',
      hex: `ffd8ffda0004aaaa${sof('c0')}`,
      expected: undefined,
    },
  ]) {
    it(`is ${expected ? 'found' : 'unknown'} with ${name}`, () => {
      assert.deepEqual(jpegSize(Buffer.from(hex, 'hex')), expected);
    });
  }
});
