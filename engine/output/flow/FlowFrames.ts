import { fromI420 } from '../../media/picture/pixels';
import type { AccessUnit } from '../../model/AccessUnit';
import { timeOfDay } from '../../model/Clock';
import type { Frame, FrameFormat } from '../../model/Frame';
import type { Subscription, Track } from '../../model/Track';

/** Options of `FlowFrames`. */
export interface FlowFramesOptions {
  /** How the flow wants its pictures. Default `jpeg`. */
  format?: FrameFormat;
  /** At most so many pictures a second. Default: as many as come. */
  frameRate?: number;
}

/** A picture may come so much early, as part of the interval: sources jitter. */
const EARLY = 0.2;

/**
 * Hands a track's pictures to a flow, newest only: the next one goes out when the flow has taken
 * the last. What comes between is dropped and counted, so a slow flow never builds a queue.
 */
export class FlowFrames {
  readonly #send: (frame: Frame) => void;
  readonly #format: FrameFormat;
  readonly #intervalMs: number;
  readonly #subscription: Subscription;
  #newest: { readonly unit: AccessUnit; readonly sequence: number } | undefined;
  #hasCredit = true;
  #sequence = 0;
  #dropped = 0;
  #dueMs = Number.NEGATIVE_INFINITY;

  /** @param track of JPEG units for `jpeg`, else of I420 units */
  constructor(
    track: Track,
    send: (frame: Frame) => void,
    { format = 'jpeg', frameRate }: FlowFramesOptions = {},
  ) {
    this.#send = send;
    this.#format = format;
    this.#intervalMs = frameRate ? 1000 / frameRate : 0;
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

  #take(unit: AccessUnit): void {
    if (unit.timestampMs < this.#dueMs - EARLY * this.#intervalMs) return;
    // Counted from when this one was due, so that early and late ones give the rate on the average.
    this.#dueMs += this.#intervalMs;
    if (this.#dueMs < unit.timestampMs) this.#dueMs = unit.timestampMs + this.#intervalMs;
    if (this.#newest) this.#dropped += 1;
    this.#newest = { unit, sequence: this.#sequence };
    this.#sequence += 1;
    this.#sendNewest();
  }

  #sendNewest(): void {
    if (!this.#newest || !this.#hasCredit) return;
    const { unit, sequence } = this.#newest;
    this.#newest = undefined;
    this.#hasCredit = false;
    this.#send(frameOf(unit, this.#format, sequence));
  }
}

/** A unit as a frame, with the time of day. Pixels are laid out only now, when the flow is ready for them. */
export function frameOf(unit: AccessUnit, format: FrameFormat, sequence: number): Frame {
  const { width, height } = unit;
  const timestampMs = timeOfDay(unit.timestampMs);
  const data = format === 'jpeg' ? unit.data : fromI420(unit.data, format, { width, height });
  return { data, format, width, height, timestampMs, sequence };
}
