import { type Clock, systemClock } from '../../../model/Clock';

/** Assumed until the peer has reported, in ms. */
const LIKELY_ROUND_TRIP_MS = 20;
/** Shorter round trips are not told apart, in ms. */
const LEAST_ROUND_TRIP_MS = 5;
/** What a link may be owed at most, in bytes: all that is kept to be sent again. */
const MOST_OWED_BYTES = 512 * 1180;

/**
 * Decides which lost packets of one stream are sent again. A request costs the peer four bytes for
 * seventeen packets, and may be repeated before the answer can have come: each packet goes once in
 * a round trip at most, and all together never more than was sent anew.
 */
export class RepairBudget {
  readonly #clock: Clock;
  /** When packets were sent again, in ms, by where they are kept. */
  readonly #repaired: number[] = [];
  #owedBytes = 0;
  #roundTripMs = LIKELY_ROUND_TRIP_MS;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** What the peer's reports say, in ms. */
  set roundTripMs(ms: number) {
    this.#roundTripMs = Math.max(ms, LEAST_ROUND_TRIP_MS);
  }

  /** A new packet was sent. @param place where it is kept, in place of an older one */
  sent(place: number, bytes: number): void {
    this.#repaired[place] = Number.NEGATIVE_INFINITY;
    this.#owedBytes = Math.min(this.#owedBytes + bytes, MOST_OWED_BYTES);
  }

  /** Whether a packet may be sent again; it is taken for sent then. */
  take(place: number, bytes: number): boolean {
    const nowMs = this.#clock.now();
    const sinceMs = nowMs - (this.#repaired[place] ?? Number.NEGATIVE_INFINITY);
    if (sinceMs < this.#roundTripMs || bytes > this.#owedBytes) return false;
    this.#repaired[place] = nowMs;
    this.#owedBytes -= bytes;
    return true;
  }
}
