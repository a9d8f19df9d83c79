import { type Clock, systemClock } from '../model/Clock';

/** Options of a `Watchdog`. */
export interface WatchdogOptions {
  /** How long a peer may be silent, in ms. Default 8000: a browser checks its path every 2.7 to 4.1 s. */
  silenceMs?: number;
  /** Source of time. Default: the system's. */
  clock?: Clock;
}

/** Calls back once when nothing was heard of a peer for too long, from `start` on. */
export class Watchdog {
  readonly #bark: () => void;
  readonly #silenceMs: number;
  readonly #clock: Clock;
  #heardMs: number;
  #cancel: (() => void) | undefined;

  constructor(bark: () => void, { silenceMs = 8000, clock = systemClock }: WatchdogOptions = {}) {
    this.#bark = bark;
    this.#silenceMs = silenceMs;
    this.#clock = clock;
    this.#heardMs = clock.now();
  }

  /** Begins to watch. */
  start(): void {
    this.heard();
    this.#watch(this.#silenceMs);
  }

  /** Something came from the peer. Cheap enough for every packet. */
  heard(): void {
    this.#heardMs = this.#clock.now();
  }

  /** Idempotent. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #watch(delayMs: number): void {
    this.#cancel = this.#clock.after(delayMs, () => {
      const leftMs = this.#heardMs + this.#silenceMs - this.#clock.now();
      if (leftMs > 0) this.#watch(leftMs);
      else this.#bark();
    });
  }
}
