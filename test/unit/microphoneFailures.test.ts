import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { microphoneFailure, movedTo } from '../../engine/capture/microphone/microphoneFailures';
import type { ChildExit } from '../../engine/process/Child';

const ended = (lastWords: string[], fields: Partial<ChildExit> = {}): ChildExit => ({
  code: 1,
  signal: null,
  lastWords,
  ...fields,
});

describe('microphoneFailure', () => {
  for (const { it: sentence, words, code } of [
    {
      it: 'parec, no server',
      words: [
        'Connection failure: Connection refused',
        'pa_context_connect() failed: Connection refused',
      ],
      code: 'sound-server-gone',
    },
    {
      it: 'parec, the server goes',
      words: ['Connection failure: Connection terminated', 'Stream error: Connection terminated'],
      code: 'sound-server-gone',
    },
    {
      it: 'parec, no such source',
      words: ['Stream error: No such entity'],
      code: 'sound-device-missing',
    },
    {
      it: 'parec, the source goes',
      words: ['Stream error: Entity killed'],
      code: 'sound-device-missing',
    },
    {
      it: 'parec, of another user',
      words: ['Connection failure: Access denied'],
      code: 'sound-access-denied',
    },
    {
      it: 'pw-record, no server',
      words: ['error: pw_context_connect() failed: Host is down'],
      code: 'sound-server-gone',
    },
    {
      it: 'arecord, no such card',
      words: [
        'ALSA lib confmisc.c:165:(snd_config_get_card) Cannot get card index for Foo',
        'arecord: main:831: audio open error: No such device',
      ],
      code: 'sound-device-missing',
    },
    {
      it: 'arecord, no default',
      words: [
        'ALSA lib pcm.c:2666:(snd_pcm_open_noupdate) Unknown PCM default',
        'arecord: main:831: audio open error: No such file or directory',
      ],
      code: 'sound-device-missing',
    },
    {
      it: 'arecord, busy',
      words: ['arecord: main:831: audio open error: Device or resource busy'],
      code: 'device-busy',
    },
    {
      it: 'arecord, not in the group audio',
      words: ['arecord: main:831: audio open error: Permission denied'],
      code: 'sound-access-denied',
    },
    {
      it: 'arecord by PulseAudio, no server',
      words: [
        'ALSA lib pulse.c:242:(pulse_connect) PulseAudio: Unable to connect: Connection refused',
        'arecord: main:831: audio open error: Connection refused',
      ],
      code: 'sound-server-gone',
    },
    {
      it: 'arecord, unplugged',
      words: ['arecord: pcm_read:2221: read error: No such device'],
      code: 'sound-device-missing',
    },
    {
      it: 'ffmpeg, no such card',
      words: [
        '[alsa @ 0x55] cannot open audio device hw:9 (No such file or directory)',
        'hw:9: Input/output error',
      ],
      code: 'sound-device-missing',
    },
    {
      it: 'ffmpeg on Windows, no such name',
      words: [
        '[dshow @ 01] Could not find audio only device with name [x] among source devices of type audio.',
      ],
      code: 'sound-device-missing',
    },
    {
      it: 'ffmpeg on macOS, no such name',
      words: ['[AVFoundation indev @ 0x7f] Audio device not found'],
      code: 'sound-device-missing',
    },
    {
      it: 'naudiodon that is not there',
      words: ["naudiodon cannot be loaded: Cannot find module 'naudiodon'"],
      code: 'naudiodon-missing',
    },
    {
      it: 'something else',
      words: [
        'Time: 1.000 sec; Latency: 3 usec.',
        'arecord: set_params:1343: Sample format non available',
        'Time: 1.1 sec',
      ],
      code: 'capture-ended',
    },
  ]) {
    it(`names the failure of ${sentence}`, () => {
      const error = microphoneFailure('the mic', 'parec', ended(words));
      assert.equal(error.code, code);
      if (code === 'capture-ended') assert.match(error.message, /^the mic ended: .*non available$/);
    });
  }

  for (const { it: sentence, exit, text } of [
    {
      it: 'says that a program is not there',
      exit: ended([], { code: null, error: new Error('spawn arecord ENOENT') }),
      text: /No sound system found \(arecord could not be started: spawn arecord ENOENT\)/,
    },
    {
      it: 'says that a program was killed',
      exit: ended(['Time: 3 sec'], { code: null, signal: 'SIGSEGV' }),
      text: /^the mic ended: arecord was killed by SIGSEGV$/,
    },
    {
      it: 'says how a silent program ended',
      exit: ended([], { code: 7 }),
      text: /^the mic ended: arecord ended with code 7$/,
    },
  ]) {
    it(sentence, () => assert.match(microphoneFailure('the mic', 'arecord', exit).message, text));
  }
});

describe('movedTo', () => {
  it('finds where parec says it was moved to', () => {
    const line = 'Stream moved to device vspk.monitor (0, not suspended).\u001b[K';
    assert.equal(movedTo(line), 'vspk.monitor');
    assert.equal(movedTo('Connected to device vmic (index: 2, suspended: no).'), undefined);
  });
});
