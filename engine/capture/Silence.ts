import type { Clock } from '../model/Clock';
import type { CaptureOptions } from './CaptureOptions';

/** Longest wait for the first sign of life, in ms. */
const START_MS = 15_000;
/** The same for one that took too long once: a server may need a picture for itself before it plays. */
const SLOW_START_MS = 45_000;
/** Longest wait for the next, in ms, where nothing else is set. */
const STALL_MS = 10_000;

/** How long a source may be without a picture before it counts as failed, in ms. */
export function patienceMs(options: CaptureOptions): number {
  return (options.source === 'url' ? options.silenceMs : undefined) ?? STALL_MS;
}

/**
 * How long it may take for its first, in ms.
 * @param isSlow it took too long once, although it answered
 */
export function startMs(options: CaptureOptions, isSlow = false): number {
  return Math.max(isSlow ? SLOW_START_MS : START_MS, patienceMs(options));
}

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
