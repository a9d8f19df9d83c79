/** No number that counts things in a header comes near it. */
const MOST_THINGS = 65_536;

/** Reads the numbers of NUT, most of which take as many bytes as they need, 7 bits in each. */
export class NutCursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Bytes that were read. */
  get at(): number {
    return this.#at;
  }

  /** More was asked for than there is: what was read from there on means nothing. */
  get isShort(): boolean {
    return this.#at > this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    return value;
  }

  bytes(count: number): Buffer {
    const start = this.#at;
    this.#at += count;
    return this.#bytes.subarray(start, this.#at);
  }

  /** A number from 0 on: the top bit of each byte says that more follow. */
  number(): number {
    let value = 0;
    for (;;) {
      const byte = this.byte();
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
  }

  /** A number that counts things: one that is out of all measure is none. */
  count(): number {
    const value = this.number();
    if (value > MOST_THINGS) this.#at = this.#bytes.length + 1;
    return value > MOST_THINGS ? 0 : value;
  }

  /** A number of either sign: 0, 1, -1, 2, -2 and so on. */
  signed(): number {
    const value = this.number() + 1;
    return value % 2 === 1 ? -(value - 1) / 2 : value / 2;
  }
}
