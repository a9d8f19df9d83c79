import assert from 'node:assert/strict';
import type { Reading } from './inPage/pictureClock';
import type { TestPage } from './TestBrowser';
import { waitFor } from './waitFor';

export type { Reading };

/** How far behind a picture may be on a busy machine, in ms. */
const BEHIND_LIMIT_MS = 2000;
/** A new encoder's first picture may have been captured before the old one's last: on a busy machine, in ms. */
const BACK_LIMIT_MS = 1000;
/** Clocks of two programs on one machine agree to a few ms; a picture cannot be from the future. */
const CLOCK_TOLERANCE_MS = 50;

/**
 * Reads the running clock out of the pictures that a page shows from now on, through a canvas.
 * @returns at least `count` readings, oldest first
 * @throws Error when the page does not show that many within `limitMs`
 */
export async function readClock(
  page: Pick<TestPage, 'evaluate'>,
  { count = 20, limitMs = 15_000 }: { count?: number; limitMs?: number } = {},
): Promise<Reading[]> {
  await waitFor('video element', limitMs, () => page.evaluate<boolean>('!!inPage.video()'));
  await page.evaluate('inPage.startClock()');
  const readings: Reading[] = [];
  await waitFor(`${count} pictures with a readable clock`, limitMs, async () => {
    readings.push(...(await page.evaluate<Reading[]>('inPage.takeReadings()')));
    return readings.length >= count;
  });
  return readings;
}

/**
 * Waits until the page shows a live picture: for some twenty pictures on end its clock advances and
 * is at most 2 s behind. @throws Error with what was wrong last when that does not come about in time
 */
export async function assertLive(
  page: Pick<TestPage, 'evaluate'>,
  { limitMs = 15_000 } = {},
): Promise<void> {
  await waitFor('live picture', limitMs, async () => {
    checkLive(await readClock(page, { limitMs }));
    return true;
  });
}

function checkLive(readings: readonly Reading[]): void {
  for (const [index, { captureMs, seenMs }] of readings.entries()) {
    const before = readings[index - 1];
    const backMs = before ? before.captureMs - captureMs : 0;
    assert.ok(backMs < BACK_LIMIT_MS, `the clock in the picture runs back by ${backMs} ms`);
    const behindMs = seenMs - captureMs;
    assert.ok(behindMs < BEHIND_LIMIT_MS, `the picture is ${behindMs} ms behind`);
    assert.ok(behindMs > -CLOCK_TOLERANCE_MS, `the picture is ${-behindMs} ms early`);
  }
  const [first, last] = [readings[0], readings.at(-1)];
  assert.ok(first && last && last.captureMs > first.captureMs, 'the clock stands still');
}

/** Waits until the page shows a picture that was captured after the given time (ms since the epoch). */
export async function waitForPictureAfter(
  page: TestPage,
  timeMs: number,
  limitMs: number,
): Promise<void> {
  await page.evaluate('inPage.startClock()');
  await waitFor('new picture', limitMs, async () => {
    const readings = await page.evaluate<Reading[]>('inPage.takeReadings()');
    return readings.some(({ captureMs }) => captureMs > timeMs);
  });
}
