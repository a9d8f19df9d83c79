import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import type { ManualOrigin } from '../support/ManualOrigin';
import { settled } from '../support/settled';
import { failure, setUpTrack as setUp } from '../support/trackRig';
import { unitOf } from '../support/unitOf';

describe('a Track', () => {
  it('opens its origin for the first subscriber only', async () => {
    const { origin, track, states, subscribe } = setUp();
    assert.equal(origin.runs.length, 0);
    subscribe();
    subscribe();
    await settled();
    assert.equal(origin.runs.length, 1);
    assert.equal(track.state, 'starting');
    origin.run.unit(unitOf());
    assert.deepEqual(states, ['starting', 'live']);
  });

  it('hands every unit to every subscriber, those that came while it started too', async () => {
    const { origin, subscribe } = setUp();
    const first: AccessUnit[] = [];
    const second: AccessUnit[] = [];
    subscribe(first);
    subscribe(second);
    await settled();
    const units = [unitOf({ timestampMs: 1 }), unitOf({ timestampMs: 2 })];
    for (const unit of units) origin.run.unit(unit);
    assert.deepEqual(first, units);
    assert.deepEqual(second, units);
  });

  it('lingers when the last subscriber leaves, and goes idle when the time is over', async () => {
    const { clock, origin, track, subscribe } = setUp();
    const subscription = subscribe();
    await settled();
    origin.run.unit(unitOf());
    subscription.close();
    assert.equal(track.state, 'lingering');
    clock.advance(999);
    assert.equal(origin.run.closed, false);
    clock.advance(1);
    await settled();
    assert.equal(track.state, 'idle');
    assert.equal(origin.run.closed, true);
    assert.equal(clock.pending, 0);
  });

  it('goes on with the same run when somebody comes while it lingers', async () => {
    const { clock, origin, track, subscribe } = setUp();
    const first = subscribe();
    await settled();
    origin.run.unit(unitOf());
    first.close();
    const units: AccessUnit[] = [];
    subscribe(units);
    clock.advance(10_000);
    origin.run.unit(unitOf());
    assert.equal(track.state, 'live');
    assert.equal(origin.runs.length, 1);
    assert.equal(units.length, 1);
  });

  it('never opens an origin that nobody wants any more', async () => {
    const { origin, track, subscribe } = setUp();
    subscribe().close();
    await settled();
    assert.equal(track.state, 'idle');
    assert.equal(origin.runs.length, 0);
  });

  it('closes a run that nobody wants any more when it has just been opened', async () => {
    const { origin, track, subscribe } = setUp();
    const subscription = subscribe();
    origin.onOpen = () => subscription.close();
    await settled();
    assert.equal(track.state, 'idle');
    assert.equal(origin.run.closed, true);
  });

  it('opens again only after the run before has freed the device', async () => {
    const { origin, subscribe } = setUp();
    let free = () => {};
    origin.closing = new Promise(resolve => {
      free = resolve;
    });
    const first = subscribe();
    await settled();
    first.close();
    subscribe();
    await settled();
    assert.equal(origin.runs.length, 1);
    free();
    await settled();
    assert.equal(origin.runs.length, 2);
  });

  it('counts a subscription that is closed twice once', async () => {
    const { origin, track, subscribe } = setUp();
    const first = subscribe();
    subscribe();
    await settled();
    origin.run.unit(unitOf());
    first.close();
    first.close();
    assert.equal(track.state, 'live');
  });

  it('hands nothing to who has left', async () => {
    const { origin, subscribe } = setUp();
    const units: AccessUnit[] = [];
    const leaver = subscribe(units);
    subscribe();
    await settled();
    origin.run.unit(unitOf());
    leaver.close();
    origin.run.unit(unitOf());
    assert.equal(units.length, 1);
  });
});

describe('a Track whose origin ends', () => {
  it('rests until somebody comes, then starts anew for all', async () => {
    const { clock, origin, track, subscribe } = setUp();
    const first: AccessUnit[] = [];
    subscribe(first);
    await settled();
    origin.run.unit(unitOf());
    origin.run.ended();
    await settled();
    assert.equal(track.state, 'ended');
    assert.equal(origin.run.closed, true);
    clock.advance(60_000);
    assert.equal(origin.runs.length, 1);
    subscribe();
    await settled();
    origin.run.unit(unitOf());
    assert.equal(origin.runs.length, 2);
    assert.equal(first.length, 2);
  });
});

describe('closing a Track', () => {
  for (const { it: sentence, bring } of [
    { it: 'while idle', bring: () => {} },
    { it: 'while starting', bring: async () => settled() },
    {
      it: 'while live',
      bring: async (origin: ManualOrigin) => {
        await settled();
        origin.run.unit(unitOf());
      },
    },
    {
      it: 'while failing',
      bring: async (origin: ManualOrigin) => {
        await settled();
        origin.run.failed(failure());
      },
    },
    {
      it: 'while backing off',
      bring: async (origin: ManualOrigin) => {
        await settled();
        origin.run.failed(failure());
        await settled();
      },
    },
  ]) {
    it(`${sentence} frees everything, for good`, async () => {
      const { clock, origin, track, subscribe } = setUp();
      const units: AccessUnit[] = [];
      subscribe(units);
      await bring(origin);
      const before = units.length;
      await track.close();
      await track.close();
      assert.equal(clock.pending, 0);
      assert.ok(origin.runs.every(run => run.closed));
      for (const run of origin.runs) {
        run.unit(unitOf());
        run.failed(failure());
        run.ended();
      }
      clock.advance(60_000);
      subscribe().requestKeyframe();
      await settled();
      assert.equal(track.state, 'idle');
      assert.equal(units.length, before);
      assert.ok(origin.runs.length <= 1);
    });
  }

  it('waits until the run has freed everything', async () => {
    const { origin, track, subscribe } = setUp();
    let free = () => {};
    origin.closing = new Promise(resolve => {
      free = resolve;
    });
    subscribe();
    await settled();
    let isOver = false;
    const closing = track.close().then(() => {
      isOver = true;
    });
    await settled();
    assert.equal(isOver, false);
    free();
    await closing;
    assert.equal(isOver, true);
  });
});
