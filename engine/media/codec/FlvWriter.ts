import { NAL, nalType } from '../h264/h264';

// File: "FLV" | version 1 | flags: video | header bytes u32 = 9 | previous tag size u32 = 0
const FILE_HEADER = Buffer.from([0x46, 0x4c, 0x56, 1, 1, 0, 0, 0, 9, 0, 0, 0, 0]);
// Tag header (see FlvParser) and the five bytes that open video data.
const TAG_HEADER_BYTES = 11;
const VIDEO_HEADER_BYTES = 5;

const TAG_VIDEO = 9;
const KEY_AVC = 0x17;
const INTER_AVC = 0x27;
const PACKET_CONFIG = 0;
const PACKET_NALS = 1;

/**
 * Wraps H.264 access units in FLV, the form in which a decoder's standard input takes them
 * without delay: every unit is behind its size. One writer serves one process.
 */
export class FlvWriter {
  #firstMs: number | undefined;
  #lastTimeMs = -1;

  /** What comes first: the file's header and the parameter sets (without lengths). */
  start(sets: readonly Buffer[]): Buffer {
    const avcC = avcDecoderConfiguration(sets);
    return Buffer.concat([
      FILE_HEADER,
      tagHeader(avcC.length, KEY_AVC, PACKET_CONFIG, 0),
      avcC,
      tagTrailer(avcC.length),
    ]);
  }

  /**
   * The parts to write, in order, for one access unit (NAL units behind 4-byte lengths).
   * The unit itself is one of them, uncopied. `timestampMs` may count from anywhere: the stream
   * starts at 0 and always rises.
   */
  unit(data: Buffer, key: boolean, timestampMs: number): Buffer[] {
    this.#firstMs ??= timestampMs;
    this.#lastTimeMs = Math.max(this.#lastTimeMs + 1, Math.round(timestampMs - this.#firstMs));
    return [
      tagHeader(data.length, key ? KEY_AVC : INTER_AVC, PACKET_NALS, this.#lastTimeMs),
      data,
      tagTrailer(data.length),
    ];
  }
}

function tagHeader(bytes: number, frame: number, packetType: number, timeMs: number): Buffer {
  const header = Buffer.alloc(TAG_HEADER_BYTES + VIDEO_HEADER_BYTES);
  header.writeUInt8(TAG_VIDEO, 0);
  header.writeUIntBE(VIDEO_HEADER_BYTES + bytes, 1, 3);
  header.writeUIntBE(timeMs & 0xffffff, 4, 3);
  header.writeUInt8((timeMs >>> 24) & 0xff, 7);
  header.writeUInt8(frame, TAG_HEADER_BYTES);
  header.writeUInt8(packetType, TAG_HEADER_BYTES + 1);
  // Composition time 0: without B-frames pictures are shown in the order of decoding.
  return header;
}

function tagTrailer(bytes: number): Buffer {
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32BE(TAG_HEADER_BYTES + VIDEO_HEADER_BYTES + bytes);
  return trailer;
}

/** ISO 14496-15, 5.3.3.1, for NAL unit lengths of 4 bytes. */
function avcDecoderConfiguration(sets: readonly Buffer[]): Buffer {
  const ofType = (type: number) => sets.filter(nal => nalType(nal) === type);
  const sps = ofType(NAL.sps);
  const pps = ofType(NAL.pps);
  const [first = Buffer.alloc(0)] = sps;
  const head = Buffer.from([1, first[1] ?? 0, first[2] ?? 0, first[3] ?? 0, 0xff]);
  const count = Buffer.from([0xe0 | sps.length]);
  return Buffer.concat([
    head,
    count,
    ...sps.flatMap(sized),
    Buffer.from([pps.length]),
    ...pps.flatMap(sized),
  ]);
}

function sized(nal: Buffer): Buffer[] {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(nal.length);
  return [bytes, nal];
}
