import type { TakenMessages } from './protocol';

/**
 * Counts the messages of each peer that go to the flow, and tells once the flow had them and other work
 * had its turn: one note for all that came in between.
 */
export class TakenCount {
  readonly #tell: (taken: readonly TakenMessages[]) => void;
  readonly #counts = new Map<string, TakenMessages>();

  constructor(tell: (taken: readonly TakenMessages[]) => void) {
    this.#tell = tell;
  }

  /** A message goes to the flow. @param id of the connection */
  add(id: string, peer: string): void {
    if (this.#counts.size === 0) setImmediate(() => this.#flush());
    const key = `${id} ${peer}`;
    const { count = 0 } = this.#counts.get(key) ?? {};
    this.#counts.set(key, { id, peer, count: count + 1 });
  }

  // Node-RED hands each message on by `setImmediate`: those of what is counted here stand in the same
  // queue as this call, before and behind it, and are done with when the next turn begins.
  #flush(): void {
    const taken = [...this.#counts.values()];
    this.#counts.clear();
    setImmediate(() => this.#tell(taken));
  }
}
