import type { Origin, OriginListener, OriginRun } from '../../model/Origin';

/** Options of a `FlowOrigin`. */
export interface FlowOriginOptions {
  /** Who comes later gets the newest unit at once: right for pictures, not for sound. Default false. */
  keepsNewest?: boolean;
  /** Somebody wants units from now on. */
  opened?: () => void;
}

/** What a flow puts in, as an origin: pictures or pieces of sound, at any time and at any rate. */
export class FlowOrigin<Unit> implements Origin<Unit> {
  readonly label: string;
  readonly #keepsNewest: boolean;
  readonly #opened: () => void;
  readonly #listeners = new Set<OriginListener<Unit>>();
  #newest: Unit | undefined;

  constructor(label: string, { keepsNewest = false, opened = () => {} }: FlowOriginOptions = {}) {
    this.label = label;
    this.#keepsNewest = keepsNewest;
    this.#opened = opened;
  }

  /** Somebody wants units. */
  get isOpen(): boolean {
    return this.#listeners.size > 0;
  }

  /** Hands a unit to whoever wants it now. */
  put(unit: Unit): void {
    if (this.#keepsNewest) this.#newest = unit;
    for (const listener of this.#listeners) listener.unit(unit);
  }

  open(listener: OriginListener<Unit>): OriginRun<Unit> {
    this.#listeners.add(listener);
    if (this.#newest) listener.unit(this.#newest);
    this.#opened();
    return {
      close: async () => {
        this.#listeners.delete(listener);
      },
      catchUp: () => (this.#newest ? [this.#newest] : []),
    };
  }
}
