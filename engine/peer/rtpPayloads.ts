import { nalType, nalUnits } from '../coding/h264';
import type { AccessUnit } from '../model/AccessUnit';

/** Bytes of a payload that fit with all headers into any usual path (MTU 1280 and up). */
export const MOST_PAYLOAD_BYTES = 1180;
/** Beyond that no datagram carries a NAL unit whole: such a unit is left out. */
const MOST_DATAGRAM_BYTES = 60_000;

// NAL unit types, H.264 table 7-1 and RFC 6184 5.2.
const SEI = 6;
const SPS = 7;
const PPS = 8;
const ACCESS_UNIT_DELIMITER = 9;
const END_OF_SEQUENCE = 10;
const END_OF_STREAM = 11;
const FILLER = 12;
const STAP_A = 24;
const FU_A = 28;
const DROPPED = new Set([SEI, ACCESS_UNIT_DELIMITER, END_OF_SEQUENCE, END_OF_STREAM, FILLER]);

/**
 * The RTP payloads of an access unit, in order; the last one gets the marker bit.
 * @param isSingleNal of H264: each NAL unit is a payload of its own (RFC 6184 6.2). One that is
 *   larger than a packet should be goes in fragments of IP
 */
export function rtpPayloads(unit: AccessUnit, isSingleNal = false): Buffer[] {
  switch (unit.codec) {
    case 'H264':
      return h264Payloads(unit.data, isSingleNal);
    case 'VP8':
      return vp8Payloads(unit.data);
    case 'JPEG':
    case 'I420':
      return [];
    default:
      return unit.codec satisfies never;
  }
}

/** RFC 6184: parameter sets together in one STAP-A, slices whole or as FU-A. */
function h264Payloads(data: Buffer, isSingleNal: boolean): Buffer[] {
  const parameterSets: Buffer[] = [];
  const slices: Buffer[] = [];
  for (const nal of nalUnits(data)) {
    const type = nalType(nal);
    if (type === SPS || type === PPS) parameterSets.push(nal);
    else if (!DROPPED.has(type)) slices.push(nal);
  }
  if (isSingleNal) {
    const nals = [...latest(parameterSets), ...slices];
    return nals.some(nal => nal.length > MOST_DATAGRAM_BYTES) ? [] : nals;
  }
  const payloads = parameterSets.length > 0 ? [aggregate(latest(parameterSets))] : [];
  for (const slice of slices) payloads.push(...fragments(slice));
  return payloads;
}

/** Encoders and sources may both bring parameter sets: the last of each type counts. */
function latest(parameterSets: readonly Buffer[]): Buffer[] {
  const sps = parameterSets.findLast(nal => nalType(nal) === SPS);
  const pps = parameterSets.findLast(nal => nalType(nal) === PPS);
  return [sps, pps].filter(nal => nal !== undefined);
}

// STAP-A (RFC 6184 5.7.1): | F NRI type=24 | size u16 | NAL | size u16 | NAL …
function aggregate(nals: readonly Buffer[]): Buffer {
  const importance = Math.max(...nals.map(nal => (nal[0] ?? 0) & 0x60));
  const parts: Buffer[] = [Buffer.from([importance | STAP_A])];
  for (const nal of nals) {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(nal.length);
    parts.push(size, nal);
  }
  return Buffer.concat(parts);
}

// FU-A (RFC 6184 5.8): | F NRI type=28 | S E R type | a piece of the NAL without its first byte
function fragments(nal: Buffer): Buffer[] {
  if (nal.length <= MOST_PAYLOAD_BYTES) return [nal];
  const header = nal[0] ?? 0;
  const indicator = (header & 0xe0) | FU_A;
  const pieces = evenPieces(nal.subarray(1), MOST_PAYLOAD_BYTES - 2);
  return pieces.map((piece, index) => {
    const start = index === 0 ? 0x80 : 0;
    const end = index === pieces.length - 1 ? 0x40 : 0;
    return prefixed([indicator, start | end | (header & 0x1f)], piece);
  });
}

// VP8 payload descriptor (RFC 7741 4.2), one byte: X R N S R PID. S marks the start of a partition.
function vp8Payloads(frame: Buffer): Buffer[] {
  return evenPieces(frame, MOST_PAYLOAD_BYTES - 1).map((piece, index) =>
    prefixed([index === 0 ? 0x10 : 0], piece),
  );
}

/** Pieces of nearly the same size: many small packets cost less than a tiny last one after big ones. */
function evenPieces(data: Buffer, mostBytes: number): Buffer[] {
  const size = Math.ceil(data.length / Math.ceil(data.length / mostBytes));
  const count = Math.max(1, Math.ceil(data.length / size));
  return Array.from({ length: count }, (_, index) =>
    data.subarray(index * size, (index + 1) * size),
  );
}

function prefixed(prefix: readonly number[], data: Buffer): Buffer {
  const payload = Buffer.allocUnsafe(prefix.length + data.length);
  payload.set(prefix, 0);
  data.copy(payload, prefix.length);
  return payload;
}
