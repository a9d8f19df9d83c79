import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Happening, nextState, type State } from '../../engine/model/lifeCycle';

const STATES: readonly State[] = [
  'idle',
  'starting',
  'live',
  'lingering',
  'ended',
  'failing',
  'backingOff',
];

/** What follows, for each happening, from the states in the order above; '-' means nothing. */
const EXPECTED: Record<Happening, string> = {
  wanted: 'starting - - live starting - -',
  unwanted: '- idle lingering - idle idle idle',
  started: '- live - - - - -',
  failed: '- failing failing idle - - -',
  ended: '- ended ended idle - - -',
  stopped: '- - - - - backingOff -',
  expired: '- - - idle - - starting',
};

describe('the life cycle', () => {
  for (const [happening, row] of Object.entries(EXPECTED) as [Happening, string][]) {
    row.split(' ').forEach((next, index) => {
      const state = STATES[index] as State;
      const sentence = next === '-' ? `ignores ${happening} while ${state}` : undefined;
      it(sentence ?? `goes from ${state} to ${next} when ${happening}`, () => {
        assert.equal(nextState(state, happening), next === '-' ? undefined : next);
      });
    });
  }

  it('can come back to idle from every state', () => {
    for (const state of STATES.filter(each => each !== 'idle')) {
      const ways = ['unwanted', 'expired'] as const;
      assert.ok(
        ways.some(happening => nextState(state, happening) === 'idle') ||
          ways.some(happening => nextState(state, happening) === 'lingering'),
        state,
      );
    }
  });
});
