import type { AnySource } from '../source/Sources';

/** What a node that holds a capture wants of it. */
export interface CaptureHold {
  /** How long the device stays open when nobody watches, in ms. */
  readonly lingerMs: number;
  /** Makes the capture go on with the node's settings; does nothing where it has them. */
  readonly apply: () => void;
}

/**
 * One device or stream, and the nodes that hold it. A device has one size and rate at a time: the
 * newest settings count, and those of the node before when that one leaves. It stays open as long
 * as any of the nodes wants.
 */
export class SharedCapture {
  readonly key: string;
  readonly source: AnySource;
  /** By the ids of the nodes' captures, the newest last. */
  readonly #holds = new Map<string, CaptureHold>();

  constructor(key: string, source: AnySource) {
    this.key = key;
    this.source = source;
  }

  /** Holds it from now on, or with other settings than before. */
  hold(id: string, hold: CaptureHold): void {
    this.#holds.delete(id);
    this.#holds.set(id, hold);
    this.#settle();
  }

  /** Goes on with other settings of a node that holds it. Unknown ids are ignored. */
  change(id: string, apply: () => void): void {
    const held = this.#holds.get(id);
    if (held) this.hold(id, { ...held, apply });
  }

  /** Lets go. Returns whether somebody else still holds it. */
  release(id: string): boolean {
    this.#holds.delete(id);
    this.#settle();
    return this.#holds.size > 0;
  }

  #settle(): void {
    const holds = [...this.#holds.values()];
    if (holds.length === 0) return;
    this.source.source.lingerMs = Math.max(...holds.map(({ lingerMs }) => lingerMs));
    holds.at(-1)?.apply();
  }
}
