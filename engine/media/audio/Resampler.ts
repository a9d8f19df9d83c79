/** What a resampler converts: S16LE, interleaved. */
export interface ResamplerOptions {
  /** In Hz. */
  readonly inputRate: number;
  /** In Hz. */
  readonly outputRate: number;
  readonly channels: number;
}

/** Samples of the slower side that the filter sees on each side of the present. */
const HALF_WIDTH = 24;
/** Half of the amplitude is let through at this part of the slower side's sample rate. */
const CUTOFF = 0.46;
/** Kaiser's shape parameter: with 48 taps, more than 60 dB from half the slower rate on. */
const BETA = 6;
/** Ratios with more phases than this take the nearest of so many: 70 dB below the signal. */
const MOST_PHASES = 2048;
const BYTES = 2;

/**
 * Changes the sample rate of a stream (a polyphase windowed-sinc filter). The first sample out is
 * at the time of the first one in; what comes out lags behind by 24 samples of the slower side.
 */
export class Resampler {
  readonly #channels: number;
  readonly #passes: boolean;
  /** The ratio of output to input rate, in lowest terms. */
  readonly #up: number;
  readonly #down: number;
  /** Input samples on each side of the present. */
  readonly #half: number;
  readonly #filter: readonly Float32Array[];
  /** For each channel what the filter may still need. */
  #past: Float32Array[];
  /** Where the next output sample lies: in `#past`, and in parts (of `#up`) of a sample after that. */
  #position = 0;
  #fraction = 0;

  constructor({ inputRate, outputRate, channels }: ResamplerOptions) {
    const divisor = greatestCommonDivisor(inputRate, outputRate);
    this.#channels = channels;
    this.#passes = inputRate === outputRate;
    this.#up = outputRate / divisor;
    this.#down = inputRate / divisor;
    const scale = Math.min(1, outputRate / inputRate);
    this.#half = Math.ceil(HALF_WIDTH / scale);
    this.#filter = this.#passes ? [] : phasesOf(this.#up, this.#half, CUTOFF * scale);
    // Silence before the begin puts the first output sample onto the first input sample.
    this.#past = Array.from({ length: channels }, () => new Float32Array(this.#half - 1));
  }

  /** Gives all samples that can be made by now. The input is not changed; it may be the output. */
  push(pcm: Buffer): Buffer {
    if (this.#passes) return pcm;
    const frames = Math.floor(pcm.length / (BYTES * this.#channels));
    this.#past = this.#past.map((past, channel) => this.#append(past, pcm, channel, frames));
    return this.#make();
  }

  /** Gives what is left inside, after the last `push`: a sound that ends is not cut short. */
  end(): Buffer {
    return this.push(Buffer.alloc(this.#half * BYTES * this.#channels));
  }

  #append(past: Float32Array, pcm: Buffer, channel: number, frames: number): Float32Array {
    const all = new Float32Array(past.length + frames);
    all.set(past);
    const step = BYTES * this.#channels;
    for (let i = 0, at = channel * BYTES; i < frames; i += 1, at += step) {
      all[past.length + i] = pcm.readInt16LE(at);
    }
    return all;
  }

  #make(): Buffer {
    const taps = 2 * this.#half;
    const held = this.#past[0]?.length ?? 0;
    // The last output sample is the last whose filter lies within what is held.
    const steps = (held - taps - this.#position + 1) * this.#up - this.#fraction;
    const count = Math.max(0, Math.ceil(steps / this.#down));
    const output = Buffer.allocUnsafe(count * BYTES * this.#channels);
    const phases = this.#filter.length;
    for (let i = 0; i < count; i += 1) {
      const phase = Math.floor((this.#fraction * phases) / this.#up);
      const filter = this.#filter[phase] as Float32Array;
      for (let channel = 0; channel < this.#channels; channel += 1) {
        const sample = filtered(this.#past[channel] as Float32Array, this.#position, filter);
        output.writeInt16LE(clamped(sample), (i * this.#channels + channel) * BYTES);
      }
      this.#fraction += this.#down;
      this.#position += Math.floor(this.#fraction / this.#up);
      this.#fraction %= this.#up;
    }
    this.#forget();
    return output;
  }

  /** Drops what lies before the next output sample's filter. */
  #forget(): void {
    const gone = Math.min(this.#position, this.#past[0]?.length ?? 0);
    this.#past = this.#past.map(past => past.subarray(gone));
    this.#position -= gone;
  }
}

function filtered(samples: Float32Array, from: number, filter: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < filter.length; i += 1) {
    sum += (samples[from + i] as number) * (filter[i] as number);
  }
  return sum;
}

function clamped(sample: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(sample)));
}

/**
 * The filters for each part of a sample that an output sample may lie after an input sample.
 * @param cutoff in parts of the input rate
 */
function phasesOf(up: number, half: number, cutoff: number): Float32Array[] {
  const phases = Math.min(up, MOST_PHASES);
  return Array.from({ length: phases }, (_, phase) => {
    const filter = Float32Array.from({ length: 2 * half }, (_, tap) => {
      const distance = tap - (half - 1) - phase / phases;
      return sinc(2 * cutoff * distance) * kaiser(distance / half);
    });
    // Each phase lets a constant through as it is.
    const sum = filter.reduce((total, value) => total + value, 0);
    return filter.map(value => value / sum);
  });
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser's window from -1 to 1. */
function kaiser(x: number): number {
  return Math.abs(x) > 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA);
}

/** The modified Bessel function of the first kind and order 0, by its power series. */
function bessel(x: number): number {
  let sum = 1;
  for (let term = 1, k = 1; term > 1e-10 * sum; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
