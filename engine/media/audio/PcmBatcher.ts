import { ByteQueue } from '../containers/ByteQueue';

/** Cuts PCM that comes in chunks of any size into pieces of one size. */
export class PcmBatcher {
  readonly #bytes: number;
  readonly #piece: (pcm: Buffer) => void;
  #queue = new ByteQueue();

  /**
   * @param bytes of a piece: samples * channels * 2 for S16LE
   * @param piece gets each piece, which shares no memory with anything
   */
  constructor(bytes: number, piece: (pcm: Buffer) => void) {
    this.#bytes = bytes;
    this.#piece = piece;
  }

  /** Bytes that wait for the rest of their piece. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** The chunk is kept until it is cut up: it must not be written to any more. */
  push(chunk: Buffer): void {
    this.#queue.push(chunk);
    while (this.#queue.length >= this.#bytes) this.#piece(this.#queue.read(this.#bytes));
  }

  /** Fills up what waits with silence, so that it makes a last piece. */
  end(): void {
    const { waiting } = this;
    if (waiting > 0) this.push(Buffer.alloc(this.#bytes - waiting));
  }

  /** Drops what waits. */
  clear(): void {
    this.#queue = new ByteQueue();
  }
}
