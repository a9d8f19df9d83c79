import { type Clock, systemClock } from '../model/Clock';

/** Options of a `Pulse`. */
export interface PulseOptions {
  /** Time between two questions, in ms. Default 1000. */
  everyMs?: number;
  /** So many questions in a row without a word, and it is lost. Default 5. */
  most?: number;
  /** So many before the first word: a slow machine takes its time to load the code. Default 60. */
  mostAtFirst?: number;
  /** Source of time. Default: the system's. */
  clock?: Clock;
}

/**
 * Notices that a thread does not answer any more, by asking again and again. Unanswered questions
 * are counted, not the time since the last word: while this thread itself is blocked, or the
 * machine sleeps, nothing is asked, and silence means nothing.
 */
export class Pulse {
  readonly #ask: () => void;
  readonly #lost: () => void;
  readonly #everyMs: number;
  readonly #most: number;
  readonly #clock: Clock;
  /** Questions in a row that may go without a word. */
  #patience: number;
  #unanswered = 0;
  #cancel: (() => void) | undefined;

  /** @param lost called once, at most */
  constructor(
    ask: () => void,
    lost: () => void,
    { everyMs = 1000, most = 5, mostAtFirst = 60, clock = systemClock }: PulseOptions = {},
  ) {
    this.#ask = ask;
    this.#lost = lost;
    this.#everyMs = everyMs;
    this.#most = most;
    this.#patience = mostAtFirst;
    this.#clock = clock;
    this.#askSoon();
  }

  /** A word came, whatever it says. */
  heard(): void {
    this.#unanswered = 0;
    this.#patience = this.#most;
  }

  /** Asks no more until `stir`: a thread with nothing to do is to wake nobody. */
  rest(): void {
    this.close();
    this.#unanswered = 0;
  }

  /** Asks again, from now on. Does nothing where it asks already. */
  stir(): void {
    if (!this.#cancel) this.#askSoon();
  }

  /** Idempotent. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  // One timer after the other: what a blocked thread has missed is not made up for.
  #askSoon(): void {
    this.#cancel = this.#clock.after(this.#everyMs, () => {
      if (this.#unanswered >= this.#patience) {
        this.#lost();
        return;
      }
      this.#unanswered += 1;
      this.#askSoon();
      this.#ask();
    });
  }
}
