import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { WaitingLine } from '../../engine/peer/admission/WaitingLine';
import { ManualClock } from '../support/ManualClock';

describe('a waiting line', () => {
  const make = (places: number) => {
    const clock = new ManualClock();
    const line = new WaitingLine(clock, 4000);
    const room = { places };
    const entered: string[] = [];
    const waited: number[] = [];
    const take = (waitedMs: number) => {
      waited.push(waitedMs);
      if (room.places === 0) return undefined;
      room.places -= 1;
      return true;
    };
    const enter = async (name: string) => {
      entered.push((await line.enter(take)) ? name : `${name} refused`);
    };
    const leave = () => {
      room.places += 1;
      line.freed();
    };
    return { clock, line, room, entered, waited, enter, leave };
  };

  it('lets in at once while there is room, and the others in their order as others leave', async () => {
    const { clock, entered, enter, leave } = make(1);
    for (const name of ['a', 'b', 'c']) void enter(name);
    await setImmediate();
    assert.deepEqual(entered, ['a']);
    leave();
    await setImmediate();
    assert.deepEqual(entered, ['a', 'b']);
    leave();
    await setImmediate();
    assert.deepEqual(entered, ['a', 'b', 'c']);
    assert.equal(clock.pending, 0);
  });

  it('keeps nobody longer than its time', async () => {
    const { clock, entered, waited, enter } = make(0);
    void enter('a');
    await setImmediate();
    for (const ms of [1000, 1000, 1000, 999]) {
      clock.advance(ms);
      await setImmediate();
    }
    assert.deepEqual(entered, []);
    clock.advance(1);
    await setImmediate();
    assert.deepEqual(entered, ['a refused']);
    assert.deepEqual(waited, [0, 1000, 2000, 3000, 4000]);
  });

  it('keeps the order also of who has looked by itself meanwhile', async () => {
    const { clock, entered, enter, leave } = make(0);
    void enter('a');
    await setImmediate();
    clock.advance(500);
    void enter('b');
    await setImmediate();
    clock.advance(600);
    await setImmediate();
    leave();
    await setImmediate();
    assert.deepEqual(entered, ['a']);
  });

  it('keeps no more than some', async () => {
    const { clock, entered, enter } = make(0);
    for (let each = 0; each < 300; each += 1) void enter(`${each}`);
    await setImmediate();
    assert.equal(entered.length, 44);
    assert.equal(clock.pending, 256);
  });

  it('has all look again when it ends', async () => {
    const { clock, line, room, entered, enter } = make(0);
    for (const name of ['a', 'b']) void enter(name);
    await setImmediate();
    room.places = 5;
    line.freedAll();
    await setImmediate();
    assert.deepEqual(entered, ['a', 'b']);
    assert.equal(clock.pending, 0);
  });
});
