import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { describedColour } from '../../engine/capture/ffmpeg/describedColour';
import { FfmpegCapture } from '../../engine/capture/ffmpeg/FfmpegCapture';
import type { AccessUnit, RenditionCodec } from '../../engine/model/AccessUnit';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { Source } from '../../engine/source/Source';
import { combing, interlacedFilm } from '../streams/oldTelevision';
import {
  type CardForm,
  codedCard,
  MOST_LEVELS,
  pixelsOfUnit,
  worstField,
} from '../support/colourCard';
import { FFMPEGS } from '../support/recordings';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 20_000;
const directory = mkdtempSync(join(tmpdir(), 'rtcbot-look-'));
after(() => rmSync(directory, { recursive: true }));

/** The first pictures of a film that is played as a camera. */
async function played(ffmpeg: string, path: string, codec: RenditionCodec, count = 1) {
  const finder = new FfmpegFinder({ setting: ffmpeg });
  const capture = new FfmpegCapture({ source: 'file', path, loop: true }, { ffmpeg: finder });
  const source = new Source(capture, {
    lingerMs: 0,
    findFfmpeg: () => finder.find(),
    log: () => {},
    spare: false,
  });
  const units: AccessUnit[] = [];
  const subscription = source.rendition({ codec }).subscribe({ unit: unit => units.push(unit) });
  await waitFor('pictures', LIMIT_MS, () => units.length >= count);
  subscription.close();
  await source.close();
  return units;
}

const CARD = { width: 320, height: 240, matrix: 'bt601' } as const;
const B_FRAMES = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-b:v', '4M'];
const MPEG4 = ['-c:v', 'mpeg4', '-q:v', '2'];

for (const { name, path: ffmpeg } of FFMPEGS) {
  describe(`what ${name} decodes`, () => {
    const film = (card: CardForm, output: readonly string[]): string => {
      const path = join(directory, 'film.mkv');
      // Enough of them that none is waited for.
      writeFileSync(path, codedCard(ffmpeg, card, [...output, '-f', 'matroska']));
      return path;
    };
    const seen = async (path: string, codec: RenditionCodec) => {
      const [unit] = await played(ffmpeg, path, codec);
      assert.ok(unit);
      const off = worstField(pixelsOfUnit(ffmpeg, unit), unit.width, unit.height);
      return { ...unit, off };
    };

    for (const { it: sentence, card, output } of [
      {
        it: 'that it is BT.709',
        card: { ...CARD, matrix: 'bt709' } as const,
        output: [...B_FRAMES, '-colorspace', 'bt709'],
      },
      {
        it: 'nothing, and is wide',
        card: { width: 1280, height: 64, matrix: 'bt709' } as const,
        output: MPEG4,
      },
      { it: 'nothing, and is small', card: CARD, output: MPEG4 },
    ]) {
      for (const codec of ['JPEG', 'H264'] as const) {
        it(`has the colours of a film that says ${sentence}, as ${codec}`, async () => {
          const { off } = await seen(film(card, output), codec);
          assert.ok(off <= MOST_LEVELS, `off by ${off}`);
        });
      }
    }

    for (const { pixels, aspect, filters, size } of [
      { pixels: 'wide', aspect: '4/3', filters: ['setsar=4/3'], size: '426x240' },
      { pixels: 'high', aspect: '8/9', filters: ['setsar=8/9'], size: '320x270' },
    ]) {
      it(`has square pixels where those of a film are ${pixels} (${aspect}), passed on or not`, async () => {
        const { width, height, off } = await seen(film({ ...CARD, filters }, B_FRAMES), 'JPEG');
        assert.equal(`${width}x${height}`, size);
        assert.ok(off <= MOST_LEVELS, `off by ${off}`);
        const plain = [...B_FRAMES.slice(0, 4), '-bf', '0', '-profile:v', 'baseline'];
        const browser = await seen(film({ ...CARD, filters }, plain), 'H264');
        assert.equal(`${browser.width}x${browser.height}`, size);
      });
    }

    it('is not combed where fields follow each other', async () => {
      const path = join(directory, 'fields.mp4');
      interlacedFilm(ffmpeg, path);
      const units = await played(ffmpeg, path, 'I420', 8);
      const combed = units.map(({ data, width, height }) => combing(data, width, height));
      assert.ok(Math.max(...combed) < 1, `${combed}`);
    });
  });
}

describe('the description of a stream', () => {
  for (const { line, expected } of [
    { line: 'hevc (Main), yuv420p(tv, bt709, progressive), 640x480', expected: [1, 1, 1] },
    { line: 'h264 (High), yuvj420p(pc, bt470bg/bt709/smpte170m), 640x480', expected: [5, 1, 6] },
    {
      line: 'hevc (Main 10), yuv420p10le(tv, bt2020nc/bt2020/smpte2084), 1920x1080',
      expected: [9, 9, 16],
    },
    { line: 'h264 (High) (avc1 / 0x31637661), yuv420p, 1920x1080, 25 fps', expected: [1, 1, 1] },
    { line: 'mpeg4 (Simple Profile), yuv420p, 640x480 [SAR 1:1 DAR 4:3]', expected: [6, 1, 1] },
    {
      line: 'mjpeg (Baseline), yuvj420p(pc, bt470bg/unknown/unknown), 1920x1080',
      expected: [5, 1, 1],
    },
    { line: 'png, rgb24(pc, gbr/bt709/iec61966-2-1), 1920x1080', expected: [6, 1, 1] },
  ]) {
    it(`tells matrix, primaries and transfer ${expected} of ${line}`, () => {
      const colour = describedColour(`  Stream #0:0: Video: ${line}`);
      assert.deepEqual([colour?.matrix, colour?.primaries, colour?.transfer], expected);
      assert.equal(colour?.range, 'limited');
    });
  }
});
