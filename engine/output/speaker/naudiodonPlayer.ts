/**
 * The process that plays by naudiodon (PortAudio), apart from ours because the native module blocks,
 * prints and may crash. Its argument is a `SoundStream` as JSON; it plays S16LE from its standard
 * input, until that ends, and says on stderr how far it is, as `pacat --verbose` does.
 */
import { writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type * as Naudiodon from 'naudiodon';
import { namedDevice, type SoundStream } from '../../process/sound/soundSystem';

/** What is handed over at a time, in ms, and how many of that the module may hold. */
const PIECE_MS = 10;
const MOST_HELD = 4;
const REPORT_MS = 50;
/** Quitting waits for a sound server, which may have gone, in ms. */
const QUIT_MS = 400;

main(process.argv[2] ?? '');

function main(argument: string): void {
  // The module writes a crash log into the working directory.
  process.chdir(tmpdir());
  const naudiodon = load();
  const stream = JSON.parse(argument) as SoundStream;
  try {
    play(naudiodon, stream);
  } catch (error) {
    end(error instanceof Error ? error.message : String(error));
  }
}

function load(): typeof Naudiodon {
  try {
    return require('naudiodon') as typeof Naudiodon;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    return end(`naudiodon cannot be loaded: ${reason}`);
  }
}

function play(naudiodon: typeof Naudiodon, stream: SoundStream): void {
  const { sampleRate, channels } = stream;
  const samples = Math.round((sampleRate * PIECE_MS) / 1000);
  const pieceBytes = samples * channels * 2;
  const speaker = naudiodon.AudioIO({
    outOptions: {
      deviceId: deviceId(naudiodon, stream),
      sampleRate,
      channelCount: channels,
      sampleFormat: naudiodon.SampleFormat16Bit,
      framesPerBuffer: samples,
      maxQueue: MOST_HELD,
      highwaterMark: pieceBytes,
      // Running short is no reason to close.
      closeOnError: false,
    },
  });
  const quit = () => {
    setTimeout(() => process.exit(0), QUIT_MS);
    speaker.quit(() => process.exit(0));
  };
  speaker.once('error', (error: unknown) =>
    end(error instanceof Error ? error.message : 'the device failed'),
  );
  // All that is seen of a sound server that went away.
  speaker.once('close', () => end('Connection terminated'));
  process.stdin.once('end', quit);
  process.once('SIGTERM', quit);
  speaker.start();
  feed(speaker, pieceBytes);
}

/** Hands pieces over, each when the one before was taken. */
function feed(speaker: NodeJS.WritableStream, pieceBytes: number): void {
  let pieces = 0;
  setInterval(() => {
    const seconds = ((pieces * PIECE_MS) / 1000).toFixed(3);
    writeSync(2, `Time: ${seconds} sec; Latency: 0 usec.\n`);
  }, REPORT_MS);
  const next = (): void => {
    const piece = process.stdin.read(pieceBytes) as Buffer | null;
    if (piece) speaker.write(piece, taken);
    else process.stdin.once('readable', next);
  };
  const taken = (): void => {
    pieces += 1;
    next();
  };
  next();
}

/** PortAudio goes by numbers, which change; -1 is the default device. */
function deviceId(naudiodon: typeof Naudiodon, stream: SoundStream): number {
  const name = namedDevice(stream);
  if (name === undefined) return -1;
  const devices = naudiodon.getDevices();
  const device = devices.find(each => each.name === name && each.maxOutputChannels > 0);
  return device ? device.id : end(`No such device: ${name}`);
}

function end(reason: string): never {
  writeSync(2, `${reason}\n`);
  process.exit(1);
}
