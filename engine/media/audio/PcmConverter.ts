import type { AudioUnit } from '../../model/AudioUnit';
import { withChannels } from './channels';
import { PcmBatcher } from './PcmBatcher';
import { Resampler } from './Resampler';

/** What a converter makes of every sound. */
export interface PcmForm {
  /** In Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Samples of each channel in each unit. */
  readonly samples: number;
}

/** Where timestamps leave the samples' own time by more, sound is missing: a new stream begins. */
const JUMP_MS = 100;

/** Gives S16LE of any rate, channels and unit size as S16LE of one, timestamps kept. */
export class PcmConverter {
  readonly #form: PcmForm;
  readonly #unit: (unit: AudioUnit) => void;
  readonly #batcher: PcmBatcher;
  #resampler: Resampler | undefined;
  #inputRate = 0;
  /** Where the newest unit stands, in samples of the output since the stream began. */
  #anchor = { index: 0, timestampMs: 0 };
  /** Where the next unit should stand. */
  #end = { index: 0, timestampMs: 0 };
  /** Samples given since the stream began. */
  #given = 0;

  constructor(form: PcmForm, unit: (unit: AudioUnit) => void) {
    this.#form = form;
    this.#unit = unit;
    this.#batcher = new PcmBatcher(form.samples * form.channels * 2, data => this.#give(data));
  }

  push(unit: AudioUnit): void {
    const { sampleRate, channels, samples, timestampMs } = unit;
    const isJump = Math.abs(timestampMs - this.#end.timestampMs) > JUMP_MS;
    if (isJump || sampleRate !== this.#inputRate) this.#begin(unit);
    this.#anchor = { index: this.#end.index, timestampMs };
    this.#end = {
      index: this.#end.index + (samples * this.#form.sampleRate) / sampleRate,
      timestampMs: timestampMs + (samples * 1000) / sampleRate,
    };
    const pcm = withChannels(unit.data, channels, this.#form.channels);
    this.#batcher.push(this.#resampler?.push(pcm) ?? pcm);
  }

  /** The stream is over: gives what is left inside, filled up with silence. */
  end(): void {
    if (this.#resampler) this.#batcher.push(this.#resampler.end());
    this.#batcher.end();
    this.#resampler = undefined;
    this.#inputRate = 0;
  }

  #begin({ sampleRate, timestampMs }: AudioUnit): void {
    const { sampleRate: outputRate, channels } = this.#form;
    this.#inputRate = sampleRate;
    this.#resampler =
      sampleRate === outputRate
        ? undefined
        : new Resampler({ inputRate: sampleRate, outputRate, channels });
    this.#batcher.clear();
    this.#given = 0;
    this.#end = { index: 0, timestampMs };
  }

  #give(data: Buffer): void {
    const { sampleRate, channels, samples } = this.#form;
    const afterAnchor = this.#given - this.#anchor.index;
    this.#given += samples;
    const timestampMs = this.#anchor.timestampMs + (afterAnchor * 1000) / sampleRate;
    this.#unit({ codec: 'S16LE', data, timestampMs, sampleRate, channels, samples });
  }
}
