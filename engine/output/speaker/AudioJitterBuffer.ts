import {
  type AudioInput,
  BLOCK_FRAMES,
  BLOCK_SAMPLES,
  CHANNELS,
  framesOf,
  msOf,
} from '../../media/audio/audioBlock';
import { Concealment } from './Concealment';
import { SampleQueue } from './SampleQueue';

/** Options of an `AudioJitterBuffer`. */
export interface AudioJitterBufferOptions {
  /** How much sound waits on average, and so the delay, in ms. Default 60. */
  depthMs?: number;
}

/** Blocks of 20 ms since the start. */
export interface AudioCounters {
  readonly played: number;
  /** Replaced, because their sound was not there in time. */
  readonly concealed: number;
  /** Thrown away, because so much waited that they would have been heard too late. */
  readonly droppedLate: number;
}

/** Sound that waits beyond the depth is late by more than anybody should hear, in ms. */
const LATE_MS = 60;
/** The level is averaged over so many blocks: 2.6 s. */
const AVERAGE_BLOCKS = 128;
/** A level so far off the wanted one is corrected, in ms. */
const TOLERANCE_MS = 10;

/**
 * Turns sound that arrives in pieces of any size and with jitter into a steady pull of blocks.
 * The delay stays at the depth: two clocks that differ are reconciled by playing one sample in 960
 * more or less, sound that comes in a late burst is dropped, missing sound is concealed.
 * It needs no clock of its own: the pulls are the clock.
 */
export class AudioJitterBuffer implements AudioInput {
  readonly #depth: number;
  readonly #queue = new SampleQueue();
  readonly #continuation = new Concealment();
  readonly #block = new Int16Array(BLOCK_SAMPLES);
  /** One frame more than a block, for what is squeezed into one. */
  readonly #wide = new Int16Array(BLOCK_SAMPLES + CHANNELS);
  #isFilling = true;
  /** Blocks for which the oldest sound has waited for the rest of the depth. */
  #waited = 0;
  /** The size in which sound comes, at least a block. All sizes are in samples of each channel. */
  #unit = BLOCK_FRAMES;
  #average = 0;
  #played = 0;
  #concealed = 0;
  #dropped = 0;

  constructor({ depthMs = 60 }: AudioJitterBufferOptions = {}) {
    this.#depth = framesOf(depthMs);
  }

  /** How much sound waits, in ms. */
  get waitingMs(): number {
    return msOf(this.#queue.frames);
  }

  get isActive(): boolean {
    return this.#queue.frames > 0 || !this.#continuation.isOver;
  }

  get counters(): AudioCounters {
    return {
      played: this.#played,
      concealed: this.#concealed,
      droppedLate: Math.ceil(this.#dropped / BLOCK_FRAMES),
    };
  }

  /** Adds interleaved samples for `CHANNELS` channels at `SAMPLE_RATE`. They are kept, not copied. */
  push(samples: Int16Array): void {
    this.#unit = Math.max(samples.length / CHANNELS, BLOCK_FRAMES);
    this.#queue.push(samples);
    // Whoever sends a second at a time may have sent the next one a bit early.
    const most = this.#depth + Math.max(framesOf(LATE_MS), 2 * this.#unit);
    if (this.#queue.frames > most) this.#drop(this.#queue.frames - this.#level(this.#unit));
  }

  /** The next block; undefined while nothing is to be heard. */
  pull(): Int16Array | undefined {
    if (this.#isFilling && this.#isFilled()) this.#start();
    if (!this.#isFilling) return this.#play();
    return this.#continuation.isOver ? undefined : this.#conceal(0);
  }

  /** The wanted level at the moment when `part` of the newest unit has not yet been played. */
  #level(part: number): number {
    return this.#depth + Math.max(0, part - BLOCK_FRAMES);
  }

  /** The depth is there; or no more came for as long, so that short sounds are heard too. */
  #isFilled(): boolean {
    if (this.#queue.frames === 0) return false;
    if (this.#queue.frames >= this.#level(this.#unit)) return true;
    this.#waited += 1;
    return this.#waited * BLOCK_FRAMES >= this.#depth;
  }

  #start(): void {
    this.#isFilling = false;
    this.#waited = 0;
    this.#average = this.#queue.frames;
  }

  #play(): Int16Array {
    this.#average += (this.#queue.frames - this.#average) / AVERAGE_BLOCKS;
    const frames = BLOCK_FRAMES + this.#correction();
    if (this.#queue.frames < frames) return this.#conceal(this.#takeRest());
    const wide = this.#wide.subarray(0, frames * CHANNELS);
    this.#queue.read(wide);
    stretch(wide, this.#block);
    this.#continuation.hear(this.#block);
    this.#played += 1;
    return this.#block;
  }

  /** Frames to play more in this block, so that the level comes to the wanted one: -1, 0 or 1. */
  #correction(): number {
    const off = msOf(this.#average - this.#depth - (this.#unit - BLOCK_FRAMES) / 2);
    return Math.abs(off) < TOLERANCE_MS ? 0 : Math.sign(off);
  }

  /** The last sound before a gap, at the front of the block; gives its frames. */
  #takeRest(): number {
    this.#isFilling = true;
    const frames = this.#queue.read(this.#block);
    if (frames > 0) this.#continuation.hear(this.#block.subarray(0, frames * CHANNELS));
    return frames;
  }

  #conceal(from: number): Int16Array {
    this.#continuation.fill(this.#block.subarray(from * CHANNELS));
    this.#concealed += 1;
    return this.#block;
  }

  #drop(frames: number): void {
    this.#queue.skip(frames);
    this.#dropped += frames;
    this.#average = this.#queue.frames;
    this.#continuation.cut();
  }
}

/** Plays all frames of `source` within `target`, which is a frame longer, shorter, or as long. */
function stretch(source: Int16Array, target: Int16Array): void {
  if (source.length === target.length) {
    target.set(source);
    return;
  }
  const step = source.length / target.length;
  const last = source.length / CHANNELS - 1;
  for (let frame = 0; frame < BLOCK_FRAMES; frame += 1) {
    const at = frame * step;
    const left = Math.min(Math.floor(at), last);
    const right = Math.min(left + 1, last);
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      const from = source[left * CHANNELS + channel] ?? 0;
      const to = source[right * CHANNELS + channel] ?? 0;
      target[frame * CHANNELS + channel] = Math.round(from + (to - from) * (at - left));
    }
  }
}
