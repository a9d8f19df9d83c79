import type { AccessUnit } from '../model/AccessUnit';

export interface GopCacheOptions {
  /** Most units that are kept. Default 600. */
  maxUnits?: number;
  /** Most bytes that are kept. Default 8 MB. */
  maxBytes?: number;
}

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
