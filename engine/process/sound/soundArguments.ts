import { isAbsolute, join } from 'node:path';
import { entryPoint } from './entryPoint';
import {
  namedDevice,
  type SoundFfmpeg,
  type SoundProgram,
  type SoundStream,
  type SoundSystem,
} from './soundSystem';

/** What parec asks the server for, in ms. */
const RECORD_LATENCY_MS = 10;
/** What pacat asks the server for, in ms: less makes gaps on a busy Raspberry Pi. */
const PLAY_LATENCY_MS = 20;
/** ALSA's period and buffer, in ms: the sound arrives in periods, the buffer bears delays of ours. */
const PERIOD_MS = 10;
const BUFFER_MS = 40;

/** The program that writes what the microphone hears to its standard output. */
export function recordArguments(system: SoundSystem, stream: SoundStream): SoundProgram {
  const device = namedDevice(stream);
  switch (system.backend) {
    case 'pulse': {
      // The server moves the stream of a device that is gone to another one: only verbose tools say so.
      const told = device === undefined ? [] : ['--verbose'];
      return { program: 'parec', args: [...told, ...pulse(stream, RECORD_LATENCY_MS)] };
    }
    case 'pipewire':
      return { program: 'pw-record', args: pipewire(system, stream, RECORD_LATENCY_MS) };
    case 'alsa':
      return { program: 'arecord', args: alsa(stream) };
    case 'ffmpeg': {
      const { path, format } = ffmpegOf(system);
      const form = ['-ar', String(stream.sampleRate), '-ac', String(stream.channels)];
      const args = [
        ...['-hide_banner', '-loglevel', 'warning', '-nostdin'],
        ...(format === 'alsa' ? form : []),
        ...(format === 'dshow' ? ['-audio_buffer_size', '20'] : []),
        ...['-f', format, '-i', ffmpegInput(format, device)],
        ...['-f', 's16le', ...form, '-flush_packets', '1', 'pipe:1'],
      ];
      return { program: path, args };
    }
    case 'naudiodon':
      return entryPoint('capture/microphone/naudiodonRecorder', naudiodon(stream));
    default:
      return system.backend satisfies never;
  }
}

/** The program that plays what it reads from its standard input. */
export function playArguments(system: SoundSystem, stream: SoundStream): SoundProgram {
  switch (system.backend) {
    case 'pulse':
      return { program: 'pacat', args: pulse(stream, PLAY_LATENCY_MS) };
    case 'pipewire':
      return { program: 'pw-play', args: pipewire(system, stream, PLAY_LATENCY_MS) };
    case 'alsa':
      return { program: 'aplay', args: alsa(stream) };
    case 'ffmpeg':
      return ffmpegPlayer(ffmpegOf(system), stream);
    case 'naudiodon':
      return entryPoint('output/speaker/naudiodonPlayer', naudiodon(stream));
    default:
      return system.backend satisfies never;
  }
}

function pulse(stream: SoundStream, latencyMs: number): string[] {
  const device = namedDevice(stream);
  return [
    ...['--raw', '--client-name=Node-RED', `--rate=${stream.sampleRate}`],
    ...[`--channels=${stream.channels}`, '--format=s16le', `--latency-msec=${latencyMs}`],
    ...(device ? [`--device=${device}`] : []),
  ];
}

function pipewire(system: SoundSystem, stream: SoundStream, latencyMs: number): string[] {
  const device = namedDevice(stream);
  return [
    ...(system.needsRawOption ? ['--raw'] : []),
    ...['--rate', String(stream.sampleRate), '--channels', String(stream.channels)],
    ...['--format', 's16', '--latency', `${latencyMs}ms`],
    ...(device ? ['--target', device] : []),
    '-',
  ];
}

function alsa(stream: SoundStream): string[] {
  const samples = (ms: number) => Math.round((stream.sampleRate * ms) / 1000);
  return [
    ...['-q', '-D', namedDevice(stream) ?? 'default', '-t', 'raw', '-f', 'S16_LE'],
    ...['-r', String(stream.sampleRate), '-c', String(stream.channels)],
    ...[`--period-size=${samples(PERIOD_MS)}`, `--buffer-size=${samples(BUFFER_MS)}`],
  ];
}

function naudiodon(stream: SoundStream): string[] {
  const { sampleRate, channels } = stream;
  return [JSON.stringify({ device: namedDevice(stream), sampleRate, channels })];
}

function ffmpegOf({ ffmpeg }: SoundSystem): SoundFfmpeg {
  if (!ffmpeg) throw new TypeError('a sound system with backend ffmpeg has to name its ffmpeg');
  return ffmpeg;
}

function ffmpegInput(format: SoundFfmpeg['format'], device: string | undefined): string {
  switch (format) {
    case 'alsa':
      return device ?? 'default';
    case 'avfoundation':
      return `:${device ?? 'default'}`;
    case 'dshow':
      // DirectShow has no name for the default microphone: the caller has to name one.
      return `audio=${device ?? ''}`;
    default:
      return format satisfies never;
  }
}

/** ffmpeg plays by ALSA itself; elsewhere ffplay does, on the default device only. */
function ffmpegPlayer({ path, format, libavformat }: SoundFfmpeg, stream: SoundStream) {
  const { sampleRate, channels } = stream;
  const quiet = ['-hide_banner', '-loglevel', 'warning'];
  const input = ['-f', 's16le', '-sample_rate', String(sampleRate)];
  // 7.0 (libavformat 61) took the option -channels away; -ch_layout came with 5.1.
  const layout =
    libavformat >= 60
      ? ['-ch_layout', channels === 1 ? 'mono' : 'stereo']
      : ['-channels', String(channels)];
  if (format === 'alsa') {
    const output = ['-f', 'alsa', namedDevice(stream) ?? 'default'];
    return { program: path, args: [...quiet, ...input, ...layout, '-i', 'pipe:0', ...output] };
  }
  const player = ['-nodisp', '-autoexit', '-probesize', '32', '-analyzeduration', '0'];
  return {
    program: ffplayBeside(path),
    args: [...quiet, ...player, ...input, ...layout, 'pipe:0'],
  };
}

/** ffplay lies where its ffmpeg lies. */
function ffplayBeside(ffmpeg: string): string {
  if (!isAbsolute(ffmpeg)) return 'ffplay';
  const extension = /\.exe$/i.test(ffmpeg) ? '.exe' : '';
  return join(ffmpeg, '..', `ffplay${extension}`);
}
