import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import type { InputFormat } from '../../engine/model/Frame';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { FlowPictures } from '../../engine/source/flow/FlowPictures';
import type { Source } from '../../engine/source/Source';
import { childrenOf } from '../support/processes';
import { FFMPEGS, record } from '../support/recordings';
import { settled } from '../support/settled';
import { waitFor } from '../support/waitFor';

/** Long enough for a busy machine to start ffmpeg, in ms. */
const LIMIT_MS = 20_000;
/** The begin of a JPEG of 640x480: a frame header is all that is read of it. */
const JPEG = Buffer.from('ffd8ffc0001108' + '01e0' + '0280' + '03', 'hex');
const UNSIZED = { width: 0, height: 0 };
/** Y, U and V of a plain colour, and how far a conversion may be off. */
const RED = { rgb: [255, 0, 0], yuv: [81, 90, 240] } as const;
const BLUE = { rgb: [0, 0, 255], yuv: [41, 240, 110] } as const;
const TOLERANCE = 3;

const opened: FlowPictures[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(pictures => pictures.close()));
  assert.deepEqual(programs(), [], 'a program was left behind');
});

const programs = () => childrenOf(process.pid).filter(({ name }) => name.startsWith('ffmpeg'));

function setUp(ffmpeg = new FfmpegFinder({ candidates: () => [] })): FlowPictures {
  const pictures = new FlowPictures({ ffmpeg, log: () => {} });
  opened.push(pictures);
  return pictures;
}

async function watch(source: Source, codec: 'JPEG' | 'I420'): Promise<AccessUnit[]> {
  const units: AccessUnit[] = [];
  source.rendition({ codec }).subscribe({ unit: unit => units.push(unit) });
  await settled();
  await settled();
  return units;
}

function plain(format: 'rgb24' | 'rgba', rgb: readonly number[], width: number, height: number) {
  const pixel = format === 'rgba' ? [...rgb, 255] : rgb;
  const data = Buffer.alloc(width * height * pixel.length, Buffer.from(pixel));
  return { format, width, height, data };
}

const middleOf = ({ data, width, height }: AccessUnit) => [
  data[(width * height) / 2],
  data[width * height + 1],
  data[(width * height * 5) / 4 + 1],
];
function assertColor(unit: AccessUnit | undefined, { yuv }: { yuv: readonly number[] }): void {
  assert.ok(unit);
  const found = middleOf(unit);
  const isNear = yuv.every((value, at) => Math.abs(value - (found[at] ?? 0)) <= TOLERANCE);
  assert.ok(isNear, `${found} is not ${yuv}`);
}

describe('the pictures that a flow puts in', () => {
  it('are passed on as they are, with the size that a JPEG has, whatever the message says', async () => {
    const pictures = setUp();
    const units = await watch(pictures.source, 'JPEG');
    const beforeMs = Date.now();
    await pictures.put({ width: 5, height: 5, format: 'jpeg', data: JPEG });
    const [{ timestampMs, ...unit } = { timestampMs: 0 }] = units;
    assert.deepEqual(unit, { codec: 'JPEG', key: true, data: JPEG, width: 640, height: 480 });
    assert.ok(Math.abs(timestampMs - beforeMs) < 5000, 'they count as captured now');
  });

  it('wait for who comes later, the newest alone', async () => {
    const pictures = setUp();
    for (const value of [1, 2]) {
      const data = Buffer.alloc(6, value);
      await pictures.put({ width: 2, height: 2, format: 'yuv420p', data });
    }
    const units = await watch(pictures.source, 'I420');
    assert.deepEqual(
      units.map(({ data }) => data[0]),
      [2],
    );
  });

  it('cost no conversion while nobody looks', async () => {
    let looked = 0;
    const finder = new FfmpegFinder({
      candidates: () => {
        looked += 1;
        return [];
      },
    });
    const pictures = setUp(finder);
    await pictures.put(plain('rgb24', RED.rgb, 64, 48));
    await pictures.put({ ...UNSIZED, format: 'image', data: Buffer.from('GIF89a') });
    assert.equal(looked, 0);
  });

  for (const { it: sentence, frame, says } of [
    {
      it: 'are refused when they are no JPEG',
      frame: { ...UNSIZED, format: 'jpeg', data: Buffer.from('GIF89a') },
      says: /no JPEG/,
    },
    {
      it: 'are refused when they are no image file',
      frame: { ...UNSIZED, format: 'image', data: Buffer.from('#EXTM3U') },
      says: /no picture/,
    },
    {
      it: 'are refused when they are of another size than they say',
      frame: { width: 640, height: 480, format: 'rgba', data: Buffer.alloc(100) },
      says: /100 bytes.*640x480.*rgba/,
    },
    ...[
      [0, 0],
      [-2, -2],
      [1.5, 2],
      [Number.NaN, 1],
      [1, 16_384],
    ].map(([width = 0, height = 0]) => ({
      it: `are refused when they are ${width}x${height}, as many bytes as they may have`,
      frame: {
        ...{ width, height, format: 'gray8' as const },
        data: Buffer.alloc(Math.ceil(width * height) || 0),
      },
      says: new RegExp(`${width}x${height}`),
    })),
    {
      it: 'are refused when a JPEG says that it has no pixels',
      frame: { ...UNSIZED, format: 'jpeg', data: Buffer.from('ffd8ffc00011080000000003', 'hex') },
      says: /0x0/,
    },
    {
      it: 'are refused when a JPEG says that it has more pixels than any program takes',
      frame: { ...UNSIZED, format: 'jpeg', data: Buffer.from('ffd8ffc0001108ffffffff03', 'hex') },
      says: /65535x65535/,
    },
  ] as const) {
    it(sentence, async () => {
      const pictures = setUp();
      const units = await watch(pictures.source, 'JPEG');
      assert.throws(() => pictures.put(frame), { code: 'message-unusable', message: says });
      assert.deepEqual(units, []);
    });
  }
});

