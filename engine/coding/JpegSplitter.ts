import { ContainerError } from './ContainerError';

/** No picture that we handle comes near it, in bytes. */
const MOST_BYTES = 32 * 1024 * 1024;

const MARK = 0xff;
const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
/** Markers without a length (ITU-T T.81, table B.1): TEM, RST0 to RST7, SOI, EOI. */
const isBare = (marker: number): boolean => marker === 1 || (marker >= 0xd0 && marker <= 0xd9);

/**
 * Takes the JPEG files out of a stream that has nothing between them, each as soon as its last byte
 * is there. The end is found by the structure: thumbnails hold end marks of their own.
 */
export class JpegSplitter {
  readonly #picture: (jpeg: Buffer) => void;
  #bytes = Buffer.alloc(0);
  /** How far the structure of the picture at the front has been followed. */
  #at = 0;
  #isScan = false;

  /** @param picture gets each file, in memory of its own */
  constructor(picture: (jpeg: Buffer) => void) {
    this.#picture = picture;
  }

  /** Takes the next bytes. Throws ContainerError when they are no JPEG. */
  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.length > MOST_BYTES) throw new ContainerError('JPEG', 'a picture without end');
    while (this.#isScan ? this.#skipScan() : this.#skipSegment());
  }

  /** False when more bytes are needed. */
  #skipSegment(): boolean {
    if (this.#bytes.length < this.#at + 4) return this.#endIfComplete();
    const marker = this.#bytes[this.#at + 1] ?? 0;
    this.#checkMark(marker);
    if (isBare(marker)) {
      this.#at += 2;
      return marker === END_OF_IMAGE ? this.#give() : true;
    }
    const end = this.#at + 2 + this.#bytes.readUInt16BE(this.#at + 2);
    if (this.#bytes.length < end) return false;
    this.#at = end;
    this.#isScan = marker === START_OF_SCAN;
    return true;
  }

  /** The mark at a picture's end may be the last that there is for now. */
  #endIfComplete(): boolean {
    if (this.#bytes.length < this.#at + 2) return false;
    if (this.#bytes[this.#at + 1] !== END_OF_IMAGE) return false;
    this.#at += 2;
    return this.#give();
  }

  /** Coded data ends with a mark; a byte ff of the data itself has a zero behind it (B.1.1.5). */
  #skipScan(): boolean {
    for (;;) {
      const mark = this.#bytes.indexOf(MARK, this.#at);
      if (mark < 0 || mark + 1 >= this.#bytes.length) {
        this.#at = mark < 0 ? this.#bytes.length : mark;
        return false;
      }
      const next = this.#bytes[mark + 1] ?? 0;
      this.#at = mark;
      if (next === 0 || next === MARK || (next >= 0xd0 && next <= 0xd7)) {
        this.#at = mark + (next === MARK ? 1 : 2);
        continue;
      }
      this.#isScan = false;
      return true;
    }
  }

  #checkMark(marker: number): void {
    const isMark = this.#bytes[this.#at] === MARK;
    if (!isMark || (this.#at === 0 && marker !== START_OF_IMAGE)) {
      const found = this.#bytes.toString('hex', this.#at, this.#at + 4);
      throw new ContainerError('JPEG', `${found} where a mark should be`);
    }
  }

  #give(): boolean {
    const jpeg = Buffer.from(this.#bytes.subarray(0, this.#at));
    this.#bytes = this.#bytes.subarray(this.#at);
    this.#at = 0;
    this.#isScan = false;
    this.#picture(jpeg);
    return true;
  }
}
