import type { Clock } from '../../model/Clock';

/** So many wait at the same time: what they hold is an offer each. */
const MOST_WAITING = 256;
/** Who waits looks by itself whether there is room every so many ms. */
const LOOK_MS = 1000;

/** Those who wait until there is room, first come, first served, each for a limited time. */
export class WaitingLine {
  readonly #clock: Clock;
  readonly #longestMs: number;
  /** What wakes each, by its number. */
  readonly #waiting = new Map<number, () => void>();
  #numbers = 0;

  /** @param longestMs how long each waits at most */
  constructor(clock: Clock, longestMs: number) {
    this.#clock = clock;
    this.#longestMs = longestMs;
  }

  /**
   * Takes a place as soon as there is one.
   * @param take gives what is taken, or undefined where there is no room; it is told how long that was waited for, in ms
   * @returns undefined when that was waited for long enough, or too many wait. Rejects with what `take` throws
   */
  async enter<T>(take: (waitedMs: number) => T | undefined): Promise<T | undefined> {
    const startedMs = this.#clock.now();
    this.#numbers += 1;
    const number = this.#numbers;
    for (;;) {
      const waitedMs = this.#clock.now() - startedMs;
      const taken = take(waitedMs);
      const leftMs = this.#longestMs - waitedMs;
      if (taken !== undefined || leftMs <= 0 || this.#waiting.size >= MOST_WAITING) return taken;
      await this.#woken(number, Math.min(leftMs, LOOK_MS));
    }
  }

  /** There is room for one more. */
  freed(): void {
    if (this.#waiting.size > 0) this.#waiting.get(Math.min(...this.#waiting.keys()))?.();
  }

  /** All look again whether there is room. */
  freedAll(): void {
    for (const wake of [...this.#waiting.values()]) wake();
  }

  #woken(number: number, mostMs: number): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        cancel();
        this.#waiting.delete(number);
        resolve();
      };
      const cancel = this.#clock.after(mostMs, wake);
      this.#waiting.set(number, wake);
    });
  }
}
