import { performance } from 'node:perf_hooks';

/** The source of time and of timers, so that tests can turn the hands themselves. */
export interface Clock {
  /** Monotonic time, in ms. */
  now(): number;
  /** Calls back once after `delayMs`; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The system's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Wall-clock time in ms since the epoch, with a fraction. `performance.timeOrigin` differs between
 * threads but its sum with `now()` does not, so times of different threads can be compared.
 */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
