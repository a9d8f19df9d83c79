const NONE = Buffer.alloc(0);

/** Cuts PCM that comes in chunks of any size at whole frames: one sample of each channel. */
export class FrameAligner {
  readonly #bytes: number;
  /** The begin of a frame whose rest comes with the next chunk. */
  #rest: Buffer = NONE;

  /** @param bytes of a frame: channels * 2 for S16LE */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** The whole frames that are there by now, in memory of their own or the chunk's; maybe none. */
  push(chunk: Buffer): Buffer {
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const whole = all.length - (all.length % this.#bytes);
    // A copy: the rest must not hold the whole chunk.
    this.#rest = whole < all.length ? Buffer.from(all.subarray(whole)) : NONE;
    return all.subarray(0, whole);
  }
}
