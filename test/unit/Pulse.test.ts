import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Pulse } from '../../engine/port/Pulse';
import { ManualClock } from '../support/ManualClock';

function setUp() {
  const clock = new ManualClock();
  const told = { asked: 0, lost: 0 };
  const pulse = new Pulse(
    () => {
      told.asked += 1;
    },
    () => {
      told.lost += 1;
    },
    { clock, mostAtFirst: 30 },
  );
  return { clock, told, pulse };
}

describe('a Pulse', () => {
  it('goes on while it is answered', () => {
    const { clock, told, pulse } = setUp();
    for (let second = 0; second < 100; second += 1) {
      clock.advance(1000);
      pulse.heard();
    }
    assert.deepEqual(told, { asked: 100, lost: 0 });
    pulse.close();
  });

  it('is lost 5 s after the first question that gets no answer, and says so once', () => {
    const { clock, told, pulse } = setUp();
    pulse.heard();
    clock.advance(5900);
    assert.equal(told.lost, 0);
    clock.advance(100);
    assert.equal(told.lost, 1);
    clock.advance(60_000);
    assert.equal(told.lost, 1);
    assert.equal(clock.pending, 0);
    pulse.close();
  });

  it('asks nothing while it rests, and again once it is stirred', () => {
    const { clock, told, pulse } = setUp();
    pulse.heard();
    clock.advance(3000);
    pulse.rest();
    clock.advance(60_000);
    assert.deepEqual([told.asked, clock.pending], [3, 0]);
    pulse.stir();
    pulse.stir();
    assert.equal(clock.pending, 1);
    clock.advance(5900);
    assert.deepEqual(told, { asked: 8, lost: 0 });
    clock.advance(100);
    assert.equal(told.lost, 1);
  });

  it('waits longer for the first word: a slow machine loads the code', () => {
    const { clock, told } = setUp();
    clock.advance(30_000);
    assert.equal(told.lost, 0);
    clock.advance(1000);
    assert.equal(told.lost, 1);
  });

  it('counts no silence while this thread is blocked or the machine sleeps', () => {
    // Blocked again and again, for any time: each time one timer rings, late, and then words are read.
    const set = { ring: () => {} };
    const late = {
      now: () => 0,
      after: (_: number, callback: () => void) => {
        set.ring = callback;
        return () => {};
      },
    };
    const pulse = new Pulse(
      () => {},
      () => assert.fail('it is not lost'),
      { clock: late },
    );
    for (let time = 0; time < 100; time += 1) {
      set.ring();
      pulse.heard();
    }
    pulse.close();
  });

  it('asks nothing any more once closed', () => {
    const { clock, told, pulse } = setUp();
    pulse.close();
    pulse.close();
    clock.advance(60_000);
    assert.deepEqual(told, { asked: 0, lost: 0 });
  });
});
