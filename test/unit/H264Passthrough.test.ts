import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { H264Passthrough } from '../../engine/capture/H264Passthrough';
import type { Picture } from '../../engine/capture/Picture';
import { FlvWriter } from '../../engine/media/codec/FlvWriter';
import { joinNals, nalUnits } from '../../engine/media/h264/h264';

/** An Exp-Golomb code (H.264, 9.1), as a string of bits. */
function ue(value: number): string {
  const bits = (value + 1).toString(2);
  return '0'.repeat(bits.length - 1) + bits;
}

/** A NAL unit of a first byte, whole bytes, and bits that are filled up by a stop bit. */
function nal(head: number[], ...bits: string[]): Buffer {
  const text = `${bits.join('')}1`;
  const bytes = text.match(/.{1,8}/g)?.map(byte => Number.parseInt(byte.padEnd(8, '0'), 2)) ?? [];
  return Buffer.from([...head, ...bytes]);
}

/** VUI that tells the colours of standard definition, and nothing else (E.1.1). */
const COLOURS = `1001${'101'}01${[1, 1, 6].map(each => each.toString(2).padStart(8, '0')).join('')}000000`;

/** A parameter set for pictures of so many macroblocks. */
function sps(profile: number, columns: number, rows: number): Buffer {
  const chroma = profile === 66 ? '' : `${ue(1)}${ue(0)}${ue(0)}00`;
  const size = [ue(columns - 1), ue(rows - 1)];
  return nal(
    [0x67, profile, 0, 30],
    ue(0),
    chroma,
    ue(0),
    ue(2),
    ue(1),
    '0',
    ...size,
    '1',
    '1',
    '0',
    COLOURS,
  );
}

const SPS = sps(66, 20, 15);
const BIGGER = sps(66, 40, 30);
const PPS = nal([0x68], ue(0), ue(0), '0');
const IDR = nal([0x65], ue(0), ue(7), '1010');
const P = nal([0x41], ue(0), ue(5), '1010');
const B = nal([0x01], ue(0), ue(6), '1010');
const AUD = Buffer.from([0x09, 0x30]);

/** What is made of access units, given as lists of their NAL units. */
function passed(units: Buffer[][], first: Buffer = SPS) {
  const pictures: Picture[] = [];
  const refusals: string[] = [];
  const writer = new FlvWriter();
  const passthrough = new H264Passthrough({
    picture: picture => pictures.push(picture),
    refused: reason => refusals.push(reason),
  });
  passthrough.push(writer.start([first, PPS]));
  for (const [i, unit] of units.entries()) {
    for (const part of writer.unit(joinNals(unit), false, i * 40)) passthrough.push(part);
  }
  passthrough.end();
  return { pictures, refusals };
}

describe('H264Passthrough', () => {
  const rows: { it: string; units: Buffer[][]; expected: Buffer[][] }[] = [
    {
      it: 'puts the parameter sets before an IDR picture',
      units: [[IDR], [P]],
      expected: [[SPS, PPS, IDR], [P]],
    },
    {
      it: 'begins with an IDR picture, whatever came before',
      units: [[P], [P], [IDR], [P]],
      expected: [[SPS, PPS, IDR], [P]],
    },
    {
      it: 'takes delimiters out',
      units: [
        [AUD, IDR],
        [AUD, P],
      ],
      expected: [[SPS, PPS, IDR], [P]],
    },
    {
      it: 'passes several slices on together',
      units: [
        [IDR, IDR],
        [P, P],
      ],
      expected: [
        [SPS, PPS, IDR, IDR],
        [P, P],
      ],
    },
    {
      it: 'remembers parameter sets that come in band',
      units: [[BIGGER, PPS, IDR], [IDR]],
      expected: [
        [BIGGER, PPS, IDR],
        [BIGGER, PPS, IDR],
      ],
    },
  ];
  for (const { it: sentence, units, expected } of rows) {
    it(sentence, () => {
      const { pictures, refusals } = passed(units);
      assert.deepEqual(
        pictures.map(({ data }) => [...nalUnits(data)]),
        expected,
      );
      assert.deepEqual(refusals, []);
    });
  }

  it('tells which pictures are keyframes by their content', () => {
    const { pictures } = passed([[IDR], [P], [IDR]]);
    assert.deepEqual(
      pictures.map(({ key }) => key),
      [true, false, true],
    );
  });

  it('follows a change of size', () => {
    const { pictures } = passed([[IDR], [BIGGER, PPS, IDR], [P]]);
    assert.deepEqual(
      pictures.map(({ width, height }) => [width, height]),
      [
        [320, 240],
        [640, 480],
        [640, 480],
      ],
    );
  });

  for (const { it: sentence, units, first, reason, before = 0 } of [
    {
      it: 'B slices, even in the order of display',
      units: [[IDR], [P], [B], [P]],
      reason: 'B-frames',
      before: 2,
    },
    {
      it: 'ten bits a sample',
      units: [[IDR]],
      first: sps(110, 20, 15),
      reason: 'H.264 profile 110',
    },
    {
      it: 'such a profile in the middle of the stream',
      units: [[IDR], [sps(122, 20, 15), PPS, IDR]],
      reason: 'H.264 profile 122',
      before: 1,
    },
    {
      it: 'a damaged parameter set',
      units: [[IDR]],
      first: Buffer.from([0x67, 66, 0, 30]),
      reason: 'damaged',
    },
  ]) {
    it(`refuses ${sentence}, once, and passes nothing more`, () => {
      const { pictures, refusals } = passed(units, first);
      assert.equal(refusals.length, 1);
      assert.match(refusals[0] ?? '', new RegExp(reason));
      assert.equal(pictures.length, before);
    });
  }
});
