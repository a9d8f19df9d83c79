import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import type { MediaError } from '../../engine/model/errors/errors';
import { settled } from '../support/settled';
import { failure, setUpTrack as setUp } from '../support/trackRig';
import { unitOf } from '../support/unitOf';

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
});
