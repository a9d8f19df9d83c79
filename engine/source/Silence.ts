import type { Clock } from '../model/Clock';

/** Calls back when nothing was heard for too long. Cheap to reset for every picture: one timer runs on. */
export class Silence {
  readonly #clock: Clock;
  readonly #tooLong: (silentMs: number) => void;
  #limitMs: number | undefined;
  #heardAtMs = 0;
  #cancel: (() => void) | undefined;

  /** Starts without a limit. */
  constructor(clock: Clock, tooLong: (silentMs: number) => void) {
    this.#clock = clock;
    this.#tooLong = tooLong;
  }

  /** Counts anew, up to the limit; `undefined`: silence is fine from now on. */
  limit(limitMs: number | undefined): void {
    this.#heardAtMs = this.#clock.now();
    if (limitMs === this.#limitMs) return;
    this.#limitMs = limitMs;
    this.#arm();
  }

  end(): void {
    this.limit(undefined);
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#limitMs === undefined) return;
    const limitMs = this.#limitMs;
    const restMs = this.#heardAtMs + limitMs - this.#clock.now();
    this.#cancel = this.#clock.after(Math.max(0, restMs), () => {
      const silentMs = this.#clock.now() - this.#heardAtMs;
      if (silentMs < limitMs) this.#arm();
      else {
        this.#cancel = undefined;
        this.#limitMs = undefined;
        this.#tooLong(silentMs);
      }
    });
  }
}
