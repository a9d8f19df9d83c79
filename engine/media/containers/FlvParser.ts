import { ByteQueue } from './ByteQueue';
import { ContainerError, unitLength } from './ContainerError';

/** One H.264 access unit as it stood in an FLV video tag. */
export interface FlvVideo {
  /** NAL units, each behind a 4-byte big-endian length. */
  readonly data: Buffer;
  /** Marked as a keyframe by the muxer. */
  readonly key: boolean;
  /** Decoding time, in ms. Goes on rising where the field's 31 bits start again (every 24.8 days). */
  readonly dtsMs: number;
  /** Presentation time minus decoding time, in ms. Not 0 only with B-frames. */
  readonly compositionMs: number;
}

export interface FlvHandlers {
  /** The parameter sets, without lengths or start codes. Comes before the first video. */
  config(sps: Buffer[], pps: Buffer[]): void;
  video(tag: FlvVideo): void;
  /** The stream carries video that is not H.264 as we take it. Called for each such tag. */
  unsupported?(detail: string): void;
}

// Layout: Adobe Flash Video File Format Specification 10.1, annex E.
// File: "FLV" | version 1 | flags | header bytes u32 = 9 | previous tag size u32 = 0
const FILE_HEADER_BYTES = 13;
// Tag, big-endian:
//   0      1          4           7         8            11
//   | type | size u24 | time u24  | time hi | stream u24 | data ... | previous tag size u32
const TAG_HEADER_BYTES = 11;
const TAG_TRAILER_BYTES = 4;
// Video data: frame type (high nibble), codec (low nibble) | packet type | composition time i24
const VIDEO_HEADER_BYTES = 5;

const TAG_AUDIO = 8;
const TAG_VIDEO = 9;
const TAG_SCRIPT = 18;
const CODEC_AVC = 7;
const FRAME_KEY = 1;
/** Set in the first byte of "enhanced" FLV, where a FourCC names the codec. */
const EX_HEADER = 0x80;
const PACKET_CONFIG = 0;
const PACKET_NALS = 1;

/** ffmpeg writes 31 bits of time. */
const TIME_PERIOD_MS = 2 ** 31;

type Await = 'file header' | 'tag header' | 'tag data' | 'tag trailer';

/** Takes H.264 out of an FLV stream that comes in chunks of any split. */
export class FlvParser {
  readonly #queue = new ByteQueue();
  readonly #handlers: FlvHandlers;
  #await: Await = 'file header';
  #needed = FILE_HEADER_BYTES;
  #tagType = 0;
  #tagTimeMs = 0;
  #lastTimeMs = 0;

  constructor(handlers: FlvHandlers) {
    this.#handlers = handlers;
  }

  /** Takes the next bytes. Throws ContainerError when they are not FLV. */
  push(chunk: Buffer): void {
    this.#queue.push(chunk);
    while (this.#queue.length >= this.#needed) this.#step();
  }

  #step(): void {
    // What comes next is noted first, so that a handler that throws leaves no half-taken tag.
    switch (this.#await) {
      case 'file header':
        this.#expect('tag header', TAG_HEADER_BYTES);
        checkFileHeader(this.#queue.read(FILE_HEADER_BYTES));
        break;
      case 'tag header':
        this.#readTagHeader(this.#queue.read(TAG_HEADER_BYTES));
        break;
      case 'tag data': {
        const bytes = this.#needed;
        // The trailer is taken later: waiting for it could delay the picture.
        this.#expect('tag trailer', TAG_TRAILER_BYTES);
        if (this.#tagType === TAG_VIDEO && bytes > 0) this.#readVideo(bytes);
        else this.#queue.skip(bytes);
        break;
      }
      case 'tag trailer':
        this.#queue.skip(TAG_TRAILER_BYTES);
        this.#expect('tag header', TAG_HEADER_BYTES);
        break;
    }
  }

  #expect(what: Await, bytes: number): void {
    this.#await = what;
    this.#needed = bytes;
  }

  #readTagHeader(header: Buffer): void {
    const type = header.readUInt8(0);
    if (type !== TAG_AUDIO && type !== TAG_VIDEO && type !== TAG_SCRIPT) {
      throw new ContainerError('FLV', `a tag of type ${type}`);
    }
    this.#tagType = type;
    this.#tagTimeMs = header.readUIntBE(4, 3) + header.readUInt8(7) * 2 ** 24;
    this.#expect('tag data', unitLength('FLV', header.readUIntBE(1, 3)));
  }

