/**
 * The process that records by naudiodon (PortAudio), apart from ours because the native module
 * blocks, prints and may crash. Its argument is `list`, or a `SoundStream` as JSON. It writes the
 * line `devices [...]`, or frames of PCM (see `naudiodonFrames`), and lives until its input ends.
 */
import { writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type * as Naudiodon from 'naudiodon';
import { namedDevice, type SoundStream } from '../../process/sound/soundSystem';
import { naudiodonFrame } from './naudiodonFrames';

/** What is read at a time, in ms. */
const PIECE_MS = 10;

main(process.argv[2] ?? '');

function main(argument: string): void {
  // The module writes a crash log into the working directory.
  process.chdir(tmpdir());
  const naudiodon = load();
  if (argument === 'list') list(naudiodon);
  else record(naudiodon, JSON.parse(argument) as SoundStream);
}

function load(): typeof Naudiodon {
  try {
    return require('naudiodon') as typeof Naudiodon;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    return end(`naudiodon cannot be loaded: ${reason}`);
  }
}

function list(naudiodon: typeof Naudiodon): void {
  // At once and whole: what the module prints comes before or after it.
  writeSync(1, `\ndevices ${JSON.stringify(naudiodon.getDevices())}\n`);
}

function record(naudiodon: typeof Naudiodon, stream: SoundStream): void {
  const { sampleRate, channels } = stream;
  const samples = Math.round((sampleRate * PIECE_MS) / 1000);
  const microphone = naudiodon.AudioIO({
    inOptions: {
      deviceId: deviceId(naudiodon, stream),
      sampleRate,
      channelCount: channels,
      sampleFormat: naudiodon.SampleFormat16Bit,
      framesPerBuffer: samples,
      highwaterMark: samples * channels * 2,
      closeOnError: false,
    },
  });
  microphone.on('data', (pcm: Buffer) => process.stdout.write(naudiodonFrame(pcm)));
  microphone.on('error', (error: Error) => end(error.message));
  // All that is seen of a sound server that went away.
  microphone.on('close', () => end('Connection terminated'));
  // Whoever wants the sound is gone.
  process.stdin.on('end', () => process.exit(0)).resume();
  process.stdout.on('error', () => process.exit(0));
  microphone.start();
}

/** PortAudio goes by numbers, which change; -1 is the default device. */
function deviceId(naudiodon: typeof Naudiodon, stream: SoundStream): number {
  const name = namedDevice(stream);
  if (name === undefined) return -1;
  const device = naudiodon
    .getDevices()
    .find(each => each.name === name && each.maxInputChannels > 0);
  return device ? device.id : end(`No such device: ${name}`);
}

function end(reason: string): never {
  writeSync(2, `${reason}\n`);
  process.exit(1);
}
