import { ByteQueue } from './ByteQueue';
import { ContainerError, unitLength } from './ContainerError';
import { NutCursor } from './NutCursor';

export interface NutHandlers {
  /** One frame of the only stream, and its presentation time in seconds. */
  frame(data: Buffer, seconds: number): void;
}

// Layout: the NUT open container format, version 3, as ffmpeg writes it.
// File: "nut/multimedia container\0", then packets and frames in any order.
const FILE_ID = 'nut/multimedia container\0';
// Packet: startcode u64 | bytes that follow v | checksum u32 if those are more than 4096 | content
const PACKET_MARK = 0x4e;
const STARTCODE_BYTES = 8;
const CHECKSUM_BYTES = 4;
const MOST_WITHOUT_CHECKSUM = 4096;
const MAIN = '4e4d7a561f5f04ad';
const STREAM = '4e5311405bf2f9db';
const SYNCPOINT = '4e4be4adeeca4569';
const INFO = '4e49ab68b596ba78';
const INDEX = '4e58dd672f23e64e';
/** Headers of a stream of pictures are far shorter; what is longer is something else. */
const MOST_PACKET_BYTES = 64 * 1024;
/** The longest header of a frame, in bytes: a code, and seven numbers. */
const MOST_FRAME_HEADER_BYTES = 80;

/** What a frame's code says of it, and of the fields that follow. */
const FLAG = {
  codedPts: 1 << 3,
  streamId: 1 << 4,
  sizeMsb: 1 << 5,
  checksum: 1 << 6,
  reserved: 1 << 7,
  headerIndex: 1 << 10,
  matchTime: 1 << 11,
  coded: 1 << 12,
  invalid: 1 << 13,
} as const;

/** What the main header says that each frame with a certain code has in common. */
interface FrameCode {
  readonly flags: number;
  readonly ptsDelta: number;
  readonly sizeFactor: number;
  readonly sizeLsb: number;
  readonly reserved: number;
  readonly headerIndex: number;
}

interface TimeBase {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * Takes frames and their times out of a NUT stream of one stream of pictures that comes in chunks of
 * any split. ffmpeg writes it for any codec, each frame at once, and raw pictures with it.
 */
export class NutParser {
  readonly #queue = new ByteQueue();
  readonly #handlers: NutHandlers;
  #hasId = false;
  #codes: readonly FrameCode[] = [];
  #elided: readonly Buffer[] = [];
  #timeBases: readonly TimeBase[] = [];
  #timeBase: TimeBase = { numerator: 0, denominator: 1 };
  #ptsBits = 0;
  #lastPts = 0;
  /** The frame whose bytes are waited for. */
  #frame: { readonly bytes: number; readonly head: Buffer; readonly seconds: number } | undefined;

  constructor(handlers: NutHandlers) {
    this.#handlers = handlers;
  }

  /** Takes the next bytes. Throws ContainerError when they are not NUT. */
  push(chunk: Buffer): void {
    this.#queue.push(chunk);
    while (this.#step());
  }

  /** False when more bytes are needed. */
  #step(): boolean {
    if (this.#frame) return this.#readFrame(this.#frame);
    if (!this.#hasId) return this.#readId();
    if (this.#queue.length === 0) return false;
    const isPacket = this.#queue.peek(1)[0] === PACKET_MARK;
    return isPacket ? this.#readPacket() : this.#readFrameHeader();
  }

  #readId(): boolean {
    const start = this.#queue.peek(FILE_ID.length).toString('latin1');
    if (!FILE_ID.startsWith(start)) {
      throw new ContainerError('NUT', `it starts with ${JSON.stringify(start)}`);
    }
    if (start.length < FILE_ID.length) return false;
    this.#queue.skip(FILE_ID.length);
    this.#hasId = true;
    return true;
  }

  #readPacket(): boolean {
    const header = new NutCursor(this.#queue.peek(STARTCODE_BYTES + 16));
    const startcode = header.bytes(STARTCODE_BYTES).toString('hex');
    const bytes = header.number();
    if (header.isShort) return false;
    if (bytes > MOST_PACKET_BYTES) throw new ContainerError('NUT', `a header of ${bytes} bytes`);
    const start = header.at + (bytes > MOST_WITHOUT_CHECKSUM ? CHECKSUM_BYTES : 0);
    if (this.#queue.length < start + bytes) return false;
    this.#queue.skip(start);
    const content = new NutCursor(this.#queue.read(bytes));
    this.#takePacket(startcode, content);
    if (content.isShort) throw new ContainerError('NUT', 'a header is cut off');
    return true;
  }

  #takePacket(startcode: string, content: NutCursor): void {
    switch (startcode) {
      case MAIN:
        this.#takeMain(content);
        break;
      case STREAM:
        this.#takeStream(content);
        break;
      case SYNCPOINT:
        this.#takeSyncpoint(content);
        break;
      case INFO:
      case INDEX:
        break;
      default:
        throw new ContainerError('NUT', `a packet ${startcode}`);
    }
  }

  #takeMain(content: NutCursor): void {
    const version = content.number();
    if (version !== 3) throw new ContainerError('NUT', `version ${version}`);
    content.number(); // streams
    content.number(); // distance between syncpoints
    this.#timeBases = Array.from({ length: content.count() }, () => ({
      numerator: content.number(),
      denominator: content.number(),
    }));
    this.#codes = frameCodesIn(content);
    const elided = Array.from({ length: content.count() }, () => content.bytes(content.count()));
    this.#elided = [Buffer.alloc(0), ...elided];
  }