  #readVideo(bytes: number): void {
    const first = this.#queue.peek(1).readUInt8(0);
    const refusal = refusalOf(first, bytes);
    if (refusal !== undefined) {
      this.#queue.skip(bytes);
      this.#handlers.unsupported?.(refusal);
      return;
    }
    const header = this.#queue.read(VIDEO_HEADER_BYTES);
    const packetType = header.readUInt8(1);
    const data = this.#queue.read(bytes - VIDEO_HEADER_BYTES);
    if (packetType === PACKET_CONFIG) this.#readConfig(data);
    // Packet type 2 ends the sequence: it holds nothing.
    if (packetType !== PACKET_NALS || data.length === 0) return;
    this.#handlers.video({
      data,
      key: first >> 4 === FRAME_KEY,
      dtsMs: this.#unwrap(this.#tagTimeMs),
      compositionMs: header.readIntBE(2, 3),
    });
  }

  #readConfig(avcC: Buffer): void {
    const lengthBytes = ((avcC[4] ?? 0) & 3) + 1;
    if (lengthBytes !== 4) {
      this.#handlers.unsupported?.(`H.264 with NAL unit lengths of ${lengthBytes} bytes`);
      return;
    }
    const [sps, end] = parameterSets(avcC, 5, 0x1f);
    const [pps] = parameterSets(avcC, end, 0xff);
    if (sps.length === 0 || pps.length === 0) {
      this.#handlers.unsupported?.('H.264 without parameter sets');
      return;
    }
    this.#handlers.config(sps, pps);
  }

  /** Continues the time over the end of the field's range. */
  #unwrap(timeMs: number): number {
    const periods = Math.round((this.#lastTimeMs - timeMs) / TIME_PERIOD_MS);
    this.#lastTimeMs = timeMs + Math.max(0, periods) * TIME_PERIOD_MS;
    return this.#lastTimeMs;
  }
}

function checkFileHeader(header: Buffer): void {
  if (header.toString('latin1', 0, 3) !== 'FLV' || header.readUInt32BE(5) !== 9) {
    throw new ContainerError('FLV', `it starts with ${header.toString('hex', 0, 9)}`);
  }
}

/** Why a video tag with this first byte cannot be taken; undefined when it can. */
function refusalOf(first: number, bytes: number): string | undefined {
  if (first & EX_HEADER) return 'enhanced FLV (another codec than H.264)';
  const codec = first & 0x0f;
  if (codec !== CODEC_AVC) return `FLV video codec ${codec} (not H.264)`;
  if (bytes < VIDEO_HEADER_BYTES) return `an FLV video tag of ${bytes} bytes`;
  return undefined;
}

/** The sets of one kind in an avcC record (ISO 14496-15, 5.3.3.1): a count, then u16 length + set. */
function parameterSets(avcC: Buffer, start: number, countMask: number): [Buffer[], number] {
  const sets: Buffer[] = [];
  const count = (avcC[start] ?? 0) & countMask;
  let at = start + 1;
  while (sets.length < count) {
    if (at + 2 > avcC.length) throw new ContainerError('FLV', 'its avcC record is cut off');
    const end = at + 2 + avcC.readUInt16BE(at);
    if (end > avcC.length) throw new ContainerError('FLV', 'its avcC record is cut off');
    sets.push(Buffer.from(avcC.subarray(at + 2, end)));
    at = end;
  }
  return [sets, at];
}
