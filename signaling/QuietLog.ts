import { type Clock, systemClock } from '../engine/model/Clock';
import { oneLine } from './Refusal';

/** Passes on at most one line a second, so that bad requests cannot flood the log. */
export class QuietLog {
  readonly #log: (line: string) => void;
  readonly #clock: Clock;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #leftOut = 0;

  constructor(log: (line: string) => void, clock: Clock = systemClock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Logs the line, or counts it: the next line that is logged says how many were left out. */
  write(line: string): void {
    const now = this.#clock.now();
    if (now - this.#lastAtMs < 1000) {
      this.#leftOut += 1;
      return;
    }
    const more = this.#leftOut > 0 ? ` (${this.#leftOut} more left out before this)` : '';
    this.#lastAtMs = now;
    this.#leftOut = 0;
    try {
      this.#log(oneLine(line) + more);
    } catch {
      // A log that fails must not fail the request that it tells of.
    }
  }
}
