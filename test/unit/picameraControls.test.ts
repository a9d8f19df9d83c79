import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SettingError } from '../../engine/model/errors/errors';
import {
  changedControls,
  PICAMERA_CONTROLS,
  picameraControls,
} from '../../engine/model/picameraControls';
import { controlsIn, type PicameraConfig, picameraOptions } from '../../nodes/lib/picameraOptions';
import { EditorNode } from '../support/editorNode';

/** Values of controls: those that are taken, and those that are not. */
const VALUES: Record<keyof typeof PICAMERA_CONTROLS, { good: unknown[]; bad: unknown[] }> = {
  width: { good: [64, '640', 8192], bad: [62, 641, 8194, 'wide'] },
  height: { good: [64, 480], bad: [0, 481, -480] },
  frameRate: { good: [0.1, '30', 240], bad: [0, 241, 'fast'] },
  mode: { good: ['1640:1232', '1640:1232:10', '1640:1232:10:u'], bad: ['1640x1232', '10:P'] },
  bitrate: { good: [50_000, '1500000'], bad: [49_999, '2M', 1e9] },
  keyframeInterval: { good: [0.1, 60], bad: [0, 61] },
  profile: { good: ['baseline', 'main', 'high'], bad: ['high10', 1] },
  hflip: { good: [true, false, 'true'], bad: ['yes', 1] },
  vflip: { good: [true, 'false'], bad: [0, 'no'] },
  rotation: { good: ['0', 90, '180', 270], bad: [45, -90, 360] },
  exposure: { good: ['normal', 'sport', 'short', 'long', 'custom'], bad: ['night'] },
  metering: { good: ['centre', 'spot', 'average', 'matrix'], bad: ['center'] },
  ev: { good: [-10, 0, '0.5', 10], bad: [11, 'bright', [1], true] },
  shutter: { good: [10_000, '10ms', '0.5s', '100us'], bad: ['fast', '-1', '1/30'] },
  gain: { good: [0, '2.5'], bad: [-1, 65] },
  awb: { good: ['auto', 'cloudy', 'custom'], bad: ['moonlight'] },
  awbgains: { good: ['1.8,1.5', [1.8, 1.5]], bad: ['1.8', '1,2,3', 'a,b', '33,1', ','] },
  brightness: { good: [-1, '0.5', 1], bad: [1.01, '50%'] },
  contrast: { good: [0, 15.99], bad: [-0.1, 16] },
  saturation: { good: [0, 1], bad: [-1] },
  sharpness: { good: [0, 15], bad: [16] },
  denoise: { good: ['auto', 'off', 'cdn_hq'], bad: ['on'] },
  autofocusMode: { good: ['default', 'manual', 'auto', 'continuous'], bad: ['on'] },
  autofocusRange: { good: ['normal', 'macro', 'full'], bad: ['near'] },
  autofocusSpeed: { good: ['normal', 'fast'], bad: ['slow'] },
  autofocusWindow: { good: ['0.3,0.3,0.4,0.4'], bad: ['0.3,0.3', '0.9,0,0.2,1'] },
  lensPosition: { good: [0, '2.5', 'default'], bad: ['infinity', -1] },
  hdr: { good: ['off', 'auto', 'sensor', 'single-exp'], bad: [true, 'on'] },
  roi: {
    good: ['0.25,0.25,0.5,0.5', [0, 0, 1, 1], '0.7, 0, 0.3, 1'],
    bad: ['0,0,0,0', '0.5,0.5,0.6,0.5', '0,0,1', '-0.1,0,1,1', 'all'],
  },
  flicker: { good: ['off', 50, '60'], bad: ['100'] },
  tuningFile: { good: ['/usr/share/a.json'], bad: ['a.json'] },
};

