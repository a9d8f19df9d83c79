/** A picture may come so much early, as part of the interval: sources jitter. */
const EARLY = 0.4;

/** Lets so many pictures a second through. */
export class Pace {
  readonly #intervalMs: number;
  #dueMs = Number.NEGATIVE_INFINITY;

  /** @param frameRate in pictures a second; undefined: as many as come */
  constructor(frameRate: number | undefined) {
    this.#intervalMs = frameRate ? 1000 / frameRate : 0;
  }

  /** Whether a picture that comes now is wanted. @param nowMs monotonic */
  takes(nowMs: number): boolean {
    if (nowMs < this.#dueMs - EARLY * this.#intervalMs) return false;
    // Counted from when this one was due, so that early and late ones give the rate on the average.
    this.#dueMs = Math.max(this.#dueMs, nowMs - this.#intervalMs / 2) + this.#intervalMs;
    return true;
  }
}
