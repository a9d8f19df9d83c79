import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeOf } from '../../engine/peer/threads/placement';

describe('the place of one more peer', () => {
  for (const { it: sentence, loads, most = 3, placed } of [
    {
      it: 'is the own thread while there are few',
      loads: { own: 59, others: [], starting: 0 },
      placed: { place: 'own', starts: false },
    },
    {
      it: 'is the own thread until the one that is started for it runs',
      loads: { own: 60, others: [], starting: 0 },
      placed: { place: 'own', starts: true },
    },
    {
      it: 'is the own thread while another one starts, and no third is started meanwhile',
      loads: { own: 61, others: [], starting: 1 },
      placed: { place: 'own', starts: false },
    },
    {
      it: 'is the thread with the fewest',
      loads: { own: 60, others: [30, 12, 30], starting: 0 },
      placed: { place: 1, starts: false },
    },
    {
      it: 'is the own thread where others have as many',
      loads: { own: 30, others: [30, 30], starting: 0 },
      placed: { place: 'own', starts: true },
    },
    {
      it: 'is the own thread where the machine has one core',
      loads: { own: 500, others: [], starting: 0 },
      most: 0,
      placed: { place: 'own', starts: false },
    },
  ] as const) {
    it(sentence, () => assert.deepEqual(placeOf(loads, 60, most), placed));
  }
});
