import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromI420, type PixelFormat, pixelBytes } from '../../engine/media/picture/pixels';
import { i420Bytes } from '../../engine/model/AccessUnit';
import { FFMPEGS, record, seededRandom } from '../support/recordings';

/** Odd sides too: their last chroma sample stands for one column or row. */
const SIZES = [
  { width: 16, height: 8 },
  { width: 17, height: 9 },
];

function farthest(one: Buffer, other: Buffer): number {
  assert.equal(one.length, other.length);
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0);
}

describe('pixelBytes', () => {
  for (const { format, bytes } of [
    { format: 'rgb24', bytes: 17 * 9 * 3 },
    { format: 'rgba', bytes: 17 * 9 * 4 },
    { format: 'gray8', bytes: 17 * 9 },
    { format: 'yuv420p', bytes: 17 * 9 + 2 * 9 * 5 },
  ] as const) {
    it(`says how large a picture in ${format} is`, () => {
      assert.equal(pixelBytes(format, { width: 17, height: 9 }), bytes);
    });
  }
});

describe('fromI420', () => {
  for (const size of SIZES) {
    it(`lays ${size.width}x${size.height} in yuv420p out as it was, in memory of its own`, () => {
      const picture = Buffer.alloc(i420Bytes(size.width, size.height), 7);
      const copy = fromI420(picture, 'yuv420p', size);
      assert.deepEqual(copy, picture);
      assert.notEqual(copy.buffer, picture.buffer);
    });
  }

  for (const { name, rgb, yuv } of [
    { name: 'white', rgb: [255, 255, 255], yuv: [235, 128, 128] },
    { name: 'black', rgb: [0, 0, 0], yuv: [16, 128, 128] },
    { name: 'red', rgb: [255, 0, 0], yuv: [81, 90, 240] },
    { name: 'green', rgb: [0, 255, 0], yuv: [145, 54, 34] },
    { name: 'blue', rgb: [0, 0, 255], yuv: [41, 240, 110] },
  ]) {
    it(`takes ${name} as BT.601 has it`, () => {
      const size = { width: 2, height: 2 };
      const picture = Buffer.from([...rgb, ...rgb, ...rgb, ...rgb]);
      const [y = 0, u = 0, v = 0] = yuv;
      const planes = Buffer.from([y, y, y, y, u, v]);
      assert.ok(farthest(fromI420(planes, 'rgb24', size), picture) <= 3);
    });
  }

  it('survives values that no camera makes', () => {
    const random = seededRandom(5);
    const size = { width: 16, height: 8 };
    const noise = Buffer.from(Array.from({ length: i420Bytes(16, 8) }, () => random() * 256));
    const rgb = fromI420(noise, 'rgb24', size);
    for (const [at, value] of rgb.entries()) {
      const [x, y] = [Math.floor(at / 3) % 16, Math.floor(at / 48)];
      const luma = ((noise[y * 16 + x] ?? 0) - 16) * (255 / 219);
      const chroma = 128 + (y >> 1) * 8 + (x >> 1);
      const [u, v] = [(noise[chroma] ?? 0) - 128, (noise[chroma + 32] ?? 0) - 128];
      const exact = [luma + 1.596 * v, luma - 0.392 * u - 0.813 * v, luma + 2.017 * u][at % 3] ?? 0;
      assert.ok(Math.abs(value - Math.min(Math.max(exact, 0), 255)) <= 2);
    }
  });

  for (const ffmpeg of FFMPEGS) {
    it(`agrees with ${ffmpeg.name}`, () => {
      const size = { width: 64, height: 48 };
      const picture = record(ffmpeg.path, [
        ...['-f', 'lavfi', '-i', 'testsrc=s=64x48:r=1', '-frames:v', '1'],
        ...['-pix_fmt', 'yuv420p', '-f', 'rawvideo', 'pipe:1'],
      ]);
      const convert = (format: Exclude<PixelFormat, 'yuv420p'>, name: string) => {
        const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-video_size', '64x48'];
        const output = ['-sws_flags', 'neighbor+accurate_rnd', '-pix_fmt', name];
        return {
          ours: fromI420(picture, format, size),
          theirs: record(
            ffmpeg.path,
            [...input, '-i', 'pipe:0', ...output, '-f', 'rawvideo', 'pipe:1'],
            picture,
          ),
        };
      };
      for (const { ours, theirs } of [convert('rgb24', 'rgb24'), convert('rgba', 'rgba')]) {
        assert.equal(ours.length, theirs.length);
        const off = ours.reduce((sum, value, at) => sum + Math.abs(value - (theirs[at] ?? 0)), 0);
        assert.ok(off / ours.length < 2, `off by ${off / ours.length} on the average`);
      }
    });
  }
});
