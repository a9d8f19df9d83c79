import { BLOCK_FRAMES, BLOCK_SAMPLES, CHANNELS } from '../../media/audio/audioBlock';

/** After so many blocks nothing is left of a continuation. */
const FADE_BLOCKS = 3;
const FADE_FRAMES = FADE_BLOCKS * BLOCK_FRAMES;
/** How long old and new sound overlap when sound comes back, in samples of each channel: 5 ms. */
const JOIN_FRAMES = 240;

/**
 * Conceals missing sound: what was heard last is played on, backwards, forwards and so on, ever
 * softer. Turning around leaves no step in the signal, so nothing clicks.
 */
export class Concealment {
  /** The last block that was heard. */
  readonly #past = new Int16Array(BLOCK_SAMPLES);
  /** How far the sound was continued, in samples of each channel. */
  #at = FADE_FRAMES;
  #mustJoin = true;

  /** Nothing is left to be heard. */
  get isOver(): boolean {
    return this.#at >= FADE_FRAMES;
  }

  /** Takes note of what will be heard, after joining it to what was; changes `samples`. */
  hear(samples: Int16Array): void {
    if (this.#mustJoin) this.#join(samples);
    if (samples.length >= BLOCK_SAMPLES) {
      this.#past.set(samples.subarray(samples.length - BLOCK_SAMPLES));
    } else {
      this.#past.copyWithin(0, samples.length);
      this.#past.set(samples, BLOCK_SAMPLES - samples.length);
    }
    this.#at = 0;
  }

  /** What comes next does not follow on what was heard: the two are to be joined. */
  cut(): void {
    this.#mustJoin = true;
  }

  /** Fills `samples` with what replaces missing sound. */
  fill(samples: Int16Array): void {
    this.#mustJoin = true;
    for (let i = 0; i < samples.length; i += CHANNELS, this.#at += 1) {
      for (let channel = 0; channel < CHANNELS; channel += 1) {
        samples[i + channel] = this.#sample(channel);
      }
    }
  }

  #join(samples: Int16Array): void {
    this.#mustJoin = false;
    const frames = Math.min(JOIN_FRAMES, samples.length / CHANNELS);
    for (let frame = 0; frame < frames; frame += 1, this.#at += 1) {
      const share = (frame + 1) / (frames + 1);
      for (let channel = 0; channel < CHANNELS; channel += 1) {
        const i = frame * CHANNELS + channel;
        samples[i] = Math.round((samples[i] ?? 0) * share + this.#sample(channel) * (1 - share));
      }
    }
  }

  #sample(channel: number): number {
    if (this.#at >= FADE_FRAMES) return 0;
    const turn = this.#at % (2 * BLOCK_FRAMES);
    const frame = turn < BLOCK_FRAMES ? BLOCK_FRAMES - 1 - turn : turn - BLOCK_FRAMES;
    const loudness = 1 - this.#at / FADE_FRAMES;
    return Math.round((this.#past[frame * CHANNELS + channel] ?? 0) * loudness);
  }
}
