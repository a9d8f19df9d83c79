/** How far back the least delayed arrival is looked for: one to two of these, in ms. */
const WINDOW_MS = 2000;
/** Part of what it is wrong that is made good at each step. */
const GAIN = 0.05;
/** The most that is made good at each step, in ms: well below a unit's duration. */
const MOST_STEP_MS = 4;
/** When this clock is behind by more, samples were lost: it jumps. In ms. */
const JUMP_MS = 200;

/**
 * Tells when samples were recorded, from when they arrived. Arrivals are late by delays that come
 * and go; what arrived with the least delay counts. A sound card's clock that drifts against the
 * computer's is followed. Times only grow.
 */
export class SampleClock {
  readonly #sampleRate: number;
  /** Time of sample 0, in ms since the epoch. */
  #originMs: number | undefined;
  /** The least delayed arrivals in this window and in the one before, as times of sample 0. */
  #now = Number.POSITIVE_INFINITY;
  #before = Number.POSITIVE_INFINITY;
  #windowStartMs = 0;

  /** @param sampleRate in Hz */
  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  /** @param samples that have arrived by `nowMs`, all together */
  arrived(samples: number, nowMs: number): void {
    const originMs = nowMs - this.#durationMs(samples);
    if (nowMs - this.#windowStartMs > WINDOW_MS) {
      this.#windowStartMs = nowMs;
      this.#before = this.#now;
      this.#now = Number.POSITIVE_INFINITY;
    }
    this.#now = Math.min(this.#now, originMs);
    this.#originMs ??= originMs;
  }

  /**
   * When a sample was recorded, in ms since the epoch. To be asked once for each unit, in order;
   * each answer comes a step nearer to the truth.
   */
  at(sample: number): number {
    const bestMs = Math.min(this.#now, this.#before);
    const originMs = this.#originMs ?? bestMs;
    const errorMs = bestMs - originMs;
    const stepMs = Math.max(-MOST_STEP_MS, Math.min(MOST_STEP_MS, errorMs * GAIN));
    this.#originMs = errorMs > JUMP_MS ? bestMs : originMs + stepMs;
    return this.#originMs + this.#durationMs(sample);
  }

  #durationMs(samples: number): number {
    return (samples * 1000) / this.#sampleRate;
  }
}
