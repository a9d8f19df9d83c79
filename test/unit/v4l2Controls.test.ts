import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ControlValue,
  checkedControls,
  parseControls,
} from '../../engine/capture/v4l2/v4l2Controls';
import { ControlError } from '../../engine/model/errors/errors';
import { controlsIn } from '../../nodes/lib/cameraControls';
import { CONTROLS_TEXT } from '../support/v4l2Texts';

const KNOWN = parseControls(CONTROLS_TEXT);

describe('parseControls', () => {
  const control = (name: string) => KNOWN.find(each => each.name === name);

  it('finds all that a message can set, in their order', () => {
    assert.deepEqual(
      KNOWN.map(({ name }) => name),
      [
        'brightness',
        'white_balance_automatic',
        'gamma',
        'power_line_frequency',
        'white_balance_temperature',
        'auto_exposure',
        'exposure_time_absolute',
        'focus_absolute',
        'zoom_absolute',
        'privacy',
        'pan_reset',
      ],
    );
  });

  for (const { it: sentence, name, expected } of [
    {
      it: 'reads a number',
      name: 'brightness',
      expected: { type: 'integer', min: -64, max: 64, step: 1, default: 0, value: 0 },
    },
    {
      it: 'reads a switch',
      name: 'white_balance_automatic',
      expected: { type: 'boolean', default: 1, value: 1 },
    },
    {
      it: 'reads a menu with gaps',
      name: 'auto_exposure',
      expected: {
        type: 'menu',
        min: 0,
        max: 3,
        default: 3,
        value: 3,
        options: [
          { value: 1, label: 'Manual Mode' },
          { value: 3, label: 'Aperture Priority Mode' },
        ],
      },
    },
    {
      it: 'reads what has no effect now',
      name: 'exposure_time_absolute',
      expected: {
        type: 'integer',
        min: 1,
        max: 5000,
        step: 1,
        default: 157,
        value: 157,
        inactive: true,
      },
    },
    {
      it: 'reads what can only be read',
      name: 'privacy',
      expected: { type: 'boolean', default: 0, value: 0, readOnly: true },
    },
    { it: 'reads a button', name: 'pan_reset', expected: { type: 'button', value: 0 } },
  ]) {
    it(sentence, () => assert.deepEqual(control(name), { name, ...expected }));
  }

  it('reads an older version, which leaves the numbers of the controls out', () => {
    const text =
      '                     brightness (int)    : min=0 max=255 step=1 default=128 value=90';
    assert.deepEqual(parseControls(text), [
      { name: 'brightness', type: 'integer', min: 0, max: 255, step: 1, default: 128, value: 90 },
    ]);
  });

  it('finds none in what it does not understand', () => {
    assert.deepEqual(parseControls('Cannot open device /dev/video0, exiting.'), []);
  });
});

describe('checkedControls', () => {
  const rows: { it: string; wanted: Record<string, ControlValue>; set: Record<string, number> }[] =
    [
      { it: 'takes numbers', wanted: { brightness: -10 }, set: { brightness: -10 } },
      { it: 'takes numbers as text', wanted: { gamma: '120' }, set: { gamma: 120 } },
      { it: 'takes the nearest step', wanted: { focus_absolute: 33 }, set: { focus_absolute: 35 } },
      {
        it: 'counts steps from the least',
        wanted: { white_balance_temperature: 2814 },
        set: { white_balance_temperature: 2810 },
      },
      {
        it: 'takes true and false',
        wanted: { white_balance_automatic: false },
        set: { white_balance_automatic: 0 },
      },
      {
        it: 'takes an entry of a menu by number or label',
        wanted: { auto_exposure: 1, power_line_frequency: '60 Hz' },
        set: { auto_exposure: 1, power_line_frequency: 2 },
      },
      { it: 'presses a button', wanted: { pan_reset: true }, set: { pan_reset: 1 } },
    ];
  for (const { it: sentence, wanted, set } of rows) {
    it(sentence, () => assert.deepEqual(checkedControls(wanted, KNOWN), set));
  }

  for (const { it: sentence, wanted, says } of [
    {
      it: 'names the controls there are for one there is not',
      wanted: { contrast: 1 },
      says: /contrast is not one of its controls, which are brightness, white_balance_automatic, /,
    },
    { it: 'refuses what can only be read', wanted: { privacy: 1 }, says: /privacy is not one/ },
    {
      it: 'names the limits of a number',
      wanted: { brightness: 65 },
      says: /brightness is a number from -64 to 64, not 65/,
    },
    { it: 'refuses what is no number', wanted: { gamma: 'x' }, says: /from 72 to 500, not x/ },
    { it: 'refuses nothing for a number', wanted: { brightness: ' ' }, says: /from -64 to 64/ },
    { it: 'refuses true for a number', wanted: { brightness: true }, says: /not true/ },
    {
      it: 'names the entries of a menu',
      wanted: { auto_exposure: 2 },
      says: /one of 1 \(Manual Mode\), 3 \(Aperture Priority Mode\), not 2/,
    },
    {
      it: 'refuses a number for a switch',
      wanted: { white_balance_automatic: 7 },
      says: /true or false, not 7/,
    },
  ] as { it: string; wanted: Record<string, ControlValue>; says: RegExp }[]) {
    it(sentence, () =>
      assert.throws(() => checkedControls(wanted, KNOWN), {
        code: 'control-refused',
        message: says,
      }),
    );
  }

  for (const { it: sentence, step, set } of [
    { it: 'stays within the limits where the last step goes beyond them', step: 100, set: 200 },
    { it: 'takes numbers as they are where the driver tells a step of 0', step: 0, set: 255 },
  ]) {
    it(sentence, () => {
      const gain = { name: 'gain', type: 'integer', min: 0, max: 255, step } as const;
      assert.deepEqual(checkedControls({ gain: 255 }, [gain]), { gain: set });
    });
  }

  it('says that a camera has none', () => {
    assert.throws(() => checkedControls({ zoom: 1 }, []), /because it has none/);
  });
});

describe('controlsIn', () => {
  for (const { it: sentence, message, inPayload = true, found } of [
    { it: 'takes a payload', message: { payload: { zoom: 2 } }, found: { zoom: 2 } },
    {
      it: 'takes msg.controls first',
      message: { payload: { a: 1 }, controls: { b: true } },
      found: { b: true },
    },
    {
      it: 'takes no payload where that asks for a picture',
      message: { payload: { zoom: 2 } },
      inPayload: false,
      found: undefined,
    },
    { it: 'finds none in a time', message: { payload: 1_700_000_000_000 }, found: undefined },
    { it: 'finds none in a picture', message: { payload: Buffer.alloc(2) }, found: undefined },
    { it: 'finds none in a list', message: { payload: [1] }, found: undefined },
    { it: 'finds none in an empty object', message: { payload: {} }, found: undefined },
    { it: 'finds none in nothing', message: { payload: null }, found: undefined },
  ]) {
    it(sentence, () => assert.deepEqual(controlsIn(message, { inPayload }), found));
  }

  for (const message of [{ controls: 'zoom' }, { controls: { zoom: { in: 1 } } }]) {
    it(`refuses ${JSON.stringify(message)}`, () =>
      assert.throws(() => controlsIn(message, { inPayload: true }), ControlError));
  }
});
