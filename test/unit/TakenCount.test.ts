import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { TakenMessages } from '../../engine/port/protocol';
import { TakenCount } from '../../engine/port/TakenCount';

describe('a TakenCount', () => {
  it('tells of all messages of a turn in one note, after the flow had the last of them', async () => {
    const happened: (string | readonly TakenMessages[])[] = [];
    const count = new TakenCount(taken => happened.push(taken));
    const hand = (id: string, peer: string) => {
      count.add(id, peer);
      // As Node-RED does with each message that a node sends.
      setImmediate(() => happened.push(`the flow has one of ${peer}`));
    };
    for (const peer of ['a', 'b', 'a']) hand('node', peer);
    await turn();
    await turn();
    hand('node', 'a');
    await turn();
    await turn();
    assert.deepEqual(happened, [
      'the flow has one of a',
      'the flow has one of b',
      'the flow has one of a',
      [
        { id: 'node', peer: 'a', count: 2 },
        { id: 'node', peer: 'b', count: 1 },
      ],
      'the flow has one of a',
      [{ id: 'node', peer: 'a', count: 1 }],
    ]);
  });
});
