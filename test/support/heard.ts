import type { Heard } from './inPage/sound';
import type { TestPage } from './TestBrowser';
import { frequencyOf, impurityDb, levelDb } from './tones';
import { waitFor } from './waitFor';

/** What a tone that a page receives is like. */
export interface HeardTone {
  /** In Hz. */
  readonly frequency: number;
  /** In dB, a square wave of full scale being 0 and a sine -3. */
  readonly levelDb: number;
}

/** All that is not the tone must be so far below it for the tone to be told apart, in dB. */
const CLEAN_DB = -15;

/**
 * Waits until the page receives one clean tone near `frequency` (within 2 %) for a third of a second.
 * @throws Error when it does not within `limitMs`
 */
export function waitForTone(
  page: TestPage,
  frequency: number,
  limitMs: number,
): Promise<HeardTone> {
  return waitFor(`tone of ${frequency} Hz in the page`, limitMs, async () => {
    const { samples: list, sampleRate } = await page.evaluate<Heard>('inPage.heard()');
    const samples = Float64Array.from(list);
    const found = { frequency: frequencyOf(samples, sampleRate), levelDb: levelDb(samples) };
    const isNear = Math.abs(found.frequency - frequency) <= frequency * 0.02;
    const isClean = impurityDb(samples, sampleRate, found.frequency) < CLEAN_DB;
    if (!isNear || !isClean) throw new Error(`heard ${JSON.stringify(found)}`);
    return found;
  });
}

/** Waits until the page has received nothing but silence for a third of a second. */
export function waitForSilence(page: TestPage, limitMs: number): Promise<boolean> {
  return waitFor('silence in the page', limitMs, async () => {
    const { samples } = await page.evaluate<Heard>('inPage.heard()');
    return samples.every(sample => Math.abs(sample) < 0.001);
  });
}
