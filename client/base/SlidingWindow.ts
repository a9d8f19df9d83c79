/** The measurements of the last while, and their percentiles. */
export class SlidingWindow {
  readonly #lengthMs: number;
  #samples: { atMs: number; value: number }[] = [];

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  /** Adds a measurement made at `atMs`, and forgets what is too old by then. */
  add(value: number, atMs: number): void {
    this.#samples.push({ atMs, value });
    this.expire(atMs);
  }

  /** Forgets what is older than the window at `nowMs`. */
  expire(nowMs: number): void {
    this.#samples = this.#samples.filter(({ atMs }) => nowMs - atMs < this.#lengthMs);
  }

  /** The value that the part `share` (0 to 1) of the measurements do not exceed; undefined if there are none. */
  percentile(share: number): number | undefined {
    const sorted = this.#samples.map(({ value }) => value).sort((a, b) => a - b);
    return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)];
  }
}