for (const { name, path } of FFMPEGS) {
  const finder = new FfmpegFinder({ setting: path });

  describe(`the pictures that a flow puts in, with ${name}`, () => {
    for (const format of ['rgb24', 'rgba'] as const) {
      it(`are converted from ${format} by the program that codes them`, async () => {
        const pictures = setUp(finder);
        const units = await watch(pictures.source, 'I420');
        await pictures.put(plain(format, RED.rgb, 64, 48));
        const unit = await waitFor('picture', LIMIT_MS, () => units[0]);
        assert.deepEqual([unit.width, unit.height], [64, 48]);
        assertColor(unit, RED);
      });
    }

    it('do not end with an old one because the program was busy with it', async () => {
      const pictures = setUp(finder);
      const units = await watch(pictures.source, 'I420');
      // More than fits into a pipe: the second comes while the first is being written.
      for (const { rgb } of [RED, RED, RED, BLUE]) {
        void pictures.put(plain('rgba', rgb, 640, 480));
      }
      await waitFor('blue', LIMIT_MS, () => {
        const newest = units.at(-1);
        return newest && Math.abs((middleOf(newest)[1] ?? 0) - BLUE.yuv[1]) <= TOLERANCE;
      });
    });

    for (const format of ['rgb24', 'jpeg'] as const) {
      it(`keep the size in use where ${format} of two sizes comes in turn, by one program`, async () => {
        const pictures = setUp(finder);
        const units = await watch(pictures.source, 'I420');
        const [small, large] = await Promise.all([
          pictureIn(format, path, 64, 48),
          pictureIn(format, path, 96, 64),
        ]);
        const pids = new Set<number>();
        // In step with what comes out, so that no picture is left out.
        for (let count = 0; count < 20; count += 1) {
          await pictures.put(count % 2 === 0 ? small : large);
          await waitFor('picture', LIMIT_MS, () => units.length > count, { everyMs: 2 });
          for (const { pid } of programs()) pids.add(pid);
        }
        assert.equal(pids.size, 1, `${pids.size} programs`);
        assert.deepEqual(
          [...new Set(units.map(({ width, height }) => `${width}x${height}`))],
          ['64x48'],
        );
        assertColor(units.at(-1), RED);
        const { width, height, isMixed } = pictures.source.state;
        assert.deepEqual([width, height, isMixed], [64, 48, true]);
      });
    }

    for (const { kind, args } of [
      { kind: 'PNG', args: ['-c:v', 'png', '-f', 'image2pipe'] },
      { kind: 'GIF', args: ['-f', 'gif'] },
      { kind: 'BMP', args: ['-c:v', 'bmp', '-f', 'image2pipe'] },
      { kind: 'TIFF', args: ['-c:v', 'tiff', '-f', 'image2pipe'] },
      { kind: 'WebP', args: ['-c:v', 'libwebp', '-f', 'webp'] },
      { kind: 'JPEG 2000', args: ['-c:v', 'jpeg2000', '-f', 'image2pipe'] },
      { kind: 'PPM', args: ['-c:v', 'ppm', '-f', 'image2pipe'] },
      { kind: 'PAM', args: ['-c:v', 'pam', '-f', 'image2pipe'] },
    ]) {
      it(`may be ${kind} files`, async () => {
        const data = fileOf(path, args);
        const pictures = setUp(finder);
        const units = await watch(pictures.source, 'I420');
        await pictures.put({ ...UNSIZED, format: 'image', data });
        assert.deepEqual([units[0]?.width, units[0]?.height], [64, 48]);
        assertColor(units[0], RED);
      });
    }

    it('are decoded when somebody wants to see them, the newest alone', async () => {
      const pictures = setUp(finder);
      const data = fileOf(path, ['-c:v', 'png', '-f', 'image2pipe']);
      await pictures.put({ ...UNSIZED, format: 'image', data: Buffer.from('GIF89a') });
      await pictures.put({ ...UNSIZED, format: 'image', data });
      const units = await watch(pictures.source, 'I420');
      assertColor(await waitFor('picture', LIMIT_MS, () => units[0]), RED);
      assert.equal(units.length, 1);
    });

    it('say what kind it was that could not be read, and go on with the next', async () => {
      const pictures = setUp(finder);
      const units = await watch(pictures.source, 'I420');
      const whole = fileOf(path, ['-c:v', 'png', '-f', 'image2pipe']);
      const put = (data: Buffer) => pictures.put({ ...UNSIZED, format: 'image', data });
      await assert.rejects(put(whole.subarray(0, 20)), {
        code: 'message-unusable',
        message: /PNG picture cannot be read/,
      });
      await put(whole);
      assert.equal(units.length, 1);
    });
  });
}

/** A red image file of 64x48. */
function fileOf(ffmpeg: string, args: readonly string[]): Buffer {
  const source = ['-f', 'lavfi', '-i', 'color=c=red:s=64x48,format=rgb24', '-frames:v', '1'];
  return record(ffmpeg, [...source, ...args, 'pipe:1']);
}

async function pictureIn(
  format: 'rgb24' | 'jpeg',
  ffmpeg: string,
  width: number,
  height: number,
): Promise<{ format: InputFormat; width: number; height: number; data: Buffer }> {
  if (format === 'rgb24') return plain(format, RED.rgb, width, height);
  const source = ['-f', 'lavfi', '-i', `color=c=red:s=${width}x${height}`, '-frames:v', '1'];
  const data = record(ffmpeg, [...source, '-c:v', 'mjpeg', '-f', 'mjpeg', 'pipe:1']);
  return { format, width: 0, height: 0, data };
}
