import type { Transcoder } from '../media/codec/Transcoder';
import type { AccessUnit } from '../model/AccessUnit';
import type { Subscription, Track } from '../model/Track';

/** What a stopgap is made with. */
export interface StopgapTools {
  /** Makes an encoder for pictures like this one, that hands over what it makes. */
  readonly encoder: (
    picture: AccessUnit,
    made: (unit: AccessUnit) => void,
  ) => Transcoder | undefined;
  /** Gets what is to be sent instead of the stream's own units, a keyframe first. */
  readonly unit: (unit: AccessUnit) => void;
  /** Gets the encoder when it is not needed any more, to close it. */
  readonly ended: (encoder: Transcoder) => void;
}

/**
 * Encodes the pictures of a stream anew whose own keyframes are too far apart: for viewers who come
 * late or lost something, until the next keyframe of the stream itself.
 */
export class Stopgap {
  readonly #tools: StopgapTools;
  readonly #subscription: Subscription;
  #encoder: Transcoder | undefined;
  #hasBegun = false;
  #closed = false;

  /** @param decoded the stream's pictures */
  constructor(decoded: Track, tools: StopgapTools) {
    this.#tools = tools;
    this.#subscription = decoded.subscribe({ unit: picture => this.#take(picture) });
  }

  /** Its first keyframe was made: viewers get its units instead of the stream's. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Before the first one this changes nothing: it comes anyway. */
  requestKeyframe(): void {
    if (this.#hasBegun) this.#encoder?.requestKeyframe?.();
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#subscription.close();
    const encoder = this.#encoder;
    this.#encoder = undefined;
    if (encoder) this.#tools.ended(encoder);
  }

  #take(picture: AccessUnit): void {
    if (this.#closed) return;
    this.#encoder ??= this.#tools.encoder(picture, unit => this.#made(unit));
    this.#encoder?.push(picture);
  }

  #made(unit: AccessUnit): void {
    if (this.#closed) return;
    this.#hasBegun = true;
    this.#tools.unit(unit);
  }
}
