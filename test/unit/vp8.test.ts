import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type IvfHeader, IvfParser } from '../../engine/media/containers/IvfParser';
import { isVp8Key, vp8Size } from '../../engine/media/picture/vp8';
import { FFMPEGS, movingPicture, record } from '../support/recordings';

for (const ffmpeg of FFMPEGS) {
  describe(`VP8 of ${ffmpeg.name}`, () => {
    for (const [width, height] of [
      [640, 480],
      [322, 242],
      [1280, 720],
    ] as const) {
      it(`has ${width}x${height} in its header and in its keyframes, and times from 0 on`, () => {
        const vp8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', '4'];
        const args = [...movingPicture(width, height, 8), ...vp8, '-f', 'ivf', 'pipe:1'];
        const headers: IvfHeader[] = [];
        const frames: Buffer[] = [];
        const times: number[] = [];
        new IvfParser({
          header: info => headers.push(info),
          frame: (data, pts) => {
            frames.push(data);
            times.push(pts);
          },
        }).push(record(ffmpeg.path, args));

        assert.deepEqual(headers, [
          { width, height, timebaseNumerator: 1, timebaseDenominator: 30 },
        ]);
        assert.deepEqual(times, [0, 1, 2, 3, 4, 5, 6, 7]);
        const keys = frames.flatMap((frame, i) => (isVp8Key(frame) ? [i] : []));
        assert.deepEqual(keys, [0, 4]);
        for (const [i, frame] of frames.entries()) {
          assert.deepEqual(vp8Size(frame), keys.includes(i) ? { width, height } : undefined);
        }
      });
    }
  });
}

describe('vp8Size', () => {
  for (const { name, hex, expected } of [
    { name: 'nothing', hex: '', expected: undefined },
    { name: 'a keyframe that is cut off', hex: '1000009d012a8002', expected: undefined },
    { name: 'a wrong start code', hex: '1000009d012b8002e001', expected: undefined },
    {
      name: 'a keyframe with scaling hints',
      hex: '1000009d012a8042e081',
      expected: { width: 640, height: 480 },
    },
  ]) {
    it(`is ${expected ? 'right' : 'unknown'} for ${name}`, () => {
      assert.deepEqual(vp8Size(Buffer.from(hex, 'hex')), expected);
    });
  }
});
