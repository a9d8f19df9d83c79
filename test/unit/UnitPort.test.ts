import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Track } from '../../engine/model/Track';
import { FarSubscription } from '../../engine/peer/threads/FarSubscription';
import type { ToThread } from '../../engine/peer/threads/protocol';
import { UnitPort } from '../../engine/peer/threads/UnitPort';
import { ManualClock } from '../support/ManualClock';
import { ManualOrigin } from '../support/ManualOrigin';
import { unitOf } from '../support/unitOf';

const unit = (timestampMs: number, key = false) => unitOf({ codec: 'H264', key, timestampMs });

/** Times of the units in notes, and whom they are for. */
function told(notes: readonly ToThread[]) {
  return notes.map(note => {
    if (typeof note === 'object' && 'past' in note) {
      return { past: note.past.map(each => each.timestampMs), for: note.subscription };
    }
    if (typeof note === 'object' && 'unit' in note) {
      return { unit: note.unit.timestampMs, for: note.subscriptions };
    }
    throw new Error('no unit');
  });
}

async function setUp() {
  const clock = new ManualClock();
  const origin = new ManualOrigin();
  const track = new Track(origin, { clock, lingerMs: 0 });
  const notes: ToThread[] = [];
  const port = new UnitPort(note => notes.push(note), clock);
  const subscribe = (number: number) => new FarSubscription(number, track, port);
  const first = subscribe(1);
  await turn();
  const take = () => told(notes.splice(0));
  return { clock, origin, track, port, subscribe, first, take };
}

describe('units on their way to a thread for peers', () => {
  it('go once for all that want them', async () => {
    const { origin, subscribe, take } = await setUp();
    subscribe(2);
    origin.run.unit(unit(1, true));
    origin.run.unit(unit(2));
    await turn();
    assert.deepEqual(take(), [
      { unit: 1, for: [1, 2] },
      { unit: 2, for: [1, 2] },
    ]);
  });

  it('of the past go to the one that comes late', async () => {
    const { origin, subscribe, take } = await setUp();
    origin.run.unit(unit(1, true));
    origin.run.unit(unit(2));
    origin.run.caughtUp = [unit(1, true), unit(2)];
    await turn();
    take();
    subscribe(2);
    origin.run.unit(unit(3));
    await turn();
    assert.deepEqual(take(), [
      { past: [1, 2], for: 2 },
      { unit: 3, for: [1, 2] },
    ]);
  });

  it('are left out for a thread that is late, up to the next keyframe', async () => {
    const { clock, origin, port, take } = await setUp();
    origin.run.unit(unit(1, true));
    await turn();
    clock.advance(400);
    origin.run.unit(unit(2));
    await turn();
    assert.deepEqual(take(), [{ unit: 1, for: [1] }]);
    port.took();
    const asked = origin.run.keyframeRequests;
    origin.run.unit(unit(3));
    origin.run.unit(unit(4));
    assert.equal(origin.run.keyframeRequests, asked + 1, 'a keyframe is asked for once');
    origin.run.unit(unit(5, true));
    origin.run.unit(unit(6));
    await turn();
    assert.deepEqual(take(), [
      { unit: 5, for: [1] },
      { unit: 6, for: [1] },
    ]);
  });

  it('leave the memory alone that others hold', async () => {
    const { origin, take } = await setUp();
    const whole = unit(1, true);
    const before = Buffer.from(whole.data);
    origin.run.unit(whole);
    await turn();
    take();
    assert.deepEqual(whole.data, before);
  });

  it('end with the subscription', async () => {
    const { origin, track, first, take } = await setUp();
    origin.run.unit(unit(1, true));
    await turn();
    take();
    first.close();
    assert.equal(track.subscribers, 0);
  });
});
