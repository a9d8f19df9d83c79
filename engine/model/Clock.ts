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
 * The time of all media, in ms since the epoch, with a fraction. It was the time of day when the
 * process started and only counts on since: the system's clock may be set, which machines without a
 * battery for it do after each start, and streams must not jump with it. Flows and users get times
 * by `timeOfDay`. `performance.timeOrigin` differs between threads but its sum with `now()` does
 * not, so times of different threads can be compared.
 */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Smaller differences are rounding, in ms: times of a stream keep their distances. */
const ROUNDING_MS = 5;
let aheadMs = 0;

/** How far the time of day is ahead of `epochMs` now, in ms. */
export function timeOfDayAheadMs(): number {
  // Date.now() is cut off to whole ms.
  const nowMs = Date.now() + 0.5 - epochMs();
  if (Math.abs(nowMs) <= ROUNDING_MS) aheadMs = 0;
  else if (Math.abs(nowMs - aheadMs) > ROUNDING_MS) aheadMs = nowMs;
  return aheadMs;
}

/** A time by `epochMs` as the time of day, for flows and users, in ms since the epoch. */
export function timeOfDay(timeMs: number): number {
  return timeMs + timeOfDayAheadMs();
}
