import { CHANNELS } from '../../media/audio/audioBlock';

/** Chunks consumed before the list of chunks is cut at its front. */
const TRIM_AFTER = 64;

/** Interleaved samples that arrive in chunks of any size and are taken in pieces of any size. */
export class SampleQueue {
  readonly #chunks: Int16Array[] = [];
  /** Index of the first chunk that still holds samples. */
  #first = 0;
  /** Samples already taken from that chunk. */
  #offset = 0;
  #length = 0;

  /** What waits, in samples of each channel. */
  get frames(): number {
    return this.#length / CHANNELS;
  }

  /** Adds whole frames at the end. The chunk is kept, not copied. */
  push(chunk: Int16Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Moves as many whole frames into `target` as there are and fit; gives their number. */
  read(target: Int16Array): number {
    const wanted = Math.min(target.length, this.#length);
    for (let filled = 0; filled < wanted; ) {
      const rest = this.#head().subarray(0, wanted - filled);
      target.set(rest, filled);
      filled += rest.length;
      this.#consume(rest.length);
    }
    return wanted / CHANNELS;
  }

  /** Drops the oldest frames. */
  skip(frames: number): void {
    let rest = Math.min(frames * CHANNELS, this.#length);
    while (rest > 0) {
      const step = Math.min(rest, this.#head().length);
      this.#consume(step);
      rest -= step;
    }
  }

  clear(): void {
    this.skip(this.frames);
  }

  /** The rest of the first chunk; never empty while anything waits. */
  #head(): Int16Array {
    return this.#chunks[this.#first]?.subarray(this.#offset) ?? new Int16Array();
  }

  #consume(samples: number): void {
    this.#length -= samples;
    this.#offset += samples;
    if (this.#offset < (this.#chunks[this.#first]?.length ?? 0)) return;
    this.#offset = 0;
    this.#first += 1;
    if (this.#length === 0 || this.#first >= TRIM_AFTER) {
      this.#chunks.splice(0, this.#first);
      this.#first = 0;
    }
  }
}
