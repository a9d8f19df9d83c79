import type { AccessUnit } from '../model/AccessUnit';

/** Beyond these a late viewer waits for the next keyframe instead. */
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_UNITS = 600;

/** The units since the newest keyframe, that one first: all that a late viewer needs to start. */
export class GopCache {
  #units: AccessUnit[] = [];
  #bytes = 0;

  add(unit: AccessUnit): void {
    if (unit.key) this.clear();
    else if (this.#units.length === 0) return;
    this.#units.push(unit);
    this.#bytes += unit.data.length;
    if (this.#bytes > MOST_BYTES || this.#units.length > MOST_UNITS) this.clear();
  }

  /** Empty where a viewer must wait for the next keyframe. */
  get units(): readonly AccessUnit[] {
    return this.#units;
  }

  clear(): void {
    this.#units = [];
    this.#bytes = 0;
  }
}
