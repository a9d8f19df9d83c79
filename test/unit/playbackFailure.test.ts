import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { playbackFailure } from '../../engine/output/speaker/playbackFailure';

describe('playbackFailure', () => {
  for (const { it: sentence, says, code } of [
    {
      it: 'knows a sound server that is not there',
      says: ['Connection failure: Connection refused'],
      code: 'sound-server-gone',
    },
    {
      it: 'knows a sound server that went away',
      says: ['Connection failure: Connection terminated'],
      code: 'sound-server-gone',
    },
    {
      it: 'knows a missing device of PulseAudio',
      says: ['Stream error: No such entity'],
      code: 'sound-device-missing',
    },
    {
      it: 'knows a missing device of ALSA',
      says: [
        'ALSA lib pcm.c:2666:(snd_pcm_open_noupdate) Unknown PCM plughw:9',
        'aplay: main:831: audio open error: No such file or directory',
      ],
      code: 'sound-device-missing',
    },
    {
      it: 'knows a busy device',
      says: ['aplay: main:831: audio open error: Device or resource busy'],
      code: 'device-busy',
    },
    {
      it: 'knows a device that it may not open',
      says: ['aplay: main:831: audio open error: Permission denied'],
      code: 'sound-access-denied',
    },
    {
      it: 'knows that naudiodon is missing',
      says: ["naudiodon cannot be loaded: Cannot find module 'naudiodon'"],
      code: 'naudiodon-missing',
    },
    {
      it: 'takes the newest of several reasons',
      says: ['No such file or directory', 'Connection refused'],
      code: 'sound-server-gone',
    },
    {
      it: 'gives the last words of an end that it does not know',
      says: ['hello', 'so sad'],
      code: 'playback-failed',
    },
    { it: 'knows an end without words', says: [], code: 'playback-failed' },
  ]) {
    it(sentence, () => {
      const error = playbackFailure('vspk', { code: 1, signal: null, lastWords: says });
      assert.equal(error.code, code);
      if (code === 'playback-failed') {
        assert.equal(error.message, `vspk does not play: ${says.at(-1) ?? 'exit code 1'}`);
      }
    });
  }

  it('says why a program did not start', () => {
    const error = new Error('spawn pacat ENOENT');
    const failure = playbackFailure('vspk', { code: null, signal: null, lastWords: [], error });
    assert.equal(failure.message, 'vspk does not play: spawn pacat ENOENT');
    assert.equal(failure.cause, error);
  });
});
