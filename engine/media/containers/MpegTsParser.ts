import { ByteQueue } from './ByteQueue';
import { ContainerError } from './ContainerError';

/** One packet of a video stream in MPEG-TS. */
export interface MpegTsVideo {
  /** NAL units behind start codes (H.264, annex B). */
  readonly data: Buffer;
  /** Decoding time, in ms. */
  readonly dtsMs: number;
  /** Presentation time minus decoding time, in ms. */
  readonly compositionMs: number;
}

// Transport packet (ISO 13818-1, 2.4.3.2), 188 bytes:
//   0x47 | error, start, priority, pid u13 | scrambling u2, adaptation u2, counter u4 | ...
const PACKET_BYTES = 188;
const SYNC = 0x47;
const START = 0x40;
const HAS_ADAPTATION = 0x20;
const HAS_PAYLOAD = 0x10;
const HEADER_BYTES = 4;
// PES packet (2.4.3.6): 00 00 01 | stream id | length u16 | flags | which times u2 ... | header bytes | times ...
const PES_HEADER_BYTES = 9;
const PES_PREFIX_BYTES = 6;
const FIRST_VIDEO_ID = 0xe0;
const LAST_VIDEO_ID = 0xef;
const TICKS_A_MS = 90;
/** No coded picture that we handle comes near it, in bytes. */
const MOST_BYTES = 16 * 1024 * 1024;

/** A PES packet of which a part has come. */
interface Begun {
  readonly parts: Buffer[];
  bytes: number;
  /** Undefined where the packet does not say how long it is: it ends with the next. */
  readonly expected: number | undefined;
}

/**
 * Takes the video out of an MPEG-TS stream with one programme, as ffmpeg writes it. The one container
 * that ffmpeg copies H.264 into without having seen its parameter sets.
 */
export class MpegTsParser {
  readonly #queue = new ByteQueue();
  readonly #video: (video: MpegTsVideo) => void;
  #pid: number | undefined;
  #begun: Begun | undefined;

  constructor(video: (video: MpegTsVideo) => void) {
    this.#video = video;
  }

  /** Takes the next bytes. Throws ContainerError when they are not MPEG-TS. */
  push(chunk: Buffer): void {
    this.#queue.push(chunk);
    while (this.#queue.length >= PACKET_BYTES) this.#packet(this.#queue.read(PACKET_BYTES));
  }

  /** Nothing more will come: gives what has no length of its own. */
  end(): void {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun && begun.bytes > 0) this.#give(begun);
  }

  #packet(packet: Buffer): void {
    if (packet[0] !== SYNC) throw new ContainerError('MPEG-TS', 'a packet without its sync byte');
    const [, second = 0, third = 0, flags = 0] = packet;
    const pid = ((second & 0x1f) << 8) | third;
    if (!(flags & HAS_PAYLOAD)) return;
    const skipped = flags & HAS_ADAPTATION ? 1 + (packet[HEADER_BYTES] ?? 0) : 0;
    const payload = packet.subarray(HEADER_BYTES + skipped);
    if (second & START) this.#start(payload, pid);
    else if (pid === this.#pid && this.#begun) this.#add(payload, this.#begun);
  }

  #start(payload: Buffer, pid: number): void {
    const id = payload[3] ?? 0;
    const isPes = payload.length >= PES_HEADER_BYTES && payload.readUIntBE(0, 3) === 1;
    if (!isPes || id < FIRST_VIDEO_ID || id > LAST_VIDEO_ID) return;
    this.end();
    this.#pid = pid;
    const length = payload.readUInt16BE(4);
    this.#begun = {
      parts: [],
      bytes: 0,
      expected: length > 0 ? PES_PREFIX_BYTES + length : undefined,
    };
    this.#add(payload, this.#begun);
  }

  #add(payload: Buffer, begun: Begun): void {
    begun.parts.push(payload);
    begun.bytes += payload.length;
    if (begun.bytes > MOST_BYTES) throw new ContainerError('MPEG-TS', 'a picture without end');
    if (begun.expected !== undefined && begun.bytes >= begun.expected) this.end();
  }

  #give({ parts, expected }: Begun): void {
    const pes = Buffer.concat(parts).subarray(0, expected);
    const which = (pes[7] ?? 0) >> 6;
    const start = PES_HEADER_BYTES + (pes[8] ?? 0);
    // Two bits: a presentation time, and behind it a decoding time where that is another.
    const hasTime = (which & 2) !== 0 && pes.length >= PES_HEADER_BYTES + 5;
    const ptsMs = hasTime ? ticks(pes, PES_HEADER_BYTES) / TICKS_A_MS : 0;
    const hasDts = which === 3 && pes.length >= PES_HEADER_BYTES + 10;
    const dtsMs = hasDts ? ticks(pes, PES_HEADER_BYTES + 5) / TICKS_A_MS : ptsMs;
    this.#video({ data: pes.subarray(start), dtsMs, compositionMs: ptsMs - dtsMs });
  }
}

// 33 bits: | 4 bits, 3 bits, marker | 15 bits, marker | 15 bits, marker |
function ticks(bytes: Buffer, at: number): number {
  const high = ((bytes[at] ?? 0) >> 1) & 0x07;
  const middle = bytes.readUInt16BE(at + 1) >> 1;
  const low = bytes.readUInt16BE(at + 3) >> 1;
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}
