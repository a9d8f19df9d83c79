/** Intervals that are looked at. */
const WINDOW = 31;
/** Shortest and longest intervals that do not count, of each kind. */
const TRIMMED = 6;
/** Encoders are told whole rates in this range. */
const LOWEST = 1;
const HIGHEST = 120;

/** Learns the frame rate of a source from the capture times of its units. */
export class FrameRateMeter {
  readonly #intervalsMs: number[] = [];
  #lastMs: number | undefined;

  /** Takes the capture time of the next unit, in ms. */
  add(timestampMs: number): void {
    if (this.#lastMs !== undefined && timestampMs > this.#lastMs) {
      this.#intervalsMs.push(timestampMs - this.#lastMs);
      if (this.#intervalsMs.length > WINDOW) this.#intervalsMs.shift();
    }
    this.#lastMs = timestampMs;
  }

  /** Pictures a second, a whole number; undefined until enough units were seen. */
  get frameRate(): number | undefined {
    if (this.#intervalsMs.length < WINDOW) return undefined;
    // Without the extremes, which come from bursts and pauses on the way.
    const usual = this.#intervalsMs.toSorted((a, b) => a - b).slice(TRIMMED, -TRIMMED);
    const sumMs = usual.reduce((sum, interval) => sum + interval, 0);
    return Math.min(Math.max(Math.round((1000 * usual.length) / sumMs), LOWEST), HIGHEST);
  }
}
