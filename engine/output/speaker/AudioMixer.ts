import {
  type AudioInput,
  BLOCK_FRAMES,
  BLOCK_SAMPLES,
  CHANNELS,
} from '../../media/audio/audioBlock';

/** Options of an `AudioMixer`. */
export interface AudioMixerOptions {
  /** 0 (silent) to 1 (as it came). Default 1. */
  volume?: number;
  /** Default false. */
  muted?: boolean;
}

const LOUDEST = 32_767;
/** A change of loudness takes so many frames, so that it does not click: 5 ms. */
const RAMP_FRAMES = 240;
/** After a peak the limiter gives so much of the loudness back in each block: 1 s for all of it. */
const RECOVERY = 0.02;

/**
 * Adds up all inputs. What would be too loud is turned down for as long as it lasts; a single
 * input is never too loud and stays as it is.
 */
export class AudioMixer {
  readonly #inputs = new Set<AudioInput>();
  readonly #sum = new Float32Array(BLOCK_SAMPLES);
  #volume: number;
  #muted: boolean;
  /** How loud the end of the last block was. */
  #gain: number;
  /** Below 1 while the limiter works. */
  #limit = 1;

  constructor({ volume = 1, muted = false }: AudioMixerOptions = {}) {
    this.#volume = within(volume);
    this.#muted = muted;
    this.#gain = this.#wanted();
  }

  /** Some input has sound. */
  get isActive(): boolean {
    for (const input of this.#inputs) if (input.isActive) return true;
    return false;
  }

  get volume(): number {
    return this.#volume;
  }

  get muted(): boolean {
    return this.#muted;
  }

  add(input: AudioInput): void {
    this.#inputs.add(input);
  }

  remove(input: AudioInput): void {
    this.#inputs.delete(input);
  }

  /** 0 (silent) to 1 (as it came); what is beyond counts as that. */
  setVolume(volume: number): void {
    this.#volume = within(volume);
  }

  setMuted(muted: boolean): void {
    this.#muted = muted;
  }

  /** The next block as S16LE bytes of its own. Every input is pulled, so that none falls behind. */
  mix(): Buffer {
    this.#sum.fill(0);
    for (const input of this.#inputs) {
      const block = input.pull();
      if (!block) continue;
      for (let i = 0; i < BLOCK_SAMPLES; i += 1) {
        this.#sum[i] = (this.#sum[i] ?? 0) + (block[i] ?? 0);
      }
    }
    const before = this.#gain;
    this.#followPeak();
    this.#gain = this.#wanted() * this.#limit;
    return this.#bytes(before, this.#gain);
  }

  #wanted(): number {
    return this.#muted ? 0 : this.#volume;
  }

  /** Sets the limiter for the loudest sample of this block at the wanted volume. */
  #followPeak(): void {
    let peak = 0;
    for (const sample of this.#sum) peak = Math.max(peak, Math.abs(sample));
    const loudness = peak * this.#wanted();
    const needed = loudness > LOUDEST ? LOUDEST / loudness : 1;
    this.#limit = Math.min(needed, this.#limit + RECOVERY);
  }

  #bytes(before: number, after: number): Buffer {
    const bytes = Buffer.allocUnsafe(BLOCK_SAMPLES * 2);
    for (let frame = 0; frame < BLOCK_FRAMES; frame += 1) {
      const share = Math.min(1, (frame + 1) / RAMP_FRAMES);
      const gain = before + (after - before) * share;
      for (let i = frame * CHANNELS; i < (frame + 1) * CHANNELS; i += 1) {
        // Only while the limiter's ramp is under way can anything be too loud still.
        const sample = Math.round((this.#sum[i] ?? 0) * gain);
        bytes.writeInt16LE(Math.max(-LOUDEST, Math.min(LOUDEST, sample)), i * 2);
      }
    }
    return bytes;
  }
}

function within(volume: number): number {
  return Number.isFinite(volume) ? Math.min(1, Math.max(0, volume)) : 0;
}
