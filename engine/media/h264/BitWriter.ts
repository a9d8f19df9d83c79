/** Writes the bits of an H.264 payload one field after the other. */
export class BitWriter {
  readonly #bits: number[] = [];

  /** u(1) */
  flag(value: boolean): void {
    this.#bits.push(value ? 1 : 0);
  }

  /** u(n), for n up to 32. */
  bits(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit -= 1) this.#bits.push((value >>> bit) & 1);
  }

  /** The bytes, ended by rbsp_trailing_bits (ITU-T H.264, 7.3.2.11), with emulation prevention (7.4.1). */
  payload(): Buffer {
    const bits = [...this.#bits, 1];
    while (bits.length % 8 !== 0) bits.push(0);
    const bytes: number[] = [];
    let zeros = 0;
    for (let at = 0; at < bits.length; at += 8) {
      const byte = bits.slice(at, at + 8).reduce((sum, bit) => sum * 2 + bit, 0);
      if (zeros >= 2 && byte <= 3) {
        bytes.push(3);
        zeros = 0;
      }
      bytes.push(byte);
      zeros = byte === 0 ? zeros + 1 : 0;
    }
    return Buffer.from(bytes);
  }
}
