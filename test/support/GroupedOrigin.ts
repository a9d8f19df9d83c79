import { GopCache } from '../../engine/media/picture/GopCache';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import type { Origin, OriginListener, OriginRun } from '../../engine/model/Origin';

/** A camera whose H.264 is passed through: a test hands its units in, late subscribers get those since the newest keyframe. */
export class GroupedOrigin implements Origin {
  readonly label = 'camera';
  readonly #gop = new GopCache();
  #listener: OriginListener | undefined;

  get isOpen(): boolean {
    return this.#listener !== undefined;
  }

  open(listener: OriginListener): OriginRun {
    this.#listener = listener;
    return {
      catchUp: () => this.#gop.units,
      close: async () => {
        this.#listener = undefined;
        this.#gop.clear();
      },
    };
  }

  /** As captured now. */
  give(unit: AccessUnit): AccessUnit {
    const now = { ...unit, timestampMs: performance.timeOrigin + performance.now() };
    this.#gop.push(now);
    this.#listener?.unit(now);
    return now;
  }
}
