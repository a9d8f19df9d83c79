/** Times between attempts: doubling from `firstMs` to `lastMs`, spread so that many pages do not come at once. */
export interface BackoffOptions {
  /** Default 250. */
  firstMs?: number;
  /** Default 5000. */
  lastMs?: number;
  /** Part of a delay that chance may take away, 0 to 1. Default 0.3. */
  jitter?: number;
  /** Source of chance, 0 up to 1. Default: Math.random. */
  random?: () => number;
}

/** Says how long to wait before the next attempt. */
export class Backoff {
  readonly #firstMs: number;
  readonly #lastMs: number;
  readonly #jitter: number;
  readonly #random: () => number;
  #failures = 0;

  constructor({
    firstMs = 250,
    lastMs = 5000,
    jitter = 0.3,
    random = Math.random,
  }: BackoffOptions = {}) {
    this.#firstMs = firstMs;
    this.#lastMs = lastMs;
    this.#jitter = jitter;
    this.#random = random;
  }

  /** The delay after one more failure, in ms, never shorter than `floorMs`. */
  next(floorMs = 0): number {
    const full = Math.min(this.#firstMs * 2 ** this.#failures, this.#lastMs);
    this.#failures += 1;
    return Math.max(full * (1 - this.#jitter * this.#random()), floorMs);
  }

  /** Starts from the first delay again. */
  reset(): void {
    this.#failures = 0;
  }
}
