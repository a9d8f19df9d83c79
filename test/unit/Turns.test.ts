import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Turns } from '../../engine/peer/admission/Turns';
import { ManualClock } from '../support/ManualClock';

describe('turns', () => {
  /** What happened, with a round of the event loop as a bar, where each piece takes so long. */
  const course = async (pieces: number, eachMs: number) => {
    const clock = new ManualClock();
    const happened: string[] = [];
    const turns = new Turns({
      clock,
      nextRound: async () => {
        happened.push('|');
      },
    });
    await Promise.all(
      Array.from({ length: pieces }, async (_, piece) => {
        await turns.next();
        happened.push(`${piece}`);
        clock.advance(eachMs);
      }),
    );
    return happened.join('');
  };

  it('let short pieces begin in one round, in their order', async () => {
    assert.equal(await course(6, 1), '|012345');
  });

  it('let others in as soon as a round has taken long', async () => {
    assert.equal(await course(7, 6), '|012|345|6');
  });

  it('let others in between any two long pieces', async () => {
    assert.equal(await course(3, 40), '|0|1|2');
  });
});
