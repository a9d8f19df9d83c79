/** What must be known about H.264 without decoding it (ITU-T H.264; section numbers are its). */

import { ContainerError } from '../containers/ContainerError';
import { BitReader } from './BitReader';

/** NAL unit types (table 7-1) that matter here. */
export const NAL = {
  slice: 1,
  partitionA: 2,
  idr: 5,
  sei: 6,
  sps: 7,
  pps: 8,
  delimiter: 9,
  endOfSequence: 10,
  endOfStream: 11,
  filler: 12,
} as const;

const LENGTH_BYTES = 4;

/** The NAL units of an access unit, in order, as views. Stops at a length that does not fit. */
export function* nalUnits(data: Buffer): Generator<Buffer> {
  let at = 0;
  while (at + LENGTH_BYTES <= data.length) {
    const start = at + LENGTH_BYTES;
    at = start + data.readUInt32BE(at);
    if (at > data.length) return;
    if (at > start) yield data.subarray(start, at);
  }
}

/** The type of a NAL unit (7.4.1); 0 for an empty one. */
export function nalType(nal: Buffer): number {
  return (nal[0] ?? 0) & 0x1f;
}

/** Whether an access unit holds a B slice: its pictures are not shown in the order they are sent. */
export function hasBSlice(data: Buffer): boolean {
  for (const nal of nalUnits(data)) {
    const type = nalType(nal);
    if (type === NAL.slice || type === NAL.partitionA) {
      if (sliceType(nal) === SLICE_B) return true;
    }
  }
  return false;
}

/** Whether a NAL unit is a slice of a picture, or its first partition. */
export function isSlice(nal: Buffer): boolean {
  const type = nalType(nal);
  return type === NAL.slice || type === NAL.partitionA || type === NAL.idr;
}

/** Whether a NAL unit is an SEI message that begins with a recovery point (D.1.8): pictures are whole from there on, or soon after. */
export function isRecoveryPoint(nal: Buffer): boolean {
  return nalType(nal) === NAL.sei && nal[1] === RECOVERY_POINT;
}

const RECOVERY_POINT = 6;

/** first_mb_in_slice (7.4.3), 0 for the first slice of a picture; undefined for a slice that is cut off. */
export function firstMacroblock(slice: Buffer): number | undefined {
  try {
    return new BitReader(slice, 1).unsigned();
  } catch {
    return undefined; // a damaged slice says nothing; the decoder will conceal it
  }
}

const SLICE_B = 1;

/** slice_type modulo 5 (7.4.3); undefined for a slice that is cut off. */
function sliceType(nal: Buffer): number | undefined {
  const reader = new BitReader(nal, 1);
  try {
    reader.unsigned(); // first_mb_in_slice
    return reader.unsigned() % 5;
  } catch {
    return undefined; // a damaged slice says nothing; the decoder will conceal it
  }
}

/** The NAL units between start codes (annex B), as views. */
export function annexBNals(data: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  let start = data.indexOf(START_CODE);
  while (start >= 0) {
    start += START_CODE.length;
    const next = data.indexOf(START_CODE, start);
    let end = next < 0 ? data.length : next;
    // Zeros before a start code belong to neither side; a NAL unit never ends in one (7.4.1).
    while (end > start && data[end - 1] === 0) end -= 1;
    if (end > start) nals.push(data.subarray(start, end));
    start = next;
  }
  return nals;
}

const START_CODE = Buffer.from([0, 0, 1]);

/** Puts NAL units behind 4-byte lengths, into one Buffer with memory of its own. */
export function joinNals(nals: readonly Buffer[]): Buffer {
  const bytes = nals.reduce((sum, nal) => sum + LENGTH_BYTES + nal.length, 0);
  const data = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  for (const nal of nals) {
    at = data.writeUInt32BE(nal.length, at);
    at += nal.copy(data, at);
  }
  return data;
}

/** What a sequence parameter set says. */
export interface SpsInfo {
  readonly profileIdc: number;
  /** The byte of constraint flags: together with the two others it makes `profile-level-id`. */
  readonly constraints: number;
  readonly levelIdc: number;
  /** Of the picture that is shown (cropped), in pixels. */
  readonly width: number;
  /** Of the picture that is shown (cropped), in pixels. */
  readonly height: number;
  /** Bits of frame_num in the head of a slice. */
  readonly frameNumberBits: number;
  /** Pictures may be fields, or frames of two fields. */
  readonly isInterlaced: boolean;
  /** Slices are of one colour plane each (separate_colour_plane_flag). */
  readonly hasColourPlanes: boolean;
}

