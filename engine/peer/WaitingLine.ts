import type { Clock } from '../model/Clock';

/** So many wait at the same time: what they hold is an offer each. */
const MOST_WAITING = 256;

/** Those who wait until there is room, first come, first served, each for a limited time. */
export class WaitingLine {
  readonly #clock: Clock;
  readonly #longestMs: number;
  readonly #waiting = new Set<() => void>();

  /** @param longestMs how long each waits at most */
  constructor(clock: Clock, longestMs: number) {
    this.#clock = clock;
    this.#longestMs = longestMs;
  }

  /**
   * Takes a place as soon as there is one.
   * @param take gives what is taken, or undefined where there is no room
   * @returns undefined when that was waited for long enough, or too many wait. Rejects with what `take` throws
   */
  async enter<T>(take: () => T | undefined): Promise<T | undefined> {
    const untilMs = this.#clock.now() + this.#longestMs;
    for (;;) {
      const taken = take();
      const leftMs = untilMs - this.#clock.now();
      if (taken !== undefined || leftMs <= 0 || this.#waiting.size >= MOST_WAITING) return taken;
      await this.#woken(leftMs);
    }
  }

  /** There is room for one more. */
  freed(): void {
    const [first] = this.#waiting;
    first?.();
  }

  /** All look again whether there is room. */
  freedAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #woken(mostMs: number): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const cancel = this.#clock.after(mostMs, wake);
      this.#waiting.add(wake);
    });
  }
}
