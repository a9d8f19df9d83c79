import type { SequenceCounts } from './SequenceWindow';

/** Bounds of a `BitrateLimit`, in bit/s. */
export interface BitrateBounds {
  readonly targetBps: number;
  /** Default 150000: below, no camera picture is worth watching. */
  readonly floorBps?: number;
}

// The thresholds of loss-based control (draft-ietf-rmcat-gcc-02, section 6): a little loss is
// normal on wireless links, a lot is a full queue.
const HEAVY_LOSS = 0.1;
const LIGHT_LOSS = 0.02;
const DECREASE = 0.85;
const INCREASE = 1.08;

/** How much a peer may send: the target, less while packets are lost. */
export class BitrateLimit {
  readonly #targetBps: number;
  readonly #floorBps: number;
  #bps: number;
  #before: SequenceCounts = { received: 0, missed: 0 };

  constructor({ targetBps, floorBps = 150_000 }: BitrateBounds) {
    this.#targetBps = targetBps;
    this.#floorBps = Math.min(floorBps, targetBps);
    this.#bps = targetBps;
  }

  /** The limit for the next interval, in bit/s. @param counts what came since the very start */
  next(counts: SequenceCounts): number {
    const received = counts.received - this.#before.received;
    const missed = counts.missed - this.#before.missed;
    this.#before = counts;
    // What was repaired is counted as received as well; the fraction errs by less than itself.
    const loss = missed / Math.max(1, Math.max(received, missed));
    if (loss > HEAVY_LOSS) this.#bps = Math.max(this.#floorBps, this.#bps * DECREASE);
    else if (loss < LIGHT_LOSS) this.#bps = Math.min(this.#targetBps, this.#bps * INCREASE);
    return Math.round(this.#bps);
  }
}
