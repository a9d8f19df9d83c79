import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { FfmpegCapture } from '../../engine/capture/ffmpeg/FfmpegCapture';
import { ContainerError } from '../../engine/media/containers/ContainerError';
import { MarkedPictures } from '../../engine/media/containers/MarkedPictures';
import type { AccessUnit, RenditionCodec } from '../../engine/model/AccessUnit';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { Source } from '../../engine/source/Source';
import { BASELINE, brightness, changingFilm, RATE, SIZES } from '../streams/changedSize';
import { FFMPEGS, movingPicture, record } from '../support/recordings';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 30_000;
/** What a busy machine may add to a second. */
const BUSY_MS = 500;
/** Brightness that coding may cost. */
const MOST_OFF = 4;
const directory = mkdtempSync(join(tmpdir(), 'rtcbot-sizes-'));
after(() => rmSync(directory, { recursive: true }));

/** What a viewer of a film gets, from its first picture to its end. */
async function played(
  ffmpeg: string,
  path: string,
  codec: RenditionCodec,
  more: { width?: number; height?: number } = {},
): Promise<AccessUnit[]> {
  const finder = new FfmpegFinder({ setting: ffmpeg });
  const options = { source: 'file', path, loop: false, ...more } as const;
  const source = new Source(new FfmpegCapture(options, { ffmpeg: finder }), {
    lingerMs: 0,
    findFfmpeg: () => finder.find(),
    log: () => {},
    spare: false,
  });
  const units: AccessUnit[] = [];
  const rendition = source.rendition({ codec });
  const subscription = rendition.subscribe({ unit: unit => units.push(unit) });
  await waitFor('the end of the film', LIMIT_MS, () => rendition.state === 'ended');
  subscription.close();
  await source.close();
  return units;
}

function sizesOf(units: readonly AccessUnit[]): string[] {
  const sizes = units.map(({ width, height }) => `${width}x${height}`);
  return sizes.filter((size, at) => size !== sizes[at - 1]);
}

for (const { name, path: ffmpeg } of FFMPEGS) {
  describe(`a film whose size changes, with ${name}`, { concurrency: true }, async () => {
    const path = join(directory, 'film.m4v');
    writeFileSync(path, changingFilm(ffmpeg));
    const { ownSizes } = await new FfmpegFinder({ setting: ffmpeg }).find();
    const sizes = ownSizes ? SIZES : SIZES.slice(0, 1);

    it(`has ${ownSizes ? 'each size at once' : 'its first size, as it knows no other way'}`, async () => {
      const units = await played(ffmpeg, path, 'I420');
      assert.deepEqual(sizesOf(units), sizes);
      assert.equal(units.length, SIZES.length * RATE);
      for (const [at, { data, width, height }] of units.entries()) {
        assert.equal(data.length, (width * height * 3) / 2);
        const luma = brightness(Math.floor(at / RATE));
        const planes = [data.subarray(0, width * height), data.subarray(width * height)];
        for (const [plane, level] of [luma, 128].entries()) {
          const off = planes[plane]?.findIndex(value => Math.abs(value - level) > MOST_OFF);
          assert.equal(off, -1, `plane ${plane} of picture ${at}`);
        }
      }
    });

    it('comes through with odd sides', async () => {
      const odd = join(directory, 'odd.m4v');
      writeFileSync(odd, changingFilm(ffmpeg, { sizes: ['321x240', '320x241'] }));
      const units = await played(ffmpeg, odd, 'I420');
      assert.equal(units.length, 2 * RATE);
      assert.deepEqual(sizesOf(units), [ownSizes ? '320x240' : '321x240']);
    });

    it('keeps the size that is set, and a width that is set in the shape of each', async () => {
      const [set, wide] = await Promise.all([
        played(ffmpeg, path, 'I420', { width: 160, height: 120 }),
        played(ffmpeg, path, 'I420', { width: 160 }),
      ]);
      assert.deepEqual(sizesOf(set), ['160x120']);
      const shapes = ['160x120', '160x214', '160x90'];
      assert.deepEqual(sizesOf(wide), ownSizes ? shapes : shapes.slice(0, 1));
    });

    it('is encoded for browsers in each size within a second', async () => {
      const slow = join(directory, 'slow.m4v');
      writeFileSync(slow, changingFilm(ffmpeg, { seconds: 2 }));
      const units = await played(ffmpeg, slow, 'H264');
      assert.deepEqual(sizesOf(units), sizes);
      const begin = units[0]?.timestampMs ?? 0;
      for (const [part, size] of sizes.entries()) {
        const unit = units.find(({ width, height }) => `${width}x${height}` === size);
        const afterMs = (unit?.timestampMs ?? 0) - begin - part * 2000;
        assert.ok(afterMs <= 1000 + BUSY_MS, `${size} after ${afterMs} ms`);
      }
    });

    it('is passed on to browsers and decoded in each size where it is H.264', async () => {
      const passed = join(directory, 'film.h264');
      writeFileSync(passed, changingFilm(ffmpeg, { codec: BASELINE }));
      const [coded, decoded] = await Promise.all([
        played(ffmpeg, passed, 'H264'),
        played(ffmpeg, passed, 'I420'),
      ]);
      assert.deepEqual(sizesOf(coded), SIZES);
      assert.deepEqual(sizesOf(decoded), SIZES);
    });
  });
}

describe('MarkedPictures', () => {
  it('takes no picture that does not say its size', () => {
    const [ffmpeg] = FFMPEGS;
    assert.ok(ffmpeg);
    const raw = ['-c:v', 'rawvideo', '-f', 'nut', 'pipe:1'];
    const unmarked = record(ffmpeg.path, [...movingPicture(64, 48, 1), ...raw]);
    const parser = new MarkedPictures({ picture: () => assert.fail('a picture') });
    assert.throws(() => parser.push(unmarked), ContainerError);
  });
});
