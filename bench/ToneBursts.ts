import { type ChildProcess, spawn } from 'node:child_process';
import { programPath } from '../test/support/programPath';
import { SERVER_CHANNELS, SERVER_RATE, type SoundServer } from '../test/support/SoundServer';
import { tone } from '../test/support/tones';

/** The virtual microphone's source itself: a remapped one would add a block of the server's. */
export const MICROPHONE = 'vmic_sink.monitor';

const BURST_MS = 100;
/** From one onset to the next: all different, so that none is taken for its neighbour, and none in step with 20 ms. */
const PAUSES_MS = [611, 673, 702, 739, 787];
/** Louder samples are sound, of full scale 32768; sound after so many silent samples is an onset. */
const LOUD = 3277;
const SILENT_SAMPLES = SERVER_RATE / 10;

/** Bursts of 1 kHz with silence between them, about so many s of them, as the sound server takes them. */
export function bursts(seconds: number): Buffer {
  const format = { sampleRate: SERVER_RATE, channels: SERVER_CHANNELS };
  const pieces: Buffer[] = [];
  for (let ms = 0, count = 0; ms < seconds * 1000; count += 1) {
    const pauseMs = PAUSES_MS[count % PAUSES_MS.length] ?? 0;
    const silence = tone({ ...format, frequency: 0, durationMs: pauseMs - BURST_MS });
    pieces.push(silence, tone({ ...format, frequency: 1000, durationMs: BURST_MS }));
    ms += pauseMs;
  }
  return Buffer.concat(pieces);
}

/** Notes when sound begins at the microphone, as a recorder beside the product's gets it. */
export class OnsetRecorder {
  /** In ms since the epoch. */
  readonly onsets: number[] = [];
  readonly #recorder: ChildProcess;
  #silent = 0;

  constructor(sound: SoundServer) {
    const form = ['--raw', '--format=s16le', `--rate=${SERVER_RATE}`, '--channels=1'];
    this.#recorder = spawn(programPath('parec'), ['-d', MICROPHONE, '--latency-msec=10', ...form], {
      env: sound.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#recorder.stdout?.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  close(): void {
    this.#recorder.kill('SIGKILL');
  }

  #take(chunk: Buffer): void {
    const nowMs = performance.timeOrigin + performance.now();
    const samples = Math.floor(chunk.length / 2);
    for (let index = 0; index < samples; index += 1) {
      this.#silent += 1;
      if (Math.abs(chunk.readInt16LE(index * 2)) < LOUD) continue;
      if (this.#silent > SILENT_SAMPLES) {
        this.onsets.push(nowMs - ((samples - index) * 1000) / SERVER_RATE);
      }
      this.#silent = 0;
    }
  }
}

/** How much later each of the `heard` onsets was than the one at the microphone that it belongs to. */
export function delays(made: readonly number[], heard: readonly number[]): number[] {
  return heard.flatMap(heardMs => {
    const before = made.filter(madeMs => madeMs <= heardMs).at(-1);
    // What comes later than the next burst may is none of it.
    const delayMs = before === undefined ? Number.POSITIVE_INFINITY : heardMs - before;
    return delayMs < Math.min(...PAUSES_MS) ? [delayMs] : [];
  });
}
