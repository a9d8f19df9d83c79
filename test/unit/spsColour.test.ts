import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FlvParser } from '../../engine/media/containers/FlvParser';
import { joinNals, nalUnits, spsInfo } from '../../engine/media/h264/h264';
import { colourTold, pixelAspectOf, withColour } from '../../engine/media/h264/spsColour';
import { type Colour, VIDEO_COLOUR } from '../../engine/model/Colour';
import { FFMPEGS, movingPicture, record } from '../support/recordings';

const WIDE_GAMUT: Colour = { primaries: 9, transfer: 16, matrix: 9, range: 'full' };

/** The parameter set of x264 with these options. */
function spsOf(ffmpeg: string, ...options: string[]): Buffer {
  const sets: Buffer[] = [];
  const args = [
    ...movingPicture(320, 240, 1),
    '-c:v',
    'libx264',
    ...options,
    '-f',
    'flv',
    'pipe:1',
  ];
  new FlvParser({ config: all => sets.push(...all), video: () => {} }).push(record(ffmpeg, args));
  const [sps] = sets;
  assert.ok(sps);
  return sps;
}

/** A parameter set without any description of how it is to be seen, as hardware writes it. */
const BARE = Buffer.from('6742001eda0507e4', 'hex');

for (const { name, path } of FFMPEGS) {
  describe(`the colours in a parameter set of ${name}`, () => {
    for (const { it: sentence, options, told } of [
      { it: 'are absent where nothing is told', options: [], told: {} },
      {
        it: 'are those that the encoder was told',
        options: ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
        told: { primaries: 1, transfer: 1, matrix: 1, range: 'limited' },
      },
      {
        it: 'are told in part',
        options: ['-colorspace', 'smpte170m'],
        told: { matrix: 6, range: 'limited' },
      },
    ]) {
      it(sentence, () => {
        assert.deepEqual(colourTold(joinNals([spsOf(path, ...options)])), told);
      });
    }

    it('can be told anew, and nothing else changes', () => {
      for (const options of [
        [],
        ['-colorspace', 'bt709'],
        ['-aspect', '16:9', '-profile:v', 'high'],
      ]) {
        const sps = spsOf(path, ...options);
        const [told = sps] = nalUnits(withColour(joinNals([sps]), () => WIDE_GAMUT));
        assert.deepEqual(colourTold(joinNals([told])), WIDE_GAMUT);
        assert.deepEqual(spsInfo(told), spsInfo(sps));
        assert.equal(pixelAspectOf(told), pixelAspectOf(sps));
        // What is behind the colours is as it was: told as before, it is the same to the last bit.
        const before = { ...VIDEO_COLOUR, matrix: 1 };
        const back = withColour(joinNals([told]), () => before);
        assert.deepEqual(
          back,
          withColour(joinNals([sps]), () => before),
        );
      }
    });

    it('come with the shape of pixels', () => {
      assert.equal(pixelAspectOf(spsOf(path)), 1);
      assert.equal(pixelAspectOf(spsOf(path, '-vf', 'setsar=16/11')), 16 / 11);
      assert.equal(pixelAspectOf(spsOf(path, '-vf', 'setsar=37/36')), 37 / 36);
    });
  });
}

describe('a parameter set without a description', () => {
  it('gets one', () => {
    const [told = BARE] = nalUnits(withColour(joinNals([BARE]), () => VIDEO_COLOUR));
    assert.deepEqual(colourTold(joinNals([told])), VIDEO_COLOUR);
    assert.deepEqual(spsInfo(told), spsInfo(BARE));
  });

  it('stays as it is where it is cut off', () => {
    const cut = joinNals([BARE.subarray(0, 5)]);
    assert.equal(
      withColour(cut, () => VIDEO_COLOUR),
      cut,
    );
  });

  it('is asked for what it says', () => {
    const seen: Partial<Colour>[] = [];
    withColour(joinNals([BARE]), told => {
      seen.push(told);
      return VIDEO_COLOUR;
    });
    assert.deepEqual(seen, [{}]);
  });
});