describe('A control of a camera module', () => {
  for (const [name, { good, bad }] of Object.entries(VALUES)) {
    it(`${name} takes what the camera takes, and nothing else`, () => {
      for (const value of good) assert.ok(name in picameraControls({ [name]: value }), `${value}`);
      for (const value of bad) {
        assert.throws(() => picameraControls({ [name]: value }), SettingError, `${value}`);
      }
    });
  }

  const editor = new EditorNode('picamera');
  for (const [name, { good, bad }] of Object.entries(VALUES)) {
    const { validate } = editor.definition.defaults[name] ?? {};
    if (validate) {
      it(`${name} is taken by the editor where the camera takes it`, () => {
        const typed = (values: unknown[]) =>
          values.filter(value => typeof value === 'string' || typeof value === 'number');
        for (const value of typed(good)) assert.deepEqual(editor.problems({ [name]: value }), {});
        for (const value of typed(bad)) {
          assert.deepEqual(Object.keys(editor.problems({ [name]: value })), [name], `${value}`);
        }
      });
    } else {
      it(`${name} is chosen in the editor from all that there is`, () => {
        const rule = PICAMERA_CONTROLS[name as keyof typeof PICAMERA_CONTROLS];
        if (rule.kind !== 'choice') return assert.equal(rule.kind, 'flag');
        const select = new RegExp(`id="node-input-${name}".*?</select>`, 's').exec(editor.template);
        const options = [
          ...(select?.[0] ?? '').matchAll(/<option(?: value="([^"]*)"[^>]*)?>([^<]*)/g),
        ];
        const values = options
          .map(([, value, text]) => value ?? text)
          .filter(value => value !== '');
        assert.deepEqual(values, rule.choices);
      });
    }
  }

  it('is left to the camera by an empty field', () => {
    const empty = Object.fromEntries(Object.keys(VALUES).map(name => [name, '']));
    assert.deepEqual(picameraControls(empty), {});
  });

  it('has a field in the editor', () => {
    const fields = Object.keys(editor.definition.defaults);
    assert.deepEqual(
      Object.keys(PICAMERA_CONTROLS).filter(name => !fields.includes(name)),
      [],
    );
  });
});

describe('A message with controls', () => {
  const initial = { width: 640, ev: 0.5 };
  for (const { it: sentence, wanted, expected } of [
    { it: 'changes what it names', wanted: { ev: '1' }, expected: { width: 640, ev: 1 } },
    {
      it: 'adds what was not set',
      wanted: { roi: '0,0,0.5,0.5' },
      expected: { ...initial, roi: '0,0,0.5,0.5' },
    },
    {
      it: 'may use the names of the camera program',
      wanted: { 'autofocus-mode': 'auto', framerate: 15, 'lens-position': 1 },
      expected: { ...initial, autofocusMode: 'auto', frameRate: 15, lensPosition: '1' },
    },
    { it: 'goes back with null', wanted: { ev: null }, expected: initial },
    { it: 'changes nothing with nothing', wanted: {}, expected: initial },
  ]) {
    it(sentence, () => {
      assert.deepEqual(changedControls(initial, initial, wanted), expected);
    });
  }

  it('takes back what the node was not set to', () => {
    const now = changedControls(initial, initial, { gain: 2, ev: 3 });
    assert.deepEqual(changedControls(now, initial, { gain: null, ev: '' }), initial);
  });

  it('is refused with the names that there are when it names another', () => {
    assert.throws(() => changedControls({}, {}, { zoom: 2 }), /zoom.*roi/s);
    assert.throws(() => changedControls({}, {}, { ev: 1, gain: 'loud' }), SettingError);
  });

  it('is known by its payload', () => {
    assert.deepEqual(controlsIn({ ev: 1 }), { ev: 1 });
    for (const payload of [undefined, null, 1, 'ev', [1], Buffer.from('a'), true]) {
      assert.equal(controlsIn(payload), undefined);
    }
  });
});

describe('The options of a picamera', () => {
  // Only what the function looks at.
  const config = (more: object) => ({ camera: '0', ...more }) as unknown as PicameraConfig;

  it('are made of its settings', () => {
    assert.deepEqual(
      picameraOptions(config({ camera: '1', ev: '1', width: '', testPattern: true })),
      {
        source: 'picamera',
        camera: 1,
        encoder: 'auto',
        controls: { ev: 1 },
        hasTestPattern: true,
      },
    );
  });

  it('name a setting that is wrong', () => {
    assert.throws(() => picameraOptions(config({ camera: '99' })), /camera/);
    assert.throws(() => picameraOptions(config({ awb: 'moonlight' })), /awb/);
  });
});
