/** What loudspeakers are fed: samples a second. */
export const SAMPLE_RATE = 48_000;

/** Channels of what loudspeakers are fed; the sound server mixes them down where there is one only. */
export const CHANNELS = 2;

/** Length of the pieces in which sound is mixed and written, in ms. */
export const BLOCK_MS = 20;

/** Samples of each channel in a block. */
export const BLOCK_FRAMES = (SAMPLE_RATE * BLOCK_MS) / 1000;

/** Samples of all channels in a block. */
export const BLOCK_SAMPLES = BLOCK_FRAMES * CHANNELS;

/** Something that a mixer takes sound from, a block at a time. */
export interface AudioInput {
  /** It has sound, or waits for the rest of what it will play. */
  readonly isActive: boolean;
  /** The next block of `BLOCK_SAMPLES`, valid until the next pull; undefined for silence. */
  pull(): Int16Array | undefined;
}

/** Length of so many samples of each channel, in ms. */
export function msOf(frames: number): number {
  return (frames * 1000) / SAMPLE_RATE;
}

/** So many ms in samples of each channel. */
export function framesOf(ms: number): number {
  return Math.round((ms * SAMPLE_RATE) / 1000);
}

/**
 * S16LE bytes as samples; half a sample at the end is left out. Shares the memory where it is
 * aligned, so it is not to be written to. Every platform that Node.js runs on is little-endian.
 */
export function samplesOf(bytes: Buffer): Int16Array {
  const length = bytes.length >> 1;
  if (bytes.byteOffset % 2 === 0) return new Int16Array(bytes.buffer, bytes.byteOffset, length);
  const copy = new Int16Array(length);
  Buffer.from(copy.buffer).set(bytes.subarray(0, length * 2));
  return copy;
}
