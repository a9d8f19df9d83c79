import type { AccessUnit } from '../model/AccessUnit';
import type { Subscription, Track } from '../model/Track';

/** What a standby decoder needs. */
export interface StandbyDecoderOptions {
  /** The source's pictures, decoded. */
  readonly decoded: () => Track;
  /** Whether somebody else wants anything of the source. */
  readonly isWanted: () => boolean;
  /** It begins to decode, or ends. */
  readonly changed: (isDecoding: boolean) => void;
}

/** What a decoder of a small machine works through in about half a second, in pixels. */
const MOST_PIXELS = 100_000_000;
/** Before the group is too long to be kept for a decoder: see `GopCache`. */
const MOST_UNITS = 400;
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Keeps a decoder running while the keyframes of a source are so far apart that a decoder started
 * for a late viewer, a snapshot or a flow would not have a picture within a second. It runs only
 * while somebody watches, and only until the keyframes are near each other again.
 */
export class StandbyDecoder {
  readonly #options: StandbyDecoderOptions;
  #subscription: Subscription | undefined;
  #units = 0;
  #bytes = 0;
  #pixels = 0;

  constructor(options: StandbyDecoderOptions) {
    this.#options = options;
  }

  get isDecoding(): boolean {
    return this.#subscription !== undefined;
  }

  /** A unit of the source came. */
  look(unit: AccessUnit): void {
    if (unit.codec !== 'H264') {
      this.close();
      return;
    }
    if (unit.key) {
      if (!this.#isLong) this.close();
      this.#units = 0;
      this.#bytes = 0;
      this.#pixels = 0;
    }
    this.#units += 1;
    this.#bytes += unit.data.length;
    this.#pixels += unit.width * unit.height;
    if (this.#isLong && !this.#subscription && this.#options.isWanted()) this.#begin();
  }

  /** Somebody has left. */
  review(): void {
    if (this.#subscription && !this.#options.isWanted()) this.close();
  }

  /** Idempotent; goes on with the next unit that asks for it. */
  close(): void {
    const subscription = this.#subscription;
    if (!subscription) return;
    this.#subscription = undefined;
    subscription.close();
    this.#options.changed(false);
  }

  get #isLong(): boolean {
    return this.#units > MOST_UNITS || this.#bytes > MOST_BYTES || this.#pixels > MOST_PIXELS;
  }

  #begin(): void {
    this.#subscription = this.#options.decoded().subscribe({ unit: () => {} });
    this.#options.changed(true);
  }
}
