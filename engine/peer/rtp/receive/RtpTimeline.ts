import { timeOfDayAheadMs } from '../../../model/Clock';
import { NTP_EPOCH_SECONDS } from '../ntpTime';

/** How long the fastest packet counts, in ms: long enough to meet one without delay, short enough to follow drift. */
const BUCKET_MS = 5000;
/** A sender whose clock differs from ours by more than this, transport included, is not believed, in ms. */
const LARGEST_DELAY_MS = 2000;
/** Reports come out this much early at most, by rounding, in ms. */
const REPORT_ERROR_MS = 5;
/** The mapping follows its aim by at most this fraction of the media time that passes: units keep their distance. */
const SLEW = 0.05;
/** Behind by more than this, in ms, the mapping leaps: the sender had halted its clock. */
const LEAP_MS = 500;
/** Farther off than this, in ms, the sender counts from a new start. */
const RESTART_MS = 10_000;
/** Times rise by this much at least, in ms. */
const SMALLEST_STEP_MS = 0.1;
const TIMESTAMPS = 2 ** 32;

/**
 * Tells the capture time of what came over RTP. Sender reports give it in the sender's wall clock
 * (RFC 3550 6.4.1); that is used while it is plausible: not in the future, and by the fastest packets
 * at most 2 s ago. Else the clocks differ, and the fastest packets are taken as captured when they
 * arrived: the times are then late by the shortest delay of the path, but as even.
 */
export class RtpTimeline {
  readonly #clockRate: number;
  /** Unwrapped: counts on beyond 32 bits. */
  #ticks: number | undefined;
  // All offsets are ms to add to a media time to get ms since the epoch.
  #offsetMs = 0;
  #reportedOffsetMs: number | undefined;
  #fastestMs = Number.POSITIVE_INFINITY;
  #fastestBeforeMs = Number.POSITIVE_INFINITY;
  #bucketStartMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** @param clockRate of the RTP timestamps, in Hz */
  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /**
   * The capture time of the packets with this RTP timestamp, in ms since the epoch; later than that
   * of the call before.
   * @param arrivalMs ms since the epoch
   */
  timestampMs(rtpTimestamp: number, arrivalMs: number): number {
    const isFirst = this.#ticks === undefined;
    const passedMs = this.#mediaMs(this.#advance(rtpTimestamp));
    const mediaMs = this.#mediaMs(this.#ticks ?? 0);
    const offsetMs = arrivalMs - mediaMs;
    const isRestart = Math.abs(offsetMs - this.#shortestMs) > RESTART_MS;
    if (isFirst || isRestart) this.#restart(offsetMs, arrivalMs);
    this.#measure(offsetMs, arrivalMs);
    if (isFirst) this.#offsetMs = this.#aimMs;
    this.#follow(passedMs);
    this.#lastMs = Math.max(mediaMs + this.#offsetMs, this.#lastMs + SMALLEST_STEP_MS);
    return this.#lastMs;
  }

  /**
   * A sender report.
   * @param ntpTime 32.32 bits
   * @param aheadMs how far the time of day is ahead of the clock of `arrivalMs`: senders know the former
   */
  report(rtpTimestamp: number, ntpTime: bigint, aheadMs = timeOfDayAheadMs()): void {
    const senderSeconds = Number(ntpTime) / 2 ** 32 - NTP_EPOCH_SECONDS;
    const ticks = this.#unwrapped(rtpTimestamp);
    this.#reportedOffsetMs = senderSeconds * 1000 - aheadMs - this.#mediaMs(ticks);
  }

  get #shortestMs(): number {
    return Math.min(this.#fastestMs, this.#fastestBeforeMs);
  }

  get #aimMs(): number {
    const reported = this.#reportedOffsetMs;
    if (reported === undefined) return this.#shortestMs;
    const delayMs = this.#shortestMs - reported;
    const isPlausible = delayMs >= -REPORT_ERROR_MS && delayMs <= LARGEST_DELAY_MS;
    return isPlausible ? reported : this.#shortestMs;
  }

  #restart(offsetMs: number, arrivalMs: number): void {
    this.#fastestMs = offsetMs;
    this.#fastestBeforeMs = offsetMs;
    this.#bucketStartMs = arrivalMs;
    this.#offsetMs = offsetMs;
  }

  /** The fastest packet of the last 5 to 10 s. */
  #measure(offsetMs: number, arrivalMs: number): void {
    if (arrivalMs - this.#bucketStartMs >= BUCKET_MS) {
      this.#fastestBeforeMs = this.#fastestMs;
      this.#fastestMs = offsetMs;
      this.#bucketStartMs = arrivalMs;
    }
    this.#fastestMs = Math.min(this.#fastestMs, offsetMs);
  }

  #follow(passedMs: number): void {
    const missingMs = this.#aimMs - this.#offsetMs;
    const mostMs = missingMs > LEAP_MS ? missingMs : SLEW * Math.max(0, passedMs);
    this.#offsetMs += Math.min(Math.max(missingMs, -mostMs), mostMs);
  }

  /** @returns ticks since the call before */
  #advance(rtpTimestamp: number): number {
    const before = this.#ticks;
    this.#ticks = this.#unwrapped(rtpTimestamp);
    return before === undefined ? 0 : this.#ticks - before;
  }

  #unwrapped(rtpTimestamp: number): number {
    if (this.#ticks === undefined) return rtpTimestamp;
    const half = TIMESTAMPS / 2;
    const ahead = (rtpTimestamp - (this.#ticks % TIMESTAMPS) + TIMESTAMPS + half) % TIMESTAMPS;
    return this.#ticks + ahead - half;
  }

  #mediaMs(ticks: number): number {
    return (ticks * 1000) / this.#clockRate;
  }
}
