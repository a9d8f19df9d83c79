import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccessUnit, RenditionCodec } from '../../engine/model/AccessUnit';
import { likelyColour, VIDEO_COLOUR } from '../../engine/model/Colour';
import { Track } from '../../engine/model/Track';
import type { Ffmpeg } from '../../engine/process/ffmpeg';
import { Rendition } from '../../engine/source/Rendition';
import {
  type CardForm,
  codedCard,
  h264Card,
  MOST_LEVELS,
  pixelsOfUnit,
  vp8Card,
  worstField,
} from '../support/colourCard';
import { FOUND_FFMPEGS } from '../support/foundFfmpegs';
import { ManualOrigin } from '../support/ManualOrigin';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 20_000;
const SMALL = { width: 320, height: 240 };
/** High definition by its width, and not more than must be. */
const WIDE = { width: 1280, height: 64 };
const TAGS_709 = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];
const TAGS_601 = ['-colorspace', 'smpte170m'];

const raw = (ffmpeg: string, form: CardForm): AccessUnit[] => [
  {
    codec: 'I420',
    data: codedCard(ffmpeg, form, ['-frames:v', '1', '-f', 'rawvideo']),
    key: true,
    timestampMs: 1000,
    width: form.width,
    height: form.height,
    colour: { ...VIDEO_COLOUR, matrix: form.matrix === 'bt709' ? 1 : 6 },
  },
];
const jpeg = (ffmpeg: string, form: CardForm): AccessUnit[] => [
  {
    codec: 'JPEG',
    data: codedCard(ffmpeg, form, ['-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '2', '-f', 'mjpeg']),
    key: true,
    timestampMs: 1000,
    width: form.width,
    height: form.height,
  },
];

interface Source {
  readonly name: string;
  readonly units: (ffmpeg: string) => AccessUnit[];
  /** Default: all. */
  readonly codecs?: readonly RenditionCodec[];
}
const of = (
  name: string,
  make: (ffmpeg: string, form: CardForm) => AccessUnit[],
  form: CardForm,
  codecs?: readonly RenditionCodec[],
): Source => ({ name, units: ffmpeg => make(ffmpeg, form), ...(codecs ? { codecs } : {}) });

const SOURCES: readonly Source[] = [
  of('raw BT.601', raw, { ...SMALL, matrix: 'bt601' }, ['H264', 'VP8', 'JPEG']),
  of('raw BT.709', raw, { ...SMALL, matrix: 'bt709' }),
  of('JPEG', jpeg, { ...SMALL, matrix: 'bt601', range: 'pc' }, ['H264', 'VP8', 'I420']),
  of('VP8', vp8Card, { ...SMALL, matrix: 'bt601' }, ['H264', 'JPEG', 'I420']),
  of('H264 that says BT.709', h264Card, { ...SMALL, matrix: 'bt709', tags: TAGS_709 }),
  of('H264 that says BT.709, full range', h264Card, {
    ...{ ...SMALL, matrix: 'bt709', range: 'pc' },
    tags: TAGS_709,
  }),
  of('H264 that says BT.601', h264Card, { ...WIDE, matrix: 'bt601', tags: TAGS_601 }, ['H264']),
  of('small H264 that says nothing', h264Card, { ...SMALL, matrix: 'bt601' }, ['H264']),
  of('wide H264 that says nothing', h264Card, { ...WIDE, matrix: 'bt709' }),
];

/** What a rendition makes of the units, pushed until something comes; some codecs begin roughly. */
async function rendered(codec: RenditionCodec, ffmpeg: Ffmpeg, units: readonly AccessUnit[]) {
  const origin = new ManualOrigin();
  const source = new Track(origin, { lingerMs: 0 });
  const rendition = new Rendition(
    source,
    { codec, bitrateBps: 8_000_000 },
    { findFfmpeg: async () => ffmpeg, spare: false },
  );
  const track = new Track(rendition, { lingerMs: 0 });
  const made: AccessUnit[] = [];
  track.subscribe({ unit: unit => made.push(unit) });
  let pushed = 0;
  const key = await waitFor(`${codec} unit`, LIMIT_MS, () => {
    const unit = units[pushed % units.length];
    if (unit && origin.runs.length > 0) {
      origin.run.unit({ ...unit, timestampMs: unit.timestampMs + 33 * pushed });
      pushed += 1;
    }
    return made.find(each => each.key);
  });
  await track.close();
  await source.close();
  return key;
}

for (const { name, find } of FOUND_FFMPEGS) {
  describe(`a colour card with ${name}`, () => {
    for (const source of SOURCES) {
      for (const codec of source.codecs ?? ['H264', 'VP8', 'JPEG', 'I420']) {
        it(`comes back from ${source.name} as ${codec}`, async () => {
          const ffmpeg = await find();
          const units = source.units(ffmpeg.path);
          const unit = await rendered(codec, ffmpeg, units);
          // Whoever asks for raw pictures need not look at their colours.
          assert.equal(unit.colour?.matrix ?? VIDEO_COLOUR.matrix, VIDEO_COLOUR.matrix);
          const off = worstField(pixelsOfUnit(ffmpeg.path, unit), unit.width, unit.height);
          assert.ok(off <= MOST_LEVELS, `off by ${off}`);
        });
      }
    }
  });
}

describe('the colours of video that does not say them', () => {
  for (const { width, height, matrix } of [
    { width: 640, height: 480, matrix: 6 },
    { width: 720, height: 576, matrix: 6 },
    { width: 1280, height: 720, matrix: 1 },
    { width: 960, height: 720, matrix: 1 },
  ]) {
    it(`are those of matrix ${matrix} in ${width}x${height}`, () =>
      assert.equal(likelyColour(width, height).matrix, matrix));
  }
});
