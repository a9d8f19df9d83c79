import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type PlayerFacts, type PlayerState, playerStateOf } from '../../client/player/PlayerState';

const playing: PlayerFacts = {
  session: 'connected',
  problem: undefined,
  receives: true,
  picture: true,
  blocked: false,
};

describe('playerStateOf', () => {
  const rows: { it: string; facts: Partial<PlayerFacts>; state: PlayerState }[] = [
    { it: 'is live while pictures come', facts: {}, state: 'live' },
    { it: 'waits while none has come', facts: { picture: false }, state: 'waiting' },
    {
      it: 'does not wait for a picture that the answer leaves out',
      facts: { receives: false, picture: false },
      state: 'no-picture',
    },
    {
      it: 'asks for a touch where the browser does not play by itself',
      facts: { blocked: true, picture: false },
      state: 'blocked',
    },
    {
      it: 'connects at first',
      facts: { session: 'connecting', picture: false },
      state: 'connecting',
    },
    {
      it: 'reconnects without naming a problem after a loss',
      facts: { session: 'reconnecting', problem: 'lost' },
      state: 'reconnecting',
    },
    {
      it: 'names the problem of the last attempt',
      facts: { session: 'reconnecting', problem: 'full', receives: false },
      state: 'full',
    },
    { it: 'is closed when the session is', facts: { session: 'closed' }, state: 'closed' },
  ];
  for (const { it: sentence, facts, state } of rows) {
    it(sentence, () => assert.equal(playerStateOf({ ...playing, ...facts }), state));
  }
});
