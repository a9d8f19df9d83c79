/**
 * Reads the bits of an H.264 NAL unit's payload (RBSP) one field after the other, skipping
 * emulation prevention bytes (ITU-T H.264, 7.3.1). Past the end it throws RangeError.
 */
export class BitReader {
  readonly #bytes: Buffer;
  /** Index of the current byte. */
  #byte: number;
  /** Bits of the current byte already taken. */
  #bit = 0;
  /** Zero bytes directly before the current one. */
  #zeros = 0;
  #position = 0;

  /** `start`: the index of the first byte to read. */
  constructor(bytes: Buffer, start = 0) {
    this.#bytes = bytes;
    this.#byte = start;
  }

  /** Bits that were read so far. */
  get position(): number {
    return this.#position;
  }

  /** u(1) */
  flag(): boolean {
    return this.bits(1) === 1;
  }

  /** u(n), for n up to 32. */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) value = value * 2 + this.#next();
    return value;
  }

  /** ue(v), H.264 9.1: as many zeros as bits follow the next one. */
  unsigned(): number {
    let zeros = 0;
    while (this.#next() === 0) {
      zeros += 1;
      if (zeros > 32) throw new RangeError('An Exp-Golomb code of more than 32 bits');
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v), H.264 9.1.1: 0, 1, -1, 2, -2 ... */
  signed(): number {
    const code = this.unsigned();
    // Not `-code / 2`: that would make -0 of 0.
    return code % 2 === 1 ? (code + 1) / 2 : 0 - code / 2;
  }

  #next(): number {
    if (this.#bit === 0 && this.#zeros >= 2 && this.#bytes[this.#byte] === 3) {
      this.#byte += 1;
      this.#zeros = 0;
    }
    const byte = this.#bytes[this.#byte];
    if (byte === undefined) throw new RangeError('The NAL unit ends too early');
    const bit = (byte >> (7 - this.#bit)) & 1;
    this.#bit += 1;
    this.#position += 1;
    if (this.#bit === 8) {
      this.#bit = 0;
      this.#byte += 1;
      this.#zeros = byte === 0 ? this.#zeros + 1 : 0;
    }
    return bit;
  }
}
