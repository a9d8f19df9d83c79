/** Options of a `RetrySchedule`. */
export interface RetryScheduleOptions {
  /** The first pause, in ms. Default 250. */
  firstMs?: number;
  /** The longest pause, in ms. Default 30000. */
  longestMs?: number;
}

/** Pauses between attempts: each twice as long as the one before, up to a limit. */
export class RetrySchedule {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #attempts = 0;

  constructor({ firstMs = 250, longestMs = 30_000 }: RetryScheduleOptions = {}) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
  }

  /** How long to wait before the next attempt, in ms. */
  next(): number {
    const pauseMs = Math.min(this.#firstMs * 2 ** this.#attempts, this.#longestMs);
    this.#attempts += 1;
    return pauseMs;
  }

  /** Success: the next pause is the first again. */
  reset(): void {
    this.#attempts = 0;
  }
}
