import { ContainerError } from '../containers/ContainerError';
import { isSlice, joinNals, NAL, nalType } from './h264';

/** No coded picture that we handle comes near it, in bytes. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Start code (H.264, annex B): these three, and any number of zeros before them. */
const START_CODE = Buffer.from([0, 0, 1]);

/**
 * Cuts H.264 with start codes into access units. The stream does not say where a unit ends: it is
 * complete when the next begins, or when its writer says so by other means (`end`).
 */
export class AnnexBParser {
  readonly #unit: (data: Buffer) => void;
  #bytes = Buffer.alloc(0);
  /** What has come of the NAL unit at the end begins here; -1 before the first start code. */
  #nalStart = -1;
  /** Where to go on looking for a start code. */
  #searched = 0;
  #nals: Buffer[] = [];
  #hasSlice = false;

  /** @param unit gets each access unit, its NAL units behind 4-byte lengths, in memory of its own */
  constructor(unit: (data: Buffer) => void) {
    this.#unit = unit;
  }

  /** Takes the next bytes. Throws ContainerError when there are too many without a unit's end. */
  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.length > MOST_BYTES) throw new ContainerError('Annex B', 'a unit without end');
    for (;;) {
      const code = this.#bytes.indexOf(START_CODE, this.#searched);
      if (code < 0) break;
      this.#endNal(code);
      // The start code is now what the bytes begin with.
      this.#nalStart = START_CODE.length;
      this.#searched = this.#nalStart;
    }
    // The start code may lie across the border of two chunks.
    this.#searched = Math.max(this.#searched, this.#bytes.length - START_CODE.length + 1);
    // A unit also ends where the first NAL unit of the next can be told, before all of it is there.
    if (this.#nalStart >= 0 && this.#bytes.length > this.#nalStart + 1)
      this.#endBefore(this.#tail());
  }

  /** The writer says that all so far is complete. True if that gave a picture. */
  end(): boolean {
    if (this.#nalStart >= 0) this.#endNal(this.#bytes.length);
    this.#bytes = Buffer.alloc(0);
    this.#nalStart = -1;
    this.#searched = 0;
    const hadSlice = this.#hasSlice;
    if (hadSlice) this.#give();
    return hadSlice;
  }

  #tail(): Buffer {
    return this.#bytes.subarray(this.#nalStart);
  }

  /** The NAL unit that began last ends here. */
  #endNal(end: number): void {
    if (this.#nalStart >= 0) {
      const nal = withoutTrailingZeros(this.#bytes.subarray(this.#nalStart, end));
      if (nal.length > 0) this.#add(Buffer.from(nal));
    }
    this.#bytes = this.#bytes.subarray(end);
    this.#nalStart = -1;
    this.#searched = 0;
  }

  #add(nal: Buffer): void {
    this.#endBefore(nal);
    this.#nals.push(nal);
    this.#hasSlice ||= isSlice(nal);
  }

  /** Ends the unit if what comes next cannot belong to it (7.4.1.2.3). */
  #endBefore(next: Buffer): void {
    if (this.#hasSlice && beginsUnit(next)) this.#give();
  }

  #give(): void {
    const unit = joinNals(this.#nals);
    this.#nals = [];
    this.#hasSlice = false;
    this.#unit(unit);
  }
}

/** A slice of a picture, of which the first bit says whether it is the first: first_mb_in_slice is 0. */
function beginsUnit(nal: Buffer): boolean {
  if (isSlice(nal)) return ((nal[1] ?? 0) & 0x80) !== 0;
  const type = nalType(nal);
  return type >= NAL.sei && type <= NAL.delimiter;
}

/** Zeros before a start code belong to neither side; a NAL unit never ends in one (7.4.1). */
function withoutTrailingZeros(nal: Buffer): Buffer {
  let end = nal.length;
  while (end > 0 && nal[end - 1] === 0) end -= 1;
  return nal.subarray(0, end);
}
