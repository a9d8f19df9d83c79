import { type Clock, systemClock } from '../../engine/model/Clock';

export interface RateLimitOptions {
  /** What is granted in the long run, per second. Default 20. */
  readonly perSecond?: number;
  /** What is granted at once after a pause. Default 64. */
  readonly burst?: number;
  readonly clock?: Clock;
}

/** Bounds how often something happens: a token bucket. */
export class RateLimit {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #clock: Clock;
  #left: number;
  #filledAtMs: number;

  constructor({ perSecond = 20, burst = 64, clock = systemClock }: RateLimitOptions = {}) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#clock = clock;
    this.#left = burst;
    this.#filledAtMs = clock.now();
  }

  /** Time until one would be granted, in ms; 0 for at once. Takes none. */
  get waitMs(): number {
    const now = this.#clock.now();
    this.#left = Math.min(this.#burst, this.#left + (now - this.#filledAtMs) * this.#perMs);
    this.#filledAtMs = now;
    return this.#left < 1 ? (1 - this.#left) / this.#perMs : 0;
  }

  /** Asks for one. Returns 0 when it is granted, else the time until the next one is, in ms. */
  take(): number {
    const waitMs = this.waitMs;
    if (waitMs === 0) this.#left -= 1;
    return waitMs;
  }

  /** Takes all that is left. */
  drain(): void {
    if (this.waitMs === 0) this.#left = 0;
  }
}
