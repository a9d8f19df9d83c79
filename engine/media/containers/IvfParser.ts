import { ByteQueue } from './ByteQueue';
import { ContainerError, unitLength } from './ContainerError';

/** What an IVF file says about itself. */
export interface IvfHeader {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Seconds per unit of presentation time: numerator / denominator. */
  readonly timebaseNumerator: number;
  readonly timebaseDenominator: number;
}

export interface IvfHandlers {
  header?(header: IvfHeader): void;
  /** One frame and its presentation time in units of the time base. */
  frame(data: Buffer, pts: number): void;
}

// File header, little-endian:
//   0        4         6            8        12      14       16         20          24       28
//   | "DKIF" | version | header u16 | FourCC | width | height | base den | base num  | frames | unused
const FILE_HEADER_BYTES = 32;
// Frame header, little-endian:
//   0        4                   12
//   | length | presentation time | frame ...
const FRAME_HEADER_BYTES = 12;

type Await = 'file header' | 'frame header' | 'frame';

/** Takes the frames out of an IVF stream (VP8 as ffmpeg writes it) that comes in chunks of any split. */
export class IvfParser {
  readonly #queue = new ByteQueue();
  readonly #handlers: IvfHandlers;
  #await: Await = 'file header';
  #needed = FILE_HEADER_BYTES;
  #pts = 0;

  constructor(handlers: IvfHandlers) {
    this.#handlers = handlers;
  }

  /** Takes the next bytes. Throws ContainerError when they are not IVF. */
  push(chunk: Buffer): void {
    this.#queue.push(chunk);
    while (this.#queue.length >= this.#needed) this.#step();
  }

  #step(): void {
    switch (this.#await) {
      case 'file header':
        this.#readFileHeader(this.#queue.read(FILE_HEADER_BYTES));
        break;
      case 'frame header': {
        const header = this.#queue.read(FRAME_HEADER_BYTES);
        this.#pts = Number(header.readBigInt64LE(4));
        this.#expect('frame', unitLength('IVF', header.readUInt32LE(0)));
        break;
      }
      case 'frame': {
        const data = this.#queue.read(this.#needed);
        this.#expect('frame header', FRAME_HEADER_BYTES);
        // An encoder that drops a picture may write a frame of no bytes.
        if (data.length > 0) this.#handlers.frame(data, this.#pts);
        break;
      }
    }
  }

  #expect(what: Await, bytes: number): void {
    this.#await = what;
    this.#needed = bytes;
  }

  #readFileHeader(header: Buffer): void {
    if (header.toString('latin1', 0, 4) !== 'DKIF' || header.readUInt16LE(6) !== 32) {
      throw new ContainerError('IVF', `it starts with ${header.toString('hex', 0, 8)}`);
    }
    this.#expect('frame header', FRAME_HEADER_BYTES);
    this.#handlers.header?.({
      width: header.readUInt16LE(12),
      height: header.readUInt16LE(14),
      timebaseDenominator: header.readUInt32LE(16),
      timebaseNumerator: header.readUInt32LE(20),
    });
  }
}
