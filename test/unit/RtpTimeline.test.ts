import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ntpTime } from '../../engine/peer/rtp/ntpTime';
import { RtpTimeline } from '../../engine/peer/rtp/receive/RtpTimeline';
import { seededRandom } from '../support/recordings';

const RATE = 90_000;
/** The time of the first capture, in ms since the epoch. */
const START = 1_700_000_000_000;
const FRAME_MS = 40;

interface Sender {
  /** RTP timestamp at START. */
  firstTimestamp?: number;
  /** How long packet `n` takes, in ms. */
  delayMs?: (index: number) => number;
  /** How far the sender's wall clock is ahead of ours, in ms. */
  aheadMs?: number;
  /** A report comes with each 25th frame. */
  reports?: boolean;
  /** How fast its media clock runs. */
  speed?: number;
}

/** What a timeline makes of so many frames, relative to their real capture times, in ms. */
function errors(frames: number, sender: Sender): number[] {
  const { firstTimestamp = 0, delayMs = () => 0, aheadMs = 0, reports = false } = sender;
  const timeline = new RtpTimeline(RATE);
  let before = Number.NEGATIVE_INFINITY;
  return Array.from({ length: frames }, (_, index) => {
    const sinceMs = index * FRAME_MS;
    const media = Math.round((sinceMs * (sender.speed ?? 1) * RATE) / 1000);
    const timestamp = (firstTimestamp + media) % 2 ** 32;
    if (reports && index % 25 === 0) {
      timeline.report(timestamp, ntpTime(START + sinceMs + aheadMs));
    }
    const timestampMs = timeline.timestampMs(timestamp, START + sinceMs + delayMs(index));
    assert.ok(timestampMs > before, 'times rise');
    before = timestampMs;
    return timestampMs - START - sinceMs;
  });
}

const random = seededRandom(4);
const jitter = Array.from({ length: 5000 }, () => 20 + 60 * random() ** 3);
const jittery = (index: number) => jitter[index] ?? 20;
const largest = (values: readonly number[]) =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe('An RtpTimeline', () => {
  it('gives capture times by the reports of the sender, whatever the path', () => {
    const delayMs = (index: number) => 150 + jittery(index);
    assert.ok(largest(errors(1000, { delayMs, reports: true })) < 1);
  });

  it('gives the arrival of the fastest packets without reports, evenly', () => {
    const late = errors(1000, { delayMs: jittery });
    assert.ok(Math.max(...late.slice(250)) < 23 && Math.min(...late.slice(250)) > 19);
    const steps = late.slice(1).map((value, index) => value - (late[index] ?? 0));
    assert.ok(largest(steps) <= 0.05 * FRAME_MS + 0.01, 'units keep their distance');
  });

  for (const { it: sentence, aheadMs } of [
    { it: 'ahead of ours', aheadMs: 300 },
    { it: 'an hour ahead', aheadMs: 3_600_000 },
    { it: 'an hour behind', aheadMs: -3_600_000 },
    { it: 'of 1970', aheadMs: -START },
  ]) {
    it(`does not believe a sender whose clock is ${sentence}`, () => {
      const late = errors(500, { delayMs: () => 30, reports: true, aheadMs });
      assert.ok(largest(late.map(value => value - 30)) < 1);
    });
  }

  for (const setMs of [3_600_000, -3_600_000]) {
    it(`takes reports by the time of day though our clock was set by ${setMs} ms since the start`, () => {
      const timeline = new RtpTimeline(RATE);
      for (let index = 0; index < 300; index += 1) {
        const sinceMs = index * FRAME_MS;
        if (index % 25 === 0)
          timeline.report(sinceMs * 90, ntpTime(START + sinceMs + setMs), setMs);
        const timestampMs = timeline.timestampMs(sinceMs * 90, START + sinceMs + 100);
        assert.ok(Math.abs(timestampMs - START - sinceMs) < 1);
      }
    });
  }

  it('turns to the reports gently when they begin late', () => {
    const timeline = new RtpTimeline(RATE);
    const at = (index: number) => index * FRAME_MS;
    const times = Array.from({ length: 600 }, (_, index) => {
      if (index === 100) timeline.report(at(index) * 90, ntpTime(START + at(index)));
      return timeline.timestampMs(at(index) * 90, START + at(index) + 100) - START - at(index);
    });
    assert.ok(times.slice(0, 100).every(late => Math.abs(late - 100) < 0.01));
    assert.ok(largest(times.slice(-300)) < 0.5);
    const steps = times.slice(1).map((value, index) => value - (times[index] ?? 0));
    assert.ok(largest(steps) <= 0.05 * FRAME_MS + 0.01);
  });

  for (const firstTimestamp of [0, 2 ** 32 - 1, 2 ** 32 - 500_000, 2 ** 31]) {
    it(`counts on from ${firstTimestamp}, over the wrap`, () => {
      assert.ok(largest(errors(1000, { firstTimestamp, reports: true })) < 1);
      assert.ok(largest(errors(1000, { firstTimestamp })) < 1);
    });
  }

  for (const speed of [0.9999, 1.0001]) {
    it(`follows a media clock that runs ${speed} times as fast for hours`, () => {
      const late = errors(200_000, { speed });
      assert.ok(largest(late.slice(1000)) < 2, `${largest(late.slice(1000))} ms`);
    });
  }

  for (const { it: sentence, ticks } of [
    { it: 'forwards', ticks: 2 ** 30 },
    { it: 'backwards', ticks: -(2 ** 30) },
  ]) {
    it(`goes on when a sender starts its timestamps anew, ${sentence}`, () => {
      const timeline = new RtpTimeline(RATE);
      let before = 0;
      for (let index = 0; index < 400; index += 1) {
        const sinceMs = index * FRAME_MS;
        const moved = index >= 200 ? ticks : 0;
        const timestamp = (sinceMs * 90 + moved + 2 ** 31) % 2 ** 32;
        const timestampMs = timeline.timestampMs(timestamp, START + sinceMs + 5);
        assert.ok(timestampMs > before);
        assert.ok(Math.abs(timestampMs - START - sinceMs - 5) < 1);
        before = timestampMs;
      }
    });
  }

  it('catches up with a sender whose media clock stood still', () => {
    const timeline = new RtpTimeline(RATE);
    const late = Array.from({ length: 1000 }, (_, index) => {
      const pauseMs = index >= 200 ? 3000 : 0;
      const arrivalMs = START + index * FRAME_MS + pauseMs;
      return arrivalMs - timeline.timestampMs(index * FRAME_MS * 90, arrivalMs);
    });
    assert.ok(largest(late.slice(0, 200)) < 1);
    assert.ok(largest(late.slice(600)) < 1, `${largest(late.slice(600))}`);
  });
});
