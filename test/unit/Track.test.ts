import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import type { MediaError } from '../../engine/model/errors';
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

  it('takes what an origin throws for a failure, and tries again', async () => {
    const { clock, origin, track, subscribe } = setUp();
    const failures: MediaError[] = [];
    track.on('failed', error => failures.push(error));
    origin.onOpen = () => {
      throw new Error('a flaw');
    };
    subscribe();
    await settled();
    assert.deepEqual([track.state, failures[0]?.code], ['backingOff', 'capture-ended']);
    assert.match(failures[0]?.message ?? '', /a flaw/);
    origin.onOpen = () => {};
    clock.advance(60_000);
    await settled();
    origin.run.unit(unitOf());
    assert.equal(track.state, 'live');
    await track.close();
  });

  it('opens its origin again though the run before could not be closed', async () => {
    const { clock, origin, track, subscribe } = setUp();
    const first = subscribe();
    await settled();
    origin.run.unit(unitOf());
    origin.closing = Promise.reject(new Error('a flaw'));
    first.close();
    clock.advance(60_000);
    await settled();
    subscribe();
    await settled();
    assert.equal(origin.runs.length, 2);
    await track.close();
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

describe('a Track whose origin fails', () => {
  it('tries again after growing pauses while somebody wants it', async () => {
    const { clock, origin, track, states, subscribe } = setUp();
    subscribe();
    const errors: string[] = [];
    track.on('failed', error => errors.push(error.code));
    for (const pauseMs of [100, 200, 400]) {
      await settled();
      const { run } = origin;
      run.failed(failure());
      await settled();
      assert.equal(run.closed, true);
      clock.advance(pauseMs - 1);
      await settled();
      assert.equal(track.state, 'backingOff');
      clock.advance(1);
    }
    await settled();
    assert.equal(origin.runs.length, 4);
    assert.deepEqual(errors, Array(3).fill('capture-ended'));
    assert.deepEqual(states.slice(0, 4), ['starting', 'failing', 'backingOff 100', 'starting']);
    assert.ok(states.includes('backingOff 400'));
  });

  it('tries again at once when the cause of its failures may be gone', async () => {
    const { clock, origin, track, states, subscribe } = setUp();
    track.retryNow();
    assert.equal(track.state, 'idle');
    subscribe();
    for (const pauseMs of [100, 200]) {
      await settled();
      origin.run.failed(failure());
      await settled();
      clock.advance(pauseMs);
    }
    await settled();
    origin.run.failed(failure());
    await settled();
    assert.equal(states.at(-1), 'backingOff 400');
    track.retryNow();
    await settled();
    assert.equal(origin.runs.length, 4);
    track.retryNow();
    assert.equal(track.state, 'starting');
    origin.run.failed(failure());
    await settled();
    assert.equal(states.at(-1), 'backingOff 100');
  });

  it('retries at once again after a long success', async () => {
    const { clock, origin, states, subscribe } = setUp();
    subscribe();
    await settled();
    origin.run.failed(failure());
    await settled();
    clock.advance(100);
    await settled();
    origin.run.unit(unitOf());
    clock.advance(10_000);
    origin.run.failed(failure());
    await settled();
    assert.equal(states.at(-1), 'backingOff 100');
  });

  it('keeps its pauses growing when it is live only for moments', async () => {
    const { clock, origin, states, subscribe } = setUp();
    subscribe();
    await settled();
    origin.run.failed(failure());
    await settled();
    clock.advance(100);
    await settled();
    origin.run.unit(unitOf());
    clock.advance(9_999);
    origin.run.failed(failure());
    await settled();
    assert.equal(states.at(-1), 'backingOff 200');
  });

  it('survives an origin that fails while it is being opened', async () => {
    const { clock, origin, track, subscribe } = setUp();
    origin.onOpen = run => run.failed(failure());
    subscribe();
    await settled();
    assert.equal(track.state, 'backingOff');
    assert.equal(origin.run.closed, true);
    origin.onOpen = () => {};
    clock.advance(100);
    await settled();
    origin.run.unit(unitOf());
    assert.equal(track.state, 'live');
  });

  it('stops trying when nobody wants it any more', async () => {
    const { clock, origin, track, subscribe } = setUp();
    const subscription = subscribe();
    await settled();
    origin.run.failed(failure());
    subscription.close();
    await settled();
    assert.equal(track.state, 'idle');
    clock.advance(60_000);
    await settled();
    assert.equal(origin.runs.length, 1);
    assert.equal(clock.pending, 0);
  });

  it('starts anew for who comes back while the failed run still closes', async () => {
    const { origin, track, subscribe } = setUp();
    let free = () => {};
    origin.closing = new Promise(resolve => {
      free = resolve;
    });
    const first = subscribe();
    await settled();
    origin.run.failed(failure());
    first.close();
    subscribe();
    assert.equal(track.state, 'starting');
    free();
    await settled();
    assert.equal(origin.runs.length, 2);
    assert.equal(track.state, 'starting');
    origin.run.unit(unitOf());
    assert.equal(track.state, 'live');
  });

  it('ignores what an older run still says', async () => {
    const { clock, origin, track, subscribe } = setUp();
    const units: AccessUnit[] = [];
    subscribe(units);
    await settled();
    const old = origin.run;
    old.failed(failure());
    await settled();
    clock.advance(100);
    await settled();
    old.unit(unitOf());
    old.failed(failure());
    old.ended();
    assert.equal(units.length, 0);
    assert.equal(track.state, 'starting');
  });

  it('gives up quietly when it fails while it lingers', async () => {
    const { clock, origin, track, subscribe } = setUp();
    const subscription = subscribe();
    await settled();
    origin.run.unit(unitOf());
    subscription.close();
    origin.run.failed(failure());
    await settled();
    assert.equal(track.state, 'idle');
    assert.equal(origin.run.closed, true);
    assert.equal(clock.pending, 0);
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
