import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { settled } from '../support/settled';
import { setUpTrack as setUp } from '../support/trackRig';
import { unitOf } from '../support/unitOf';

describe('a late subscriber of a Track', () => {
  it('is first handed the units since the newest keyframe', async () => {
    const { origin, subscribe } = setUp();
    subscribe();
    await settled();
    origin.run.unit(unitOf());
    origin.run.caughtUp = [unitOf({ key: true }), unitOf()];
    const units: AccessUnit[] = [];
    subscribe(units);
    assert.deepEqual(units, origin.run.caughtUp);
    assert.equal(origin.run.keyframeRequests, 0);
  });

  it('makes the origin ask for a keyframe where nothing is kept', async () => {
    const { origin, subscribe } = setUp();
    subscribe();
    await settled();
    subscribe();
    assert.equal(origin.run.keyframeRequests, 1);
  });

  it('gets each unit once when it comes from within the delivery of one', async () => {
    const { origin, track } = setUp();
    const late: AccessUnit[] = [];
    let isThere = false;
    track.subscribe({
      unit: () => {
        if (isThere) return;
        isThere = true;
        track.subscribe({ unit: unit => late.push(unit) });
      },
    });
    await settled();
    const key = unitOf({ key: true });
    origin.run.caughtUp = [key];
    origin.run.unit(key);
    assert.deepEqual(late, [key]);
  });

  it('may leave from within the delivery of a unit', async () => {
    const { origin, track, subscribe } = setUp();
    const seen: AccessUnit[] = [];
    track.subscribe({ unit: () => other.close() });
    const other = subscribe(seen);
    await settled();
    origin.run.unit(unitOf());
    assert.equal(seen.length, 0);
    assert.equal(track.state, 'live');
  });
});

describe('a subscriber of a Track that lost something', () => {
  it('makes the origin ask for a keyframe', async () => {
    const { origin, subscribe } = setUp();
    const units: AccessUnit[] = [];
    const subscription = subscribe(units);
    await settled();
    origin.run.caughtUp = [unitOf({ key: true })];
    subscription.requestKeyframe();
    assert.equal(origin.run.keyframeRequests, 1);
    assert.equal(units.length, 0);
  });

  it('gets the units since the newest keyframe where none can be made', async () => {
    const { origin, subscribe } = setUp();
    origin.makesKeyframes = false;
    const units: AccessUnit[] = [];
    const subscription = subscribe(units);
    await settled();
    origin.run.caughtUp = [unitOf({ key: true }), unitOf()];
    subscription.requestKeyframe();
    assert.deepEqual(units, origin.run.caughtUp);
  });

  it('gets nothing any more once it has left', async () => {
    const { origin, subscribe } = setUp();
    origin.makesKeyframes = false;
    const units: AccessUnit[] = [];
    subscribe();
    const subscription = subscribe(units);
    await settled();
    origin.run.caughtUp = [unitOf({ key: true })];
    subscription.close();
    subscription.requestKeyframe();
    assert.equal(units.length, 0);
  });
});

describe('a subscriber that throws', () => {
  it('does not keep units from the others and leaves a line in the log', async () => {
    const lines: string[] = [];
    const { origin, track, subscribe } = setUp({ log: line => lines.push(line) });
    track.subscribe({
      unit: () => {
        throw new Error('my fault');
      },
    });
    const units: AccessUnit[] = [];
    subscribe(units);
    await settled();
    origin.run.unit(unitOf());
    assert.equal(units.length, 1);
    assert.match(lines.join(), /manual: a subscriber failed: Error: my fault/);
  });
});
