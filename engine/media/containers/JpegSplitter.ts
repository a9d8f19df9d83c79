import { ContainerError } from './ContainerError';

/** No picture that we handle comes near it, in bytes. */
const MOST_BYTES = 32 * 1024 * 1024;

const MARK = 0xff;
const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
/** Markers without a length (ITU-T T.81, table B.1): TEM, RST0 to RST7, SOI, EOI. */
const isBare = (marker: number): boolean => marker === 1 || (marker >= 0xd0 && marker <= 0xd9);

/** How a file begins, with the mark of what follows. */
const BEGINNING = Buffer.from([MARK, START_OF_IMAGE, MARK]);

/** Options of a `JpegSplitter`. */
export interface JpegSplitterOptions {
  /** Skips what is between the files, and files that are cut off. Default: both are errors. */
  readonly skipsOther?: boolean;
}

/**
 * Takes the JPEG files out of a stream, each as soon as its last byte is there. The end is found by
 * the structure: thumbnails hold end marks of their own, and what servers say of lengths is often
 * wrong.
 */
export class JpegSplitter {
  readonly #picture: (jpeg: Buffer) => void;
  #bytes = Buffer.alloc(0);
  /** How far the structure of the picture at the front has been followed. */
  #at = 0;
  #isScan = false;
  readonly #skipsOther: boolean;

  /** @param picture gets each file, in memory of its own */
  constructor(picture: (jpeg: Buffer) => void, { skipsOther = false }: JpegSplitterOptions = {}) {
    this.#picture = picture;
    this.#skipsOther = skipsOther;
  }

  /** Takes the next bytes. Throws ContainerError when they are no JPEG. */
  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.length > MOST_BYTES) throw new ContainerError('JPEG', 'a picture without end');
    if (this.#skipsOther && this.#at === 0) this.#findBeginning(0);
    while (this.#isScan ? this.#skipScan() : this.#skipSegment());
  }

  /** False when more bytes are needed. */
  #skipSegment(): boolean {
    if (this.#bytes.length < this.#at + 4) return this.#endIfComplete();
    const marker = this.#bytes[this.#at + 1] ?? 0;
    if (this.#skipsOther && !this.#isMark(marker)) {
      this.#findBeginning(this.#at === 0 ? 1 : this.#at);
      return true;
    }
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

  /** Drops all from here to where a file begins, or as much of it as is here. */
  #findBeginning(from: number): void {
    const start = this.#bytes.indexOf(BEGINNING, from);
    const cut = start < 0 ? Math.max(from, this.#bytes.length - BEGINNING.length + 1) : start;
    this.#bytes = this.#bytes.subarray(Math.min(cut, this.#bytes.length));
    this.#at = 0;
    this.#isScan = false;
  }

  /** A beginning within a file means that this one was cut off. */
  #isMark(marker: number): boolean {
    return this.#bytes[this.#at] === MARK && (marker === START_OF_IMAGE) === (this.#at === 0);
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
