import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DisplayParts, displayStateOf } from '../../engine/services/displayState';

const LIVE = { state: 'live', width: 640, height: 480, frameRate: 30 } as const;
const SIZE = { width: 640, height: 480 };

describe('The state of a display', () => {
  for (const { it: sentence, expected, ...parts } of [
    { it: 'is ready with nothing to show', expected: { state: 'ready' } },
    { it: 'is ready while nobody looks', source: LIVE, expected: { state: 'ready' } },
    {
      it: 'is ready with an empty window',
      window: 'open',
      expected: { state: 'ready' },
    },
    {
      it: 'is starting until the first picture came',
      source: { state: 'starting' },
      window: 'waiting',
      expected: { state: 'starting' },
    },
    {
      it: 'is starting until the window has shown itself to work',
      source: LIVE,
      window: 'waiting',
      expected: { state: 'starting' },
    },
    {
      it: 'is showing in a window',
      source: LIVE,
      window: 'open',
      expected: { state: 'showing', ...SIZE },
    },
    {
      it: 'is showing without a window where somebody looks',
      source: LIVE,
      isWatched: true,
      expected: { state: 'showing', ...SIZE },
    },
    {
      it: 'is showing elsewhere after the window was closed',
      source: LIVE,
      window: 'closed by user',
      isWatched: true,
      expected: { state: 'showing', ...SIZE },
    },
    {
      it: 'is closed with its window',
      source: LIVE,
      window: 'closed by user',
      expected: { state: 'closed' },
    },
    {
      it: 'is paused when the pictures pause',
      source: { ...LIVE, isPaused: true },
      window: 'open',
      expected: { state: 'paused', ...SIZE },
    },
    {
      it: 'has ended with its file',
      source: { state: 'ended' },
      window: 'open',
      expected: { state: 'ended' },
    },
    {
      it: 'is failing before all else',
      source: LIVE,
      window: 'waiting',
      isWatched: true,
      isFailing: true,
      expected: { state: 'failing' },
    },
  ] as const satisfies readonly (Partial<DisplayParts> & { it: string; expected: object })[]) {
    it(sentence, () => {
      const rest = { source: undefined, window: undefined, isWatched: false, isFailing: false };
      assert.deepEqual(displayStateOf({ ...rest, ...parts }), expected);
    });
  }
});
