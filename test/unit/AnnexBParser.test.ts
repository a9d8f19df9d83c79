import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnexBParser } from '../../engine/media/h264/AnnexBParser';
import { nalUnits } from '../../engine/media/h264/h264';

// First bytes: SPS, PPS, SEI, delimiter; slices whose first bit says that they begin a picture.
const SPS = Buffer.from([0x67, 1, 2]);
const PPS = Buffer.from([0x68, 3]);
const SEI = Buffer.from([0x06, 4]);
const AUD = Buffer.from([0x09, 0xf0]);
const IDR = Buffer.from([0x65, 0x88, 5, 6]);
const P = Buffer.from([0x41, 0x9a, 7, 8]);
const P_NEXT_SLICE = Buffer.from([0x41, 0x5a, 9]);

const LONG = [0, 0, 0, 1];
const SHORT = [0, 0, 1];

function stream(nals: readonly Buffer[], code = LONG): Buffer {
  return Buffer.concat(nals.flatMap(nal => [Buffer.from(code), nal]));
}

/** The access units cut out of pieces, as lists of their NAL units; then what `end` gives. */
function cut(pieces: readonly Buffer[]) {
  const units: Buffer[][] = [];
  const parser = new AnnexBParser(data => units.push([...nalUnits(data)]));
  for (const piece of pieces) parser.push(piece);
  const before = units.length;
  const ended = parser.end();
  return { units, before, ended };
}

describe('AnnexBParser', () => {
  const rows: { it: string; nals: Buffer[]; units: Buffer[][] }[] = [
    { it: 'cuts pictures apart', nals: [IDR, P, P], units: [[IDR], [P], [P]] },
    {
      it: 'keeps parameter sets with the picture behind them',
      nals: [SPS, PPS, IDR, P, SPS, PPS, IDR],
      units: [[SPS, PPS, IDR], [P], [SPS, PPS, IDR]],
    },
    {
      it: 'keeps the slices of a picture together',
      nals: [P, P_NEXT_SLICE, P_NEXT_SLICE, P],
      units: [[P, P_NEXT_SLICE, P_NEXT_SLICE], [P]],
    },
    {
      it: 'begins a picture at a delimiter or SEI',
      nals: [AUD, IDR, AUD, SEI, P, SEI, P],
      units: [
        [AUD, IDR],
        [AUD, SEI, P],
        [SEI, P],
      ],
    },
  ];
  for (const { it: sentence, nals, units: expected } of rows) {
    for (const code of [LONG, SHORT]) {
      it(`${sentence}, with start codes of ${code.length} bytes, in pieces of any size`, () => {
        const bytes = stream(nals, code);
        for (let size = 1; size <= bytes.length; size += 1) {
          const pieces: Buffer[] = [];
          for (let at = 0; at < bytes.length; at += size)
            pieces.push(bytes.subarray(at, at + size));
          assert.deepEqual(cut(pieces).units, expected, `pieces of ${size} bytes`);
        }
      });
    }
  }

  it('gives a picture as soon as the next begins, the last one when it is told the end', () => {
    const { before, units, ended } = cut([stream([IDR, P, P])]);
    assert.deepEqual([before, units.length, ended], [2, 3, true]);
  });

  it('has no picture to end in parameter sets, and keeps them for the next', () => {
    const units: Buffer[][] = [];
    const parser = new AnnexBParser(data => units.push([...nalUnits(data)]));
    parser.push(stream([SPS, PPS]));
    assert.equal(parser.end(), false);
    parser.push(stream([IDR]));
    assert.equal(parser.end(), true);
    assert.deepEqual(units, [[SPS, PPS, IDR]]);
  });

  it('goes on after each end', () => {
    const units: Buffer[][] = [];
    const parser = new AnnexBParser(data => units.push([...nalUnits(data)]));
    for (const nal of [IDR, P, P]) {
      parser.push(stream([nal]));
      assert.equal(parser.end(), true);
    }
    assert.deepEqual(units, [[IDR], [P], [P]]);
    assert.equal(parser.end(), false);
  });

  it('takes away zeros that fill a NAL unit up', () => {
    const filled = Buffer.concat([stream([IDR]), Buffer.alloc(5), stream([P])]);
    assert.deepEqual(cut([filled]).units, [[IDR], [P]]);
  });

  it('ignores what comes before the first start code', () => {
    assert.deepEqual(cut([Buffer.from('noise'), stream([IDR, P])]).units, [[IDR], [P]]);
  });

  it('does not collect bytes for ever', () => {
    const parser = new AnnexBParser(() => {});
    const piece = Buffer.alloc(1024 * 1024, 0xff);
    assert.throws(() => {
      for (let count = 0; count < 20; count += 1) parser.push(piece);
    }, /Annex B/);
  });
});
