/** Sine tones as S16LE, and what is found in recordings of them. */

export interface Tone {
  /** In Hz. */
  frequency: number;
  /** In Hz. */
  sampleRate: number;
  channels?: number;
  durationMs: number;
  /** Of the peaks, as part of full scale. Default 0.5. */
  amplitude?: number;
}

/** The same tone on all channels. */
export function tone({
  frequency,
  sampleRate,
  channels = 1,
  durationMs,
  amplitude = 0.5,
}: Tone): Buffer {
  const frames = Math.round((sampleRate * durationMs) / 1000);
  const pcm = Buffer.alloc(frames * channels * 2);
  for (let frame = 0; frame < frames; frame += 1) {
    const value = amplitude * 32767 * Math.sin((2 * Math.PI * frequency * frame) / sampleRate);
    for (let channel = 0; channel < channels; channel += 1) {
      pcm.writeInt16LE(Math.round(value), (frame * channels + channel) * 2);
    }
  }
  return pcm;
}

/** One channel of interleaved S16LE, full scale being 1. */
export function channelOf(pcm: Buffer, channels = 1, channel = 0): Float64Array {
  const frames = Math.floor(pcm.length / (2 * channels));
  return Float64Array.from(
    { length: frames },
    (_, frame) => pcm.readInt16LE((frame * channels + channel) * 2) / 32768,
  );
}

/** The level of a sound in dB, a square wave of full scale being 0 and a sine -3. */
export function levelDb(samples: Float64Array): number {
  const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
  return 10 * Math.log10(power);
}

/** The frequency of a single tone in Hz, by its passages through zero. */
export function frequencyOf(samples: Float64Array, sampleRate: number): number {
  const passages: number[] = [];
  for (let i = 1; i < samples.length; i += 1) {
    const before = samples[i - 1] ?? 0;
    const now = samples[i] ?? 0;
    if (before < 0 && now >= 0) passages.push(i - now / (now - before));
  }
  const first = passages[0] ?? 0;
  const last = passages.at(-1) ?? 0;
  return ((passages.length - 1) * sampleRate) / (last - first);
}

/** How much of one frequency a sound holds: the amplitude as part of full scale. */
export function amplitudeAt(samples: Float64Array, sampleRate: number, frequency: number): number {
  const [cosine, sine] = shares(samples, sampleRate, frequency);
  return Math.hypot(cosine, sine);
}

/** The level of all that is not the given tone, in dB below the tone. */
export function impurityDb(samples: Float64Array, sampleRate: number, frequency: number): number {
  const [cosine, sine] = shares(samples, sampleRate, frequency);
  const rest = samples.map((value, i) => {
    const angle = (2 * Math.PI * frequency * i) / sampleRate;
    return value - cosine * Math.cos(angle) - sine * Math.sin(angle);
  });
  return levelDb(rest) - levelDb(samples);
}

/** Amplitudes of the cosine and sine that come nearest to a sound, over whole periods of them. */
function shares(samples: Float64Array, sampleRate: number, frequency: number): [number, number] {
  const periods = Math.floor((samples.length * frequency) / sampleRate);
  const length = Math.round((periods * sampleRate) / frequency);
  let cosine = 0;
  let sine = 0;
  for (let i = 0; i < length; i += 1) {
    const angle = (2 * Math.PI * frequency * i) / sampleRate;
    cosine += (samples[i] ?? 0) * Math.cos(angle);
    sine += (samples[i] ?? 0) * Math.sin(angle);
  }
  return [(2 * cosine) / length, (2 * sine) / length];
}
