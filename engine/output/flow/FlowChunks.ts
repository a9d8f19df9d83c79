import type { AudioUnit } from '../../model/AudioUnit';
import { timeOfDay } from '../../model/Clock';
import type { Subscription, Track } from '../../model/Track';

/** A piece of sound for a flow. */
export interface Chunk {
  /** S16LE, interleaved. */
  readonly data: Uint8Array;
  /** In Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Capture time of the first sample, in ms since the epoch. */
  readonly timestampMs: number;
  /** Counts the chunks of the source, from 0; gaps are drops. */
  readonly sequence: number;
}

/** A flow may be behind by so many chunks of 20 ms; then the oldest is dropped. */
const MOST_WAITING = 50;

/**
 * Hands a track's sound to a flow, one chunk after the other: the next goes out when the flow has
 * taken the last. A flow that is slow for a moment loses nothing; one that stays slow loses the
 * oldest, counted, so that what it hears is never more than a second old.
 */
export class FlowChunks {
  readonly #send: (chunk: Chunk) => void;
  readonly #subscription: Subscription;
  #waiting: Chunk[] = [];
  #hasCredit = true;
  #sequence = 0;
  #dropped = 0;

  /** @param track of S16LE units */
  constructor(track: Track<AudioUnit>, send: (chunk: Chunk) => void) {
    this.#send = send;
    this.#subscription = track.subscribe({ unit: unit => this.#take(unit) });
  }

  /** Chunks that the flow was too slow for. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The flow has taken the last chunk. */
  taken(): void {
    this.#hasCredit = true;
    this.#sendNext();
  }

  /** Idempotent. */
  close(): void {
    this.#subscription.close();
    this.#waiting = [];
  }

  #take({ data, sampleRate, channels, ...unit }: AudioUnit): void {
    const timestampMs = timeOfDay(unit.timestampMs);
    this.#waiting.push({ data, sampleRate, channels, timestampMs, sequence: this.#sequence });
    this.#sequence += 1;
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      this.#dropped += 1;
    }
    this.#sendNext();
  }

  #sendNext(): void {
    if (!this.#hasCredit) return;
    const chunk = this.#waiting.shift();
    if (!chunk) return;
    this.#hasCredit = false;
    this.#send(chunk);
  }
}
