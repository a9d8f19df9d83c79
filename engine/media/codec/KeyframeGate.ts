import { type Clock, systemClock } from '../../model/Clock';

/** Options of a `KeyframeGate`. */
export interface KeyframeGateOptions {
  /** Shortest time between two asks, in ms. Default 500. */
  intervalMs?: number;
  /** Source of time. Default: the system's. */
  clock?: Clock;
}

/**
 * Merges the keyframe requests of all viewers (PLI, FIR, joins) into at most one ask per interval.
 * The first of a burst is asked at once, the rest together when the interval is over, unless a
 * keyframe came meanwhile.
 */
export class KeyframeGate {
  readonly #ask: () => void;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(
    ask: () => void,
    { intervalMs = 500, clock = systemClock }: KeyframeGateOptions = {},
  ) {
    this.#ask = ask;
    this.#intervalMs = intervalMs;
    this.#clock = clock;
  }

  /** A viewer needs a keyframe. */
  request(): void {
    if (this.#cancel) return;
    const waitMs = this.#askedAtMs + this.#intervalMs - this.#clock.now();
    if (waitMs <= 0) this.#fire();
    else this.#cancel = this.#clock.after(waitMs, () => this.#fire());
  }

  /** A keyframe went out to everybody: requests that wait are met by it. */
  keyframeSent(): void {
    this.close();
  }

  /** Forgets requests that wait. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #fire(): void {
    this.#cancel = undefined;
    this.#askedAtMs = this.#clock.now();
    this.#ask();
  }
}
