/** From this size on a Buffer gets memory of its own; smaller ones come from Node's pool. */
const POOLED_BYTES = 4096;

/** Chunks consumed before the list of chunks is cut at its front. */
const TRIM_AFTER = 64;

/**
 * Bytes that arrive in chunks of any size and are taken out in units of known size.
 * The chunks stay as they came until their bytes are taken, so every byte is copied once.
 */
export class ByteQueue {
  readonly #chunks: Buffer[] = [];
  /** Index of the first chunk that still holds bytes. */
  #first = 0;
  /** Bytes already taken from that chunk. */
  #offset = 0;
  #length = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes at the end. The chunk is kept, not copied: its owner must not write to it again. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** A copy of the first `bytes` bytes, or of all when fewer wait. They stay in the queue. */
  peek(bytes: number): Buffer {
    const copy = Buffer.allocUnsafe(Math.min(bytes, this.#length));
    this.#copyTo(copy);
    return copy;
  }

  /**
   * Takes exactly `bytes` bytes out, as a Buffer that shares no memory with the chunks. Larger
   * ones have an ArrayBuffer of their own, so that they can be transferred to another thread.
   * Throws RangeError when fewer bytes wait.
   */
  read(bytes: number): Buffer {
    this.#check(bytes);
    const unit = bytes > POOLED_BYTES ? Buffer.allocUnsafeSlow(bytes) : Buffer.allocUnsafe(bytes);
    this.#copyTo(unit);
    this.skip(bytes);
    return unit;
  }

  /** Drops exactly `bytes` bytes. Throws RangeError when fewer wait. */
  skip(bytes: number): void {
    this.#check(bytes);
    this.#length -= bytes;
    this.#offset += bytes;
    let head = this.#chunks[this.#first];
    while (head && this.#offset >= head.length) {
      this.#offset -= head.length;
      this.#first += 1;
      head = this.#chunks[this.#first];
    }
    if (!head || this.#first >= TRIM_AFTER) {
      this.#chunks.splice(0, this.#first);
      this.#first = 0;
    }
  }

  #check(bytes: number): void {
    if (bytes > this.#length) {
      throw new RangeError(`${bytes} bytes asked of a queue that holds ${this.#length}`);
    }
  }

  /** Fills `target`, which is no longer than the queue, from the front. */
  #copyTo(target: Buffer): void {
    let filled = 0;
    let offset = this.#offset;
    for (let index = this.#first; filled < target.length; index += 1) {
      const chunk = this.#chunks[index];
      if (!chunk) return;
      filled += chunk.copy(target, filled, offset);
      offset = 0;
    }
  }
}
