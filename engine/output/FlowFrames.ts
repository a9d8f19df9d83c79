import type { AccessUnit } from '../model/AccessUnit';
import type { Frame } from '../model/Frame';
import type { Subscription, Track } from '../model/Track';

/**
 * Hands a track's pictures to a flow, newest only: the next one goes out when the flow has taken
 * the last. What comes between is dropped and counted, so a slow flow never builds a queue.
 */
export class FlowFrames {
  readonly #send: (frame: Frame) => void;
  readonly #subscription: Subscription;
  #newest: Frame | undefined;
  #hasCredit = true;
  #sequence = 0;
  #dropped = 0;

  /** @param track of JPEG units */
  constructor(track: Track, send: (frame: Frame) => void) {
    this.#send = send;
    this.#subscription = track.subscribe({ unit: unit => this.#take(unit) });
  }

  /** Pictures that the flow was too slow for. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The flow has taken the last frame. */
  taken(): void {
    this.#hasCredit = true;
    this.#sendNewest();
  }

  /** Idempotent. */
  close(): void {
    this.#subscription.close();
    this.#newest = undefined;
  }

  #take({ data, width, height, timestampMs }: AccessUnit): void {
    if (this.#newest) this.#dropped += 1;
    const sequence = this.#sequence;
    this.#sequence += 1;
    this.#newest = { data, format: 'jpeg', width, height, timestampMs, sequence };
    this.#sendNewest();
  }

  #sendNewest(): void {
    const frame = this.#newest;
    if (!frame || !this.#hasCredit) return;
    this.#newest = undefined;
    this.#hasCredit = false;
    this.#send(frame);
  }
}
