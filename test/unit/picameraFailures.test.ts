import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { picameraFailureOf } from '../../engine/capture/picamera/picameraFailures';

/** What a camera program says at its end, and what is made of it. */
const ROWS: readonly (readonly [words: string, code: string, text: RegExp])[] = [
  ['ERROR: *** no cameras available ***', 'picamera-missing', /camera 0 .*check its cable/],
  ['ERROR: *** selected camera is not available ***', 'picamera-missing', /--list-cameras/],
  [
    'ERROR: *** camera manager failed to start, code 19 ***',
    'picamera-missing',
    /camera 0 was not found/,
  ],
  [
    'ERROR: *** camera manager failed to start, code 13 ***',
    'access-denied',
    /camera 0.*group video/,
  ],
  ['mmal: Camera is not detected. Please check carefully', 'picamera-missing', /cable/],
  [
    'ERROR: *** failed to acquire camera /base/soc/imx219@10 ***',
    'device-busy',
    /camera 0 is busy/,
  ],
  ['mmal: Failed to enable connection: Out of resources', 'device-busy', /busy/],
  [
    'ERROR: the system appears to be configured for the legacy camera stack',
    'legacy-camera',
    /raspi-config/,
  ],
  ['ERROR: *** Invalid AWB mode: foo ***', 'setting-invalid', /awb .*Invalid AWB mode: foo$/],
  ['ERROR: *** Invalid exposure mode:foo ***', 'setting-invalid', /exposure/],
  ['ERROR: *** Invalid metering mode: foo ***', 'setting-invalid', /metering/],
  ['ERROR: *** Invalid denoise mode foo ***', 'setting-invalid', /denoise/],
  ['ERROR: *** Invalid AfMode:foo ***', 'setting-invalid', /autofocusMode/],
  ['ERROR: *** Invalid afSpeed mode:foo ***', 'setting-invalid', /autofocusSpeed/],
  ['ERROR: *** Invalid HDR option provided: foo ***', 'setting-invalid', /hdr/],
  ['ERROR: *** illegal rotation value ***', 'setting-invalid', /rotation/],
  ['ERROR: *** transforms requiring transpose not supported ***', 'setting-invalid', /rotation/],
  ['ERROR: *** libav: no such profile foo ***', 'setting-invalid', /profile/],
  [
    "ERROR: *** the argument ('abc') for option '--brightness' is invalid ***",
    'setting-invalid',
    /brightness/,
  ],
  ["ERROR: *** unrecognised option '--hdr' ***", 'setting-invalid', /hdr/],
  ['ERROR: *** unrecognised codec vp8 ***', 'setting-invalid', /codec/],
  ['ERROR: Device timeout detected, attempting a restart!!!', 'picamera-stalled', /power supply/],
  ['ERROR: *** something new ***', 'capture-ended', /camera 0 ended: something new$/],
];

describe('The end of a camera program', () => {
  for (const [words, code, text] of ROWS) {
    it(`"${words}" is ${code}`, () => {
      const lastWords = ['[0:01] INFO Camera camera_manager.cpp:327', words];
      const error = picameraFailureOf('camera 0', { code: 255, signal: null, lastWords });
      assert.equal(error.code, code);
      assert.match(error.message, text);
    });
  }

  it('tells of a signal, and of a program that could not be started', () => {
    const killed = { code: null, signal: 'SIGKILL', lastWords: [] } as const;
    assert.match(picameraFailureOf('camera 0', killed).message, /killed by SIGKILL/);
    const unstarted = { code: null, signal: null, error: new Error('EACCES'), lastWords: [] };
    assert.match(picameraFailureOf('camera 0', unstarted).message, /EACCES/);
    const silent = { code: 1, signal: null, lastWords: [] };
    assert.match(picameraFailureOf('camera 0', silent).message, /code 1/);
  });
});
