import type { Clock } from '../../engine/model/Clock';

/** A clock whose hands the test turns. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #timers = new Set<{ atMs: number; callback: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Turns the hands forward; timers that are due ring in their order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (let next = this.#dueBy(untilMs); next; next = this.#dueBy(untilMs)) {
      this.#timers.delete(next);
      this.#nowMs = next.atMs;
      next.callback();
    }
    this.#nowMs = untilMs;
  }

  #dueBy(untilMs: number) {
    return [...this.#timers].filter(t => t.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
  }
}
