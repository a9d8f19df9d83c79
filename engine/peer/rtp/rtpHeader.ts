import { ntpTime } from './ntpTime';

/** What a header is made of. */
export interface RtpHeaderFields {
  readonly payloadType: number;
  /** 16 bits. */
  readonly sequenceNumber: number;
  /** 32 bits. */
  readonly timestamp: number;
  readonly ssrc: number;
  /** Set on the last packet of an access unit. */
  readonly marker: boolean;
  /** As made by `extensionBlock`; empty for none. */
  readonly extensions: Buffer;
}

/** One header extension: its negotiated id (1 to 14) and 1 to 16 bytes. */
export interface RtpExtension {
  readonly id: number;
  readonly payload: Buffer;
}

// RTP header (RFC 3550 5.1):
//   0                   1                   2                   3
//   |V=2|P|X|  CC  |M|     PT      |       sequence number         |
//   |                           timestamp                          |
//   |                             SSRC                             |
const FIXED_BYTES = 12;
const VERSION = 0x80;
const HAS_EXTENSION = 0x10;

/** Writes a header. */
export function rtpHeader(fields: RtpHeaderFields): Buffer {
  const { payloadType, sequenceNumber, timestamp, ssrc, marker, extensions } = fields;
  const header = Buffer.allocUnsafe(FIXED_BYTES + extensions.length);
  header[0] = extensions.length > 0 ? VERSION | HAS_EXTENSION : VERSION;
  header[1] = (marker ? 0x80 : 0) | payloadType;
  // Byte by byte: this is done for every packet, and the methods of Buffer check their arguments.
  header[2] = sequenceNumber >>> 8;
  header[3] = sequenceNumber;
  header[4] = timestamp >>> 24;
  header[5] = timestamp >>> 16;
  header[6] = timestamp >>> 8;
  header[7] = timestamp;
  header[8] = ssrc >>> 24;
  header[9] = ssrc >>> 16;
  header[10] = ssrc >>> 8;
  header[11] = ssrc;
  if (extensions.length > 0) header.set(extensions, FIXED_BYTES);
  return header;
}

// One-byte form (RFC 8285 4.2): 0xBEDE | length in words | (id 4 bits, length - 1 4 bits) data … padding
const ONE_BYTE_PROFILE = 0xbede;

/** Writes an extension block; empty where there is nothing to write. */
export function extensionBlock(extensions: readonly RtpExtension[]): Buffer {
  if (extensions.length === 0) return Buffer.alloc(0);
  const bytes = extensions.reduce((sum, { payload }) => sum + 1 + payload.length, 0);
  const words = Math.ceil(bytes / 4);
  const block = Buffer.alloc(4 + 4 * words);
  block.writeUInt16BE(ONE_BYTE_PROFILE, 0);
  block.writeUInt16BE(words, 2);
  let offset = 4;
  for (const { id, payload } of extensions) {
    block[offset] = (id << 4) | (payload.length - 1);
    payload.copy(block, offset + 1);
    offset += 1 + payload.length;
  }
  return block;
}

/** Header extensions that we write, by their URI. */
export const EXTENSION_URI = {
  playoutDelay: 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  absCaptureTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
} as const;

/** Shortest and longest delay before a picture is shown, in ms; steps of 10, at most 40950. */
export function playoutDelay(shortestMs: number, longestMs: number): Buffer {
  const payload = Buffer.alloc(3);
  payload.writeUIntBE(((shortestMs / 10) << 12) | (longestMs / 10), 0, 3);
  return payload;
}

/** Capture time as a 64-bit NTP timestamp (abs-capture-time without clock offset). */
export function absCaptureTime(timestampMs: number): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeBigUInt64BE(ntpTime(timestampMs));
  return payload;
}