  #takeStream(content: NutCursor): void {
    content.number(); // id
    content.number(); // class
    content.bytes(content.count()); // fourcc
    this.#timeBase = this.#timeBases[content.number()] ?? this.#timeBase;
    this.#ptsBits = content.number();
  }

  /** All times are told anew here: those of frames are differences to the last. */
  #takeSyncpoint(content: NutCursor): void {
    const value = content.number();
    const base = this.#timeBases[value % this.#timeBases.length];
    if (!base) throw new ContainerError('NUT', 'a syncpoint before the header');
    const pts = Math.floor(value / this.#timeBases.length);
    const { numerator, denominator } = this.#timeBase;
    this.#lastPts = Math.floor(
      (pts * base.numerator * denominator) / (base.denominator * numerator),
    );
  }

  #readFrameHeader(): boolean {
    const header = new NutCursor(this.#queue.peek(MOST_FRAME_HEADER_BYTES));
    const code = this.#codes[header.byte()];
    if (!code || code.flags & FLAG.invalid)
      throw new ContainerError('NUT', 'no frame where one should be');
    let { flags, headerIndex, reserved } = code;
    if (flags & FLAG.coded) flags ^= header.number();
    if (flags & FLAG.streamId) header.number();
    const pts =
      flags & FLAG.codedPts ? this.#ptsOf(header.number()) : this.#lastPts + code.ptsDelta;
    const sizeMsb = flags & FLAG.sizeMsb ? header.number() : 0;
    if (flags & FLAG.matchTime) header.number();
    if (flags & FLAG.headerIndex) headerIndex = header.number();
    if (flags & FLAG.reserved) reserved = header.count();
    for (let count = 0; count < reserved; count += 1) header.number();
    if (flags & FLAG.checksum) header.bytes(CHECKSUM_BYTES);
    if (header.isShort) {
      if (this.#queue.length < MOST_FRAME_HEADER_BYTES) return false;
      throw new ContainerError('NUT', 'the header of a frame does not end');
    }
    const head = this.#elided[headerIndex] ?? Buffer.alloc(0);
    const bytes = unitLength('NUT', code.sizeLsb + sizeMsb * code.sizeFactor - head.length);
    const { numerator, denominator } = this.#timeBase;
    this.#queue.skip(header.at);
    this.#lastPts = pts;
    this.#frame = { bytes, head, seconds: (pts * numerator) / denominator };
    return true;
  }

  /** Short times hold the lower bits only: they are near the last one. */
  #ptsOf(coded: number): number {
    const range = 2 ** this.#ptsBits;
    if (coded >= range) return coded - range;
    const least = this.#lastPts - Math.floor((range - 1) / 2);
    return least + ((((coded - least) % range) + range) % range);
  }

  #readFrame({ bytes, head, seconds }: { bytes: number; head: Buffer; seconds: number }): boolean {
    if (this.#queue.length < bytes) return false;
    this.#frame = undefined;
    const data = bytes === 0 ? Buffer.alloc(0) : this.#queue.read(bytes);
    const whole = head.length > 0 ? Buffer.concat([head, data]) : data;
    if (whole.length > 0) this.#handlers.frame(whole, seconds);
    return true;
  }
}

/** The table of frame codes: runs of codes, each with the fields that differ from the run before. */
function frameCodesIn(content: NutCursor): FrameCode[] {
  const codes: FrameCode[] = [];
  let [ptsDelta, sizeFactor, headerIndex] = [0, 1, 0];
  while (codes.length < 256 && !content.isShort) {
    const flags = content.number();
    const fields = content.count();
    if (fields > 0) ptsDelta = content.signed();
    if (fields > 1) sizeFactor = content.number();
    if (fields > 2) content.number(); // stream
    const sizeLsb = fields > 3 ? content.number() : 0;
    const reserved = fields > 4 ? content.number() : 0;
    const run = fields > 5 ? content.number() : sizeFactor - sizeLsb;
    if (fields > 6) content.signed(); // match time
    if (fields > 7) headerIndex = content.number();
    for (let field = 8; field < fields; field += 1) content.number();
    for (let count = 0; count < run && codes.length < 256; count += 1) {
      // Reserved for the mark of packets, and not counted.
      if (codes.length === PACKET_MARK) codes.push({ ...NO_FRAME });
      codes.push({ flags, ptsDelta, sizeFactor, sizeLsb: sizeLsb + count, reserved, headerIndex });
    }
  }
  return codes;
}

const NO_FRAME: FrameCode = {
  ...{ flags: FLAG.invalid, ptsDelta: 0, sizeFactor: 1, sizeLsb: 0, reserved: 0, headerIndex: 0 },
};
