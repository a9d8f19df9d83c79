import { NAL, nalType, nalUnits } from '../../../media/h264/h264';
import { newestSets } from '../../../media/h264/ParameterSets';
import type { AccessUnit } from '../../../model/AccessUnit';
import { FU_A, STAP_A } from '../payloadUnits';

/** Bytes of a payload that fit with all headers into any usual path (MTU 1280 and up). */
export const MOST_PAYLOAD_BYTES = 1180;
/** Beyond that no datagram carries a NAL unit whole: such a unit is left out. */
const MOST_DATAGRAM_BYTES = 60_000;

/** Not among the slices: what browsers do not need, and the parameter sets, which go ahead. */
const LEFT_OUT: ReadonlySet<number> = new Set([
  NAL.sps,
  NAL.pps,
  NAL.sei,
  NAL.delimiter,
  NAL.endOfSequence,
  NAL.endOfStream,
  NAL.filler,
]);

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
    case 'RGB24':
    case 'RGBA':
    case 'GRAY8':
      return [];
    default:
      return unit.codec satisfies never;
  }
}

/** RFC 6184: parameter sets together in as few STAP-A as they need, slices whole or as FU-A. */
function h264Payloads(data: Buffer, isSingleNal: boolean): Buffer[] {
  const nals = [...nalUnits(data)];
  // Encoders and sources may both bring parameter sets; cameras may have several of a kind (8.4).
  const sets = newestSets(nals);
  const slices = nals.filter(nal => !LEFT_OUT.has(nalType(nal)));
  if (isSingleNal) {
    const all = [...sets, ...slices];
    return all.some(nal => nal.length > MOST_DATAGRAM_BYTES) ? [] : all;
  }
  return [...aggregates(sets), ...slices.flatMap(fragments)];
}

// STAP-A (RFC 6184 5.7.1): | F NRI type=24 | size u16 | NAL | size u16 | NAL …
function aggregates(nals: readonly Buffer[]): Buffer[] {
  const groups: Buffer[][] = [];
  let bytes = 0;
  for (const nal of nals) {
    bytes += 2 + nal.length;
    const open = groups.at(-1);
    if (open && 1 + bytes <= MOST_PAYLOAD_BYTES) {
      open.push(nal);
    } else {
      groups.push([nal]);
      bytes = 2 + nal.length;
    }
  }
  return groups.flatMap(group => {
    const [first] = group;
    const isTooLarge = first && first.length + 3 > MOST_PAYLOAD_BYTES;
    return isTooLarge ? fragments(first) : [aggregate(group)];
  });
}

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
