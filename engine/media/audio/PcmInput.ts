import { UnusableError } from '../../model/errors/UnusableError';
import { CHANNELS, SAMPLE_RATE, samplesOf } from './audioBlock';
import { withChannels } from './channels';
import { FrameAligner } from './FrameAligner';
import { Resampler } from './Resampler';

/** PCM as it comes from a flow or a track. */
export interface Pcm {
  /** S16LE, interleaved. */
  readonly data: Buffer;
  /** In Hz. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** What sound cards and files have, in Hz. */
const RATES = { least: 4000, most: 384_000 };
const MOST_CHANNELS = 32;
const NONE = Buffer.alloc(0);
/** Of a sample. */
const BYTES = 2;

/** Turns the chunks of one stream, whatever their rate and channels, into samples for a loudspeaker. */
export class PcmInput {
  #sampleRate = 0;
  #channels = 0;
  #resampler: Resampler | undefined;
  #frames = new FrameAligner(BYTES);

  /**
   * The samples of a chunk, in memory of their own or the chunk's: not to be written to.
   * @throws {UnusableError} when there can be no such rate or number of channels
   */
  convert({ data, sampleRate, channels }: Pcm): Int16Array {
    if (sampleRate !== this.#sampleRate || channels !== this.#channels) {
      checkForm(sampleRate, channels);
      this.#sampleRate = sampleRate;
      this.#channels = channels;
      this.#frames = new FrameAligner(channels * BYTES);
      const form = { inputRate: sampleRate, outputRate: SAMPLE_RATE, channels: this.#used };
      this.#resampler = new Resampler(form);
    }
    const few = withChannels(this.#frames.push(data), channels, this.#used);
    return this.#samples(this.#resampler?.push(few));
  }

  /** What is held back of the last chunk, when the sound has ended. */
  end(): Int16Array {
    return this.#samples(this.#resampler?.end());
  }

  /** More channels than a loudspeaker has are dropped before they cost anything. */
  get #used(): number {
    return Math.min(this.#channels, CHANNELS);
  }

  #samples(pcm: Buffer = NONE): Int16Array {
    return samplesOf(withChannels(pcm, this.#used, CHANNELS));
  }
}

/** How long a piece of PCM is, in ms. */
export function durationMs({ data, sampleRate, channels }: Pcm): number {
  return (data.length * 1000) / (2 * channels * sampleRate);
}

/** @throws {UnusableError} when there can be no such sound */
export function checkForm(sampleRate: number, channels: number): void {
  const isRate = Number.isInteger(sampleRate);
  if (!isRate || sampleRate < RATES.least || sampleRate > RATES.most) {
    throw new UnusableError(`${sampleRate} Hz is no sample rate`);
  }
  if (!Number.isInteger(channels) || channels < 1 || channels > MOST_CHANNELS) {
    throw new UnusableError(`there is no sound with ${channels} channels`);
  }
}
