import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Silence } from '../../engine/source/Silence';
import { ManualClock } from '../support/ManualClock';

describe('Silence', () => {
  function watched() {
    const clock = new ManualClock();
    const silences: number[] = [];
    return { clock, silences, silence: new Silence(clock, ms => silences.push(ms)) };
  }

  it('calls once when nothing was heard for so long', () => {
    const { clock, silences, silence } = watched();
    silence.limit(1000);
    clock.advance(999);
    assert.deepEqual(silences, []);
    clock.advance(5000);
    assert.deepEqual(silences, [1000]);
  });

  it('counts anew with every sound, with one timer', () => {
    const { clock, silences, silence } = watched();
    for (let i = 0; i < 50; i++) {
      silence.limit(1000);
      clock.advance(900);
      assert.equal(clock.pending, 1);
    }
    clock.advance(100);
    assert.deepEqual(silences, [1000]);
  });

  it('can be shortened and ended', () => {
    const { clock, silences, silence } = watched();
    silence.limit(15_000);
    silence.limit(100);
    clock.advance(100);
    assert.deepEqual(silences, [100]);
    silence.limit(100);
    silence.end();
    clock.advance(1000);
    assert.deepEqual(silences, [100]);
    assert.equal(clock.pending, 0);
  });
});
