import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestPicture } from '../../engine/capture/testPattern/TestPicture';
import {
  cellLayout,
  decodeTime,
  encodeTime,
  readCells,
} from '../../engine/capture/testPattern/timeCells';
import { Y4mParser } from '../../engine/media/containers/Y4mParser';
import { FFMPEGS, record, seededRandom } from '../support/recordings';

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const PICTURES = 60;

const timeOf = (i: number) => START_MS + Math.round((i * 1000) / 30);

function filmed(width: number, height: number): Buffer {
  const picture = new TestPicture(width, height, 30);
  return Buffer.concat(Array.from({ length: PICTURES }, (_, i) => picture.draw(timeOf(i), i)));
}

/** The times read from a stream of pictures, in order. */
function timesIn(y4m: Buffer): (number | undefined)[] {
  const times: (number | undefined)[] = [];
  const read = (data: Buffer, width: number, height: number) =>
    times.push(readCells((x, y) => data[y * width + x] ?? 0, width, height));
  new Y4mParser({ picture: read }).push(y4m);
  return times;
}

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-f', 'flv'];
const VP8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-f', 'ivf'];

describe('The time cells', () => {
  for (const ffmpeg of FFMPEGS) {
    for (const { name, codec, bitrate, width, height, viewed = [width, height] } of [
      { name: 'H.264', codec: X264, bitrate: '500k', width: 160, height: 120 },
      { name: 'H.264', codec: X264, bitrate: '500k', width: 322, height: 242 },
      { name: 'H.264', codec: X264, bitrate: '500k', width: 640, height: 480 },
      { name: 'H.264', codec: X264, bitrate: '500k', width: 1280, height: 720 },
      { name: 'H.264', codec: X264, bitrate: '500k', width: 1280, height: 720, viewed: [427, 240] },
      { name: 'H.264', codec: X264, bitrate: '500k', width: 640, height: 480, viewed: [240, 180] },
      { name: 'VP8', codec: VP8, bitrate: '300k', width: 160, height: 120 },
      { name: 'VP8', codec: VP8, bitrate: '500k', width: 640, height: 480 },
      { name: 'VP8', codec: VP8, bitrate: '500k', width: 1280, height: 720 },
      { name: 'VP8', codec: VP8, bitrate: '500k', width: 160, height: 120, viewed: [480, 360] },
    ]) {
      const sentence = `are read from ${width}x${height} ${name} at ${bitrate}, seen at ${viewed.join('x')}`;
      it(`${sentence}, with ${ffmpeg.name}`, () => {
        const raw = [
          '-f',
          'rawvideo',
          '-pix_fmt',
          'yuv420p',
          '-s',
          `${width}x${height}`,
          '-r',
          '30',
        ];
        const rate = ['-b:v', bitrate, '-maxrate', bitrate, '-bufsize', bitrate];
        const coded = record(
          ffmpeg.path,
          [...raw, '-i', 'pipe:0', ...rate, ...codec, 'pipe:1'],
          filmed(width, height),
        );
        const decode = ['-i', 'pipe:0', '-vsync', 'passthrough', '-pix_fmt', 'yuv420p'];
        const scale = ['-vf', `scale=${viewed.join(':')}`, '-f', 'yuv4mpegpipe', 'pipe:1'];
        const times = timesIn(record(ffmpeg.path, [...decode, ...scale], coded));
        const right = times.filter((time, i) => time === timeOf(i)).length;
        assert.equal(times.length, PICTURES);
        assert.ok(right >= 0.99 * PICTURES, `${right} of ${PICTURES} read`);
      });
    }
  }

  it('are at least 8 pixels wide and lie in the picture at any size from 160x120 on', () => {
    for (const width of [160, 198, 318, 320, 322, 640, 854, 1280, 1920, 3840]) {
      for (const height of [120, 240, 480, 720, 1080, 2160]) {
        const { x, y, side, columns, rows } = cellLayout(width, height);
        assert.ok(side >= 8, `${width}x${height}: ${side}`);
        assert.ok(x >= 0 && y >= 0);
        assert.ok(x + columns * side <= width && y + rows * side <= height / 2);
        assert.equal(columns * rows, encodeTime(0).length);
      }
    }
  });

  it('are read from the drawn picture at odd proportions too', () => {
    for (const [width, height] of [
      [160, 120],
      [198, 146],
      [160, 480],
      [1920, 120],
      [854, 480],
    ] as const) {
      const data = new TestPicture(width, height, 25).draw(START_MS, 0);
      assert.equal(
        readCells((x, y) => data[y * width + x] ?? 0, width, height),
        START_MS,
      );
    }
  });

  it('are not seen where none are', () => {
    const random = seededRandom(7);
    assert.equal(
      readCells(() => 16, 640, 480),
      undefined,
    );
    assert.equal(
      readCells(() => 235, 640, 480),
      undefined,
    );
    assert.equal(
      readCells(x => (x / 640) * 255, 640, 480),
      undefined,
    );
    for (let i = 0; i < 100; i += 1) {
      assert.equal(
        readCells(() => random() * 255, 640, 480),
        undefined,
      );
    }
  });
});

describe('encodeTime and decodeTime', () => {
  for (const timestampMs of [0, 1, 999, START_MS, 2 ** 41, 2 ** 42 - 1]) {
    it(`agree on ${timestampMs}`, () => {
      assert.equal(decodeTime(encodeTime(timestampMs)), timestampMs);
    });
  }

  it('keep whole milliseconds', () => {
    assert.equal(decodeTime(encodeTime(START_MS + 0.6)), START_MS + 1);
  });

  it('find each single wrong cell, and each pair of wrong cells', () => {
    const bits = encodeTime(START_MS);
    for (let i = 0; i < bits.length; i += 1) {
      for (let j = i; j < bits.length; j += 1) {
        const damaged = bits.map((bit, at) => (at === i || at === j ? !bit : bit));
        assert.equal(decodeTime(damaged), undefined, `cells ${i} and ${j}`);
      }
    }
  });

  it('refuse a wrong number of cells', () => {
    assert.equal(decodeTime([]), undefined);
    assert.equal(decodeTime([...encodeTime(START_MS), false]), undefined);
  });
});
