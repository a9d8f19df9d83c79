import type { AccessUnit } from '../../model/AccessUnit';

export interface GopCacheOptions {
  /** Most units that are kept. Default 600. */
  maxUnits?: number;
  /** Most bytes that are kept. Default 8 MB. */
  maxBytes?: number;
}

/** The most that a late viewer is sent at once, in bytes: a quarter of a second at 16 Mbit/s. */
const MOST_SENT_BYTES = 512 * 1024;
/** The most units that a browser decodes well within a second. */
const MOST_SENT = 250;

/**
 * The units since the newest keyframe, so that a late viewer can start at once. When there are too
 * many, none is kept until the next keyframe: a part of them could not be decoded.
 */
export class GopCache {
  readonly #maxUnits: number;
  readonly #maxBytes: number;
  #units: AccessUnit[] = [];
  #bytes = 0;

  constructor({ maxUnits = 600, maxBytes = 8 * 1024 * 1024 }: GopCacheOptions = {}) {
    this.#maxUnits = maxUnits;
    this.#maxBytes = maxBytes;
  }

  /** A copy of what is kept; starts with a keyframe if it is not empty. */
  get units(): readonly AccessUnit[] {
    return [...this.#units];
  }

  /** Few enough to be sent to a viewer who comes late; false if there are none. */
  get isShort(): boolean {
    return (
      this.#units.length > 0 && this.#units.length <= MOST_SENT && this.#bytes <= MOST_SENT_BYTES
    );
  }

  push(unit: AccessUnit): void {
    if (unit.key) this.clear();
    else if (this.#units.length === 0) return;
    this.#units.push(unit);
    this.#bytes += unit.data.length;
    if (this.#units.length > this.#maxUnits || this.#bytes > this.#maxBytes) this.clear();
  }

  clear(): void {
    this.#units = [];
    this.#bytes = 0;
  }
}
