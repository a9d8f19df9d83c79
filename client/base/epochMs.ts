/**
 * This page's time in ms since the epoch, with a fraction: the monotonic clock of `performance.now()`
 * and of the frame callbacks, which no correction of the system's clock makes jump.
 */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
