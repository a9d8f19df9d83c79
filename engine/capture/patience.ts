import type { CaptureOptions } from './CaptureOptions';

/** Longest wait for the first sign of life, in ms. */
const START_MS = 15_000;
/** The same for one that took too long once: a server may need a picture for itself before it plays. */
const SLOW_START_MS = 45_000;
/** Longest wait for the next, in ms, where nothing else is set. */
const STALL_MS = 10_000;

/** How long a source may be without a picture before it counts as failed, in ms. */
export function patienceMs(options: CaptureOptions): number {
  return (options.source === 'url' ? options.silenceMs : undefined) ?? STALL_MS;
}

/**
 * How long it may take for its first, in ms.
 * @param isSlow it took too long once, although it answered
 */
export function startMs(options: CaptureOptions, isSlow = false): number {
  return Math.max(isSlow ? SLOW_START_MS : START_MS, patienceMs(options));
}