/** Profiles whose SPS describes its chroma format (7.3.2.1.1). */
const CHROMA_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Where the fields behind the level begin, in bytes. */
export const SPS_FIELDS_AT = 4;

/** Reads a sequence parameter set (7.3.2.1.1). Throws ContainerError when it is none or cut off. */
export function spsInfo(sps: Buffer): SpsInfo {
  const [, profileIdc, constraints, levelIdc] = sps;
  if (
    nalType(sps) !== NAL.sps ||
    profileIdc === undefined ||
    constraints === undefined ||
    levelIdc === undefined
  ) {
    throw new ContainerError('H.264', 'no sequence parameter set');
  }
  try {
    const form = readSpsUpToVui(new BitReader(sps, SPS_FIELDS_AT), profileIdc);
    return { profileIdc, constraints, levelIdc, ...form };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ContainerError('H.264', `a damaged sequence parameter set (${error.message})`);
  }
}

/**
 * Reads a sequence parameter set from `SPS_FIELDS_AT` up to vui_parameters_present_flag, which is the
 * next bit. Throws RangeError when it is cut off.
 */
export function readSpsUpToVui(
  reader: BitReader,
  profileIdc: number,
): Omit<SpsInfo, 'profileIdc' | 'constraints' | 'levelIdc'> {
  const describesChroma = CHROMA_PROFILES.has(profileIdc);
  reader.unsigned(); // seq_parameter_set_id
  const chromaFormat = describesChroma ? readChroma(reader) : 1;
  const frameNumberBits = reader.unsigned() + 4;
  skipPictureOrder(reader);
  reader.unsigned(); // max_num_ref_frames
  reader.flag(); // gaps_in_frame_num_value_allowed_flag
  const widthMbs = reader.unsigned() + 1;
  const heightUnits = reader.unsigned() + 1;
  const frameMbsOnly = reader.flag();
  if (!frameMbsOnly) reader.flag(); // mb_adaptive_frame_field_flag
  reader.flag(); // direct_8x8_inference_flag
  const crop = reader.flag()
    ? [reader.unsigned(), reader.unsigned(), reader.unsigned(), reader.unsigned()]
    : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  // Equations 7-19 to 7-22: the unit of cropping is a chroma sample, in interlaced video two lines.
  const unitX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
  const fields = frameMbsOnly ? 1 : 2;
  const unitY = (chromaFormat === 1 ? 2 : 1) * fields;
  const width = widthMbs * 16 - (left + right) * unitX;
  const height = heightUnits * 16 * fields - (top + bottom) * unitY;
  if (width <= 0 || height <= 0) throw new RangeError('nothing is left of the picture');
  return {
    width,
    height,
    frameNumberBits,
    isInterlaced: !frameMbsOnly,
    // Monochrome is 0 as well, and never of use to a browser.
    hasColourPlanes: describesChroma && chromaFormat === 0,
  };
}

/** The part that high profiles have. Returns chroma_format_idc, 0 when the planes are separate. */
function readChroma(reader: BitReader): number {
  const chromaFormat = reader.unsigned();
  const separate = chromaFormat === 3 && reader.flag();
  reader.unsigned(); // bit_depth_luma_minus8
  reader.unsigned(); // bit_depth_chroma_minus8
  reader.flag(); // qpprime_y_zero_transform_bypass_flag
  if (reader.flag()) {
    const lists = chromaFormat === 3 ? 12 : 8;
    for (let i = 0; i < lists; i += 1) {
      if (reader.flag()) skipScalingList(reader, i < 6 ? 16 : 64);
    }
  }
  return separate ? 0 : chromaFormat;
}

/** 7.3.2.1.1.1: the list ends early where the next scale becomes 0. */
function skipScalingList(reader: BitReader, size: number): void {
  let last = 8;
  for (let i = 0; i < size; i += 1) {
    const next = (last + reader.signed() + 256) % 256;
    if (next === 0) return;
    last = next;
  }
}

function skipPictureOrder(reader: BitReader): void {
  const type = reader.unsigned();
  if (type === 0) {
    reader.unsigned(); // log2_max_pic_order_cnt_lsb_minus4
  } else if (type === 1) {
    reader.flag(); // delta_pic_order_always_zero_flag
    reader.signed(); // offset_for_non_ref_pic
    reader.signed(); // offset_for_top_to_bottom_field
    const cycle = reader.unsigned();
    for (let i = 0; i < cycle; i += 1) reader.signed(); // offset_for_ref_frame
  }
}
