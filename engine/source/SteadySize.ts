import type { Size } from '../media/picture/pixels';

/**
 * The size in use is given up for another when it has not come for so long, in ms. With the start of
 * an encoder the other is there within a second.
 */
const GIVEN_UP_MS = 700;
/** Sizes count as mixed for so long after they last came in turn, in ms. */
const MIXED_MS = 5000;

/**
 * Which size is used for a source's pictures, where each may have another: one that is used stays as
 * long as it comes. A source that goes over to another size has it within a second; one whose pictures
 * have two sizes in turn keeps the first.
 */
export class SteadySize {
  #size: Size | undefined;
  #seenMs = Number.NEGATIVE_INFINITY;
  /** Another size came since the one in use was last seen. */
  #hasOther = false;
  #mixedMs = Number.NEGATIVE_INFINITY;

  /** Takes the size of a picture. @returns the size in use from this picture on */
  take({ width, height }: Size, nowMs: number): Size {
    const used = this.#size;
    const isUsed = used?.width === width && used.height === height;
    if (used && !isUsed && nowMs - this.#seenMs < GIVEN_UP_MS) {
      this.#hasOther = true;
      return used;
    }
    if (isUsed && this.#hasOther) this.#mixedMs = nowMs;
    this.#hasOther = false;
    this.#seenMs = nowMs;
    this.#size = isUsed ? used : { width, height };
    return this.#size;
  }

  /** Whether pictures of several sizes come in turn. */
  isMixed(nowMs: number): boolean {
    return nowMs - this.#mixedMs < MIXED_MS;
  }
}
