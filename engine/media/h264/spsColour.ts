/** What an H.264 sequence parameter set says of how its pictures are to be seen (ITU-T H.264, E.1.1). */
import { type Colour, NOT_TOLD } from '../../model/Colour';
import { BitReader } from './BitReader';
import { BitWriter } from './BitWriter';
import { joinNals, NAL, nalType, nalUnits, readSpsUpToVui, SPS_FIELDS_AT } from './h264';

/** Width of a pixel by its height, as a set says; 1 where it says nothing. */
export function pixelAspectOf(sps: Buffer): number {
  return readLook(sps)?.pixelAspect ?? 1;
}

/**
 * An access unit whose parameter sets say this of their colours. The same Buffer where they do
 * already, or where there is none.
 * @param colour made of what the set itself says; what is absent there has no place in the set
 */
export function withColour(data: Buffer, colour: (told: Partial<Colour>) => Colour): Buffer {
  let isChanged = false;
  const nals = [...nalUnits(data)].map(nal => {
    if (nalType(nal) !== NAL.sps) return nal;
    const coloured = spsWithColour(nal, colour);
    if (coloured !== nal) isChanged = true;
    return coloured;
  });
  return isChanged ? joinNals(nals) : data;
}

/** What an access unit's parameter set says of its colours; undefined where there is none. */
export function colourTold(data: Buffer): Partial<Colour> | undefined {
  for (const nal of nalUnits(data)) {
    if (nalType(nal) === NAL.sps) return readLook(nal)?.colour;
  }
  return undefined;
}

function spsWithColour(sps: Buffer, colourOf: (told: Partial<Colour>) => Colour): Buffer {
  const look = readLook(sps);
  if (!look) return sps;
  const colour = colourOf(look.colour);
  if (isSame(look.colour, colour)) return sps;
  const bits = bitsOf(sps);
  const writer = new BitWriter();
  const copy = (from: number, to: number) => {
    for (const bit of bits.slice(from, to)) writer.flag(bit === 1);
  };
  if (look.hasVui) {
    copy(0, look.signalAt);
    writeSignal(writer, colour);
    copy(look.restAt, bits.length);
  } else {
    copy(0, look.signalAt);
    writer.flag(true); // vui_parameters_present_flag
    writer.flag(false); // aspect_ratio_info_present_flag
    writer.flag(false); // overscan_info_present_flag
    writeSignal(writer, colour);
    // chroma_loc_info, timing_info, nal_hrd, vcl_hrd, pic_struct, bitstream_restriction: none.
    for (let flag = 0; flag < 6; flag += 1) writer.flag(false);
  }
  return Buffer.concat([sps.subarray(0, SPS_FIELDS_AT), writer.payload()]);
}

function isSame(told: Partial<Colour>, colour: Colour): boolean {
  return (
    told.matrix === colour.matrix &&
    told.primaries === colour.primaries &&
    told.transfer === colour.transfer &&
    told.range === colour.range
  );
}

/** video_signal_type_present_flag and what belongs to it. */
function writeSignal(writer: BitWriter, { primaries, transfer, matrix, range }: Colour): void {
  writer.flag(true);
  writer.bits(UNSPECIFIED_FORMAT, 3);
  writer.flag(range === 'full');
  writer.flag(true); // colour_description_present_flag
  for (const value of [primaries, transfer, matrix]) writer.bits(value, 8);
}

/** Table E-2. */
const UNSPECIFIED_FORMAT = 5;
/** Sets are less than 100 bytes; what is much longer is something else, and not looked into. */
const MOST_BYTES = 1024;

/** What a set says of how its pictures are to be seen, and where. */
interface SpsLook {
  /** As far as it is told: fields that are not are absent. */
  readonly colour: Partial<Colour>;
  /** 1 where it is not told. */
  readonly pixelAspect: number;
  readonly hasVui: boolean;
  /** Where the description of colours begins or would begin, in bits from `SPS_FIELDS_AT`. */
  readonly signalAt: number;
  /** Where it ends. */
  readonly restAt: number;
}

/** Undefined for what is no parameter set, or cut off. */
function readLook(sps: Buffer): SpsLook | undefined {
  const profileIdc = sps[1];
  if (nalType(sps) !== NAL.sps || profileIdc === undefined || sps.length > MOST_BYTES) {
    return undefined;
  }
  const reader = new BitReader(sps, SPS_FIELDS_AT);
  try {
    readSpsUpToVui(reader, profileIdc);
    const vuiAt = reader.position;
    if (!reader.flag()) {
      return { colour: {}, pixelAspect: 1, hasVui: false, signalAt: vuiAt, restAt: vuiAt };
    }
    const pixelAspect = readAspect(reader);
    if (reader.flag()) reader.flag(); // overscan_info_present_flag, overscan_appropriate_flag
    const signalAt = reader.position;
    const colour = readSignal(reader);
    const restAt = reader.position;
    return { colour, pixelAspect, hasVui: true, signalAt, restAt };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}

/** Table E-1, from aspect_ratio_idc 0 on: width and height. */
const ASPECTS = [
  ...[
    [0, 0],
    [1, 1],
    [12, 11],
    [10, 11],
    [16, 11],
    [40, 33],
    [24, 11],
    [20, 11],
    [32, 11],
  ],
  ...[
    [80, 33],
    [18, 11],
    [15, 11],
    [64, 33],
    [160, 99],
    [4, 3],
    [3, 2],
    [2, 1],
  ],
];
const EXTENDED_ASPECT = 255;

function readAspect(reader: BitReader): number {
  if (!reader.flag()) return 1;
  const index = reader.bits(8);
  const told = index === EXTENDED_ASPECT ? [reader.bits(16), reader.bits(16)] : ASPECTS[index];
  const [width = 0, height = 0] = told ?? [];
  return width > 0 && height > 0 ? width / height : 1;
}

function readSignal(reader: BitReader): Partial<Colour> {
  if (!reader.flag()) return {};
  reader.bits(3); // video_format
  const range = reader.flag() ? 'full' : 'limited';
  if (!reader.flag()) return { range };
  const told = {
    primaries: reader.bits(8),
    transfer: reader.bits(8),
    matrix: reader.bits(8),
  };
  const known = Object.entries(told).filter(([, value]) => value !== NOT_TOLD);
  return { ...Object.fromEntries(known), range };
}

/** The bits of a set from `SPS_FIELDS_AT` on, without those that end it. */
function bitsOf(sps: Buffer): number[] {
  const reader = new BitReader(sps, SPS_FIELDS_AT);
  const bits: number[] = [];
  try {
    for (;;) bits.push(reader.bits(1));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return bits.slice(0, bits.lastIndexOf(1));
}
