import { setImmediate } from 'node:timers/promises';
import { type Clock, systemClock } from '../../model/Clock';

/** Options of `Turns`. */
export interface TurnsOptions {
  /** Source of time. Default: the system's. */
  readonly clock?: Pick<Clock, 'now'>;
  /** Settles in the next round of the event loop. Default: Node.js's. */
  readonly nextRound?: () => Promise<void>;
}

/** Pieces begin until so much time of a round has passed, in ms: half of what a picture lasts. */
const ROUND_MS = 15;

/**
 * Lets work that comes in heaps begin piece by piece, and everything else that is ready in between:
 * the pictures of those that watch wait for a few newcomers, not for all of them.
 */
export class Turns {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #nextRound: () => Promise<void>;
  #last: Promise<void> = Promise.resolve();
  #roundMs = Number.NEGATIVE_INFINITY;

  constructor({ clock = systemClock, nextRound = () => setImmediate() }: TurnsOptions = {}) {
    this.#clock = clock;
    this.#nextRound = nextRound;
  }

  /** Settles when the next piece may begin. Never rejects. */
  next(): Promise<void> {
    this.#last = this.#last.then(() => this.#turn());
    return this.#last;
  }

  async #turn(): Promise<void> {
    if (this.#clock.now() - this.#roundMs < ROUND_MS) return;
    await this.#nextRound();
    this.#roundMs = this.#clock.now();
  }
}
