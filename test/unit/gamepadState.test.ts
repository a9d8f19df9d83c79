import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changesOf, placeOf, stateOf, withoutDeadZone } from '../../client/input/gamepadState';

const pad = (values: readonly number[], axes: readonly number[] = [], mapping = 'standard') => ({
  mapping,
  buttons: values.map(value => ({ pressed: value > 0.5, value })),
  axes,
});

describe('The dead zone', () => {
  for (const { it: sentence, value, result } of [
    { it: 'is rest', value: 0.09, result: 0 },
    { it: 'is rest to its edge, on both sides', value: -0.1, result: 0 },
    { it: 'ends without a jump', value: 0.109, result: 0.01 },
    { it: 'leaves the full way', value: -1, result: -1 },
    { it: 'leaves half of the rest', value: 0.55, result: 0.5 },
    { it: 'leaves nothing beyond the end', value: 1.02, result: 1 },
  ]) {
    it(sentence, () => assert.equal(withoutDeadZone(value, 0.1), result));
  }

  it('may be none', () => assert.equal(withoutDeadZone(0.004, 0), 0.004));
});

describe('The state of a gamepad', () => {
  it("has RTCBot's names, and how far the triggers of a standard one are pressed", () => {
    assert.deepEqual(stateOf(pad([1, 0, 0, 0, 0, 0, 0.25, 1], [0, -1]), 0.1), {
      ...{ btn0: true, btn1: false, btn2: false, btn3: false, btn4: false, btn5: false },
      ...{ btn6: false, trigger6: 0.25, btn7: true, trigger7: 1 },
      ...{ axis0: 0, axis1: -1 },
    });
  });

  it('finds the triggers of another mapping by their values', () => {
    const { trigger0, trigger1 } = stateOf(pad([0.3, 1], [], ''), 0.1);
    assert.deepEqual([trigger0, trigger1], [0.3, undefined]);
  });
});

describe('The changes of a gamepad', () => {
  for (const { it: sentence, before, now, changes } of [
    { it: 'are none at the same state', before: { btn0: true }, now: { btn0: true }, changes: {} },
    {
      it: 'are none for what appears at rest',
      before: {},
      now: { btn0: false, axis0: 0 },
      changes: {},
    },
    { it: 'are a press', before: {}, now: { btn0: true }, changes: { btn0: true } },
    { it: 'are a move', before: { axis1: 0.1 }, now: { axis1: 0.2 }, changes: { axis1: 0.2 } },
    { it: 'leave out the trembling', before: { axis1: 0.1 }, now: { axis1: 0.105 }, changes: {} },
    {
      it: 'always tell of rest',
      before: { axis1: 0.005 },
      now: { axis1: 0 },
      changes: { axis1: 0 },
    },
    {
      it: 'always tell of the end',
      before: { axis1: 0.995 },
      now: { axis1: 1 },
      changes: { axis1: 1 },
    },
    {
      it: 'are everything at rest when it is gone',
      before: { btn0: true, btn1: false, axis1: -1, trigger7: 0.5 },
      now: {},
      changes: { btn0: false, axis1: 0, trigger7: 0 },
    },
  ]) {
    it(sentence, () =>
      assert.deepEqual(
        changesOf(before as Record<string, number>, now as Record<string, number>),
        changes,
      ),
    );
  }
});

describe('The places on a gamepad', () => {
  for (const [name, place] of [
    ['btn0', 'south'],
    ['trigger7', 'r2'],
    ['btn16', 'home'],
    ['axis3', 'rightY'],
    ['btn17', undefined],
  ] as const) {
    it(`${name} is ${place}`, () => assert.equal(placeOf(name, 'standard'), place));
  }

  it('are unknown on one without the standard mapping', () => {
    assert.equal(placeOf('btn0', ''), undefined);
  });
});
