import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CodedUnit } from '../../engine/media/codec/CodedUnit';
import { H264Units } from '../../engine/media/codec/H264Units';
import { joinNals, nalType, nalUnits } from '../../engine/media/h264/h264';

// What encoders write; only the first byte of a NAL unit matters here.
const SPS = Buffer.from([0x67, 66, 0xc0, 31, 1]);
const OTHER_SPS = Buffer.from([0x67, 66, 0xc0, 31, 2]);
const PPS = Buffer.from([0x68, 1]);
const DELIMITER = Buffer.from([0x09, 0x10]);
const SEI = Buffer.from([0x06, 5]);
const IDR = Buffer.from([0x65, 1, 2, 3]);
const SLICE = Buffer.from([0x41, 1, 2]);

const FILE_HEADER = Buffer.from('464c5601010000000900000000', 'hex');

/** A video tag of FLV (Adobe's specification, E.4). */
function tag(packetType: 0 | 1, timeMs: number, data: Buffer, compositionMs = 0): Buffer {
  const body = Buffer.concat([Buffer.from([0x27, packetType, 0, 0, compositionMs]), data]);
  const header = Buffer.alloc(11);
  header[0] = 9;
  header.writeUIntBE(body.length, 1, 3);
  header.writeUIntBE(timeMs, 4, 3);
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32BE(header.length + body.length);
  return Buffer.concat([header, body, trailer]);
}

/** The avcC record that says the parameter sets apart (ISO 14496-15, 5.3.3.1). */
function config(sps: Buffer, pps: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([1, 66, 0xc0, 31, 0xff, 0xe1, 0, sps.length]),
    sps,
    Buffer.from([1, 0, pps.length]),
    pps,
  ]);
}

function unitsOf(...tags: Buffer[]): CodedUnit[] {
  const units: CodedUnit[] = [];
  new H264Units(25, unit => units.push(unit)).push(Buffer.concat([FILE_HEADER, ...tags]));
  return units;
}
const typesOf = (units: readonly CodedUnit[]) =>
  units.map(({ data }) => [...nalUnits(data)].map(nalType).join(' '));

describe('H264Units', () => {
  const idr = (timeMs: number, ...before: Buffer[]) => tag(1, timeMs, joinNals([...before, IDR]));

  for (const { it: sentence, tags } of [
    { it: 'said once, apart', tags: [tag(0, 0, config(SPS, PPS)), idr(0), idr(1000)] },
    { it: 'said with the first picture only', tags: [idr(0, SPS, PPS), idr(1000)] },
    { it: 'said each time', tags: [idr(0, SPS, PPS), idr(1000, SPS, PPS)] },
    {
      it: 'said in a unit of their own',
      tags: [tag(1, 0, joinNals([SPS, PPS])), idr(0), idr(1000)],
    },
    { it: 'said behind a delimiter', tags: [idr(0, DELIMITER, SPS, PPS), idr(1000, DELIMITER)] },
  ]) {
    it(`puts parameter sets in front of each IDR picture that were ${sentence}`, () => {
      const units = unitsOf(...tags);
      assert.deepEqual(typesOf(units), ['7 8 5', '7 8 5']);
      assert.deepEqual(
        units.map(({ key, index }) => [key, index]),
        [
          [true, 0],
          [true, 25],
        ],
      );
    });
  }

  it('uses the newest parameter sets', () => {
    const units = unitsOf(tag(0, 0, config(SPS, PPS)), idr(0), idr(40, OTHER_SPS, PPS), idr(80));
    const used = units.map(({ data }) => [...nalUnits(data)][0]?.at(-1));
    assert.deepEqual(used, [1, 2, 2]);
  });

  it('goes by the picture for what a keyframe is, whatever the container says', () => {
    // Each tag is marked as no keyframe.
    const units = unitsOf(idr(0, SPS, PPS), tag(1, 40, joinNals([SEI, SLICE])));
    assert.deepEqual(
      units.map(({ key }) => key),
      [true, false],
    );
    assert.deepEqual(typesOf(units), ['7 8 5', '6 1']);
  });

  it('knows a picture by the time at which it is shown', () => {
    const [unit] = unitsOf(tag(1, 40, joinNals([SPS, PPS, IDR]), 80));
    assert.equal(unit?.index, 3);
  });
});
