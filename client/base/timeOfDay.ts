import { epochMs } from './epochMs';

/** Smaller differences are rounding, in ms: what follows each other quickly keeps its distances. */
const ROUNDING_MS = 5;
let aheadMs = 0;

/** The time of day in ms since the epoch, with a fraction: follows the computer's clock when that is set, or slept. */
export function timeOfDay(): number {
  // Date.now() is cut off to whole ms.
  const nowMs = Date.now() + 0.5 - epochMs();
  if (Math.abs(nowMs) <= ROUNDING_MS) aheadMs = 0;
  else if (Math.abs(nowMs - aheadMs) > ROUNDING_MS) aheadMs = nowMs;
  return epochMs() + aheadMs;
}
