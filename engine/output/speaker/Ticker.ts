import type { Clock } from '../../model/Clock';

/** After a longer pause of the whole process the missed ticks are not made up for, in ticks. */
const MOST_MISSED = 5;

/** Calls back at even intervals that do not drift; ticks that came late are made up for at once. */
export class Ticker {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #tick: () => void;
  #nextAtMs: number;
  #cancel: () => void = () => {};
  #stopped = false;

  /** Ticks for the first time after `everyMs`. */
  constructor(clock: Clock, everyMs: number, tick: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#tick = tick;
    this.#nextAtMs = clock.now() + everyMs;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #arm(): void {
    if (this.#stopped) return;
    const delayMs = Math.max(0, this.#nextAtMs - this.#clock.now());
    this.#cancel = this.#clock.after(delayMs, () => this.#run());
  }

  #run(): void {
    const missed = Math.floor((this.#clock.now() - this.#nextAtMs) / this.#everyMs);
    if (missed > MOST_MISSED) this.#nextAtMs += (missed - MOST_MISSED) * this.#everyMs;
    while (!this.#stopped && this.#nextAtMs <= this.#clock.now()) {
      this.#nextAtMs += this.#everyMs;
      this.#tick();
    }
    this.#arm();
  }
}
