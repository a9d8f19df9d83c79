import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { playArguments, recordArguments } from '../../engine/process/sound/soundArguments';
import type { SoundProgram, SoundSystem } from '../../engine/process/sound/soundSystem';

const named = { device: 'usb mic', sampleRate: 44_100, channels: 2 };
const byDefault = { device: 'default', sampleRate: 48_000, channels: 1 };
const line = ({ program, args }: SoundProgram) => [program, ...args].join(' ');
const ffmpeg = (
  format: 'alsa' | 'avfoundation' | 'dshow',
  { path = '/opt/ffmpeg', libavformat = 61 } = {},
): SoundSystem => ({ backend: 'ffmpeg', ffmpeg: { path, libavformat, format } });

describe('The programs that record', () => {
  for (const { it: sentence, system, stream, expected } of [
    {
      it: 'parec, asked for little delay',
      system: { backend: 'pulse' },
      stream: byDefault,
      expected:
        'parec --raw --client-name=Node-RED --rate=48000 --channels=1 --format=s16le --latency-msec=10',
    },
    {
      it: 'parec with a device, told to say when it is moved to another',
      system: { backend: 'pulse' },
      stream: named,
      expected:
        'parec --verbose --raw --client-name=Node-RED --rate=44100 --channels=2 --format=s16le --latency-msec=10 --device=usb mic',
    },
    {
      it: 'pw-record before 1.4',
      system: { backend: 'pipewire', needsRawOption: false },
      stream: byDefault,
      expected: 'pw-record --rate 48000 --channels 1 --format s16 --latency 10ms -',
    },
    {
      it: 'pw-record since 1.4',
      system: { backend: 'pipewire', needsRawOption: true },
      stream: named,
      expected:
        'pw-record --raw --rate 44100 --channels 2 --format s16 --latency 10ms --target usb mic -',
    },
    {
      it: 'arecord with periods of 10 ms',
      system: { backend: 'alsa' },
      stream: named,
      expected:
        'arecord -q -D usb mic -t raw -f S16_LE -r 44100 -c 2 --period-size=441 --buffer-size=1764',
    },
    {
      it: 'ffmpeg on Linux',
      system: ffmpeg('alsa'),
      stream: byDefault,
      expected:
        '/opt/ffmpeg -hide_banner -loglevel warning -nostdin -ar 48000 -ac 1 -f alsa -i default -f s16le -ar 48000 -ac 1 -flush_packets 1 pipe:1',
    },
    {
      it: 'ffmpeg on macOS',
      system: ffmpeg('avfoundation'),
      stream: byDefault,
      expected:
        '/opt/ffmpeg -hide_banner -loglevel warning -nostdin -f avfoundation -i :default -f s16le -ar 48000 -ac 1 -flush_packets 1 pipe:1',
    },
    {
      it: 'ffmpeg on Windows',
      system: ffmpeg('dshow'),
      stream: named,
      expected:
        '/opt/ffmpeg -hide_banner -loglevel warning -nostdin -audio_buffer_size 20 -f dshow -i audio=usb mic -f s16le -ar 44100 -ac 2 -flush_packets 1 pipe:1',
    },
  ] as { it: string; system: SoundSystem; stream: typeof named; expected: string }[]) {
    it(sentence, () => assert.equal(line(recordArguments(system, stream)), expected));
  }

  it('naudiodon in a Node.js of its own', () => {
    const { program, args } = recordArguments({ backend: 'naudiodon' }, named);
    assert.equal(program, process.execPath);
    assert.match(args[0] ?? '', /engine.capture.microphone.naudiodonRecorder\.js$/);
    assert.deepEqual(JSON.parse(args[1] ?? ''), named);
  });
});

describe('The programs that play', () => {
  for (const { it: sentence, system, stream, expected } of [
    {
      it: 'pacat',
      system: { backend: 'pulse' },
      stream: named,
      expected:
        'pacat --raw --client-name=Node-RED --rate=44100 --channels=2 --format=s16le --latency-msec=20 --device=usb mic',
    },
    {
      it: 'pw-play',
      system: { backend: 'pipewire', needsRawOption: true },
      stream: byDefault,
      expected: 'pw-play --raw --rate 48000 --channels 1 --format s16 --latency 20ms -',
    },
    {
      it: 'aplay',
      system: { backend: 'alsa' },
      stream: byDefault,
      expected:
        'aplay -q -D default -t raw -f S16_LE -r 48000 -c 1 --period-size=480 --buffer-size=1920',
    },
    {
      it: 'ffmpeg on Linux, before 5.1',
      system: ffmpeg('alsa', { libavformat: 58 }),
      stream: byDefault,
      expected:
        '/opt/ffmpeg -hide_banner -loglevel warning -f s16le -sample_rate 48000 -channels 1 -i pipe:0 -f alsa default',
    },
    {
      it: 'ffplay beside its ffmpeg on macOS, 7.0 and later',
      system: ffmpeg('avfoundation', { libavformat: 61 }),
      stream: byDefault,
      expected:
        '/opt/ffplay -hide_banner -loglevel warning -nodisp -autoexit -probesize 32 -analyzeduration 0 -f s16le -sample_rate 48000 -ch_layout mono pipe:0',
    },
    {
      it: 'ffplay on the PATH, as its ffmpeg',
      system: ffmpeg('dshow', { path: 'ffmpeg' }),
      stream: named,
      expected:
        'ffplay -hide_banner -loglevel warning -nodisp -autoexit -probesize 32 -analyzeduration 0 -f s16le -sample_rate 44100 -ch_layout stereo pipe:0',
    },
  ] as { it: string; system: SoundSystem; stream: typeof named; expected: string }[]) {
    it(sentence, () => assert.equal(line(playArguments(system, stream)), expected));
  }
});
