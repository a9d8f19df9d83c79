/** A queue whose reader waits: what `put_nowait` puts in, `await get()` takes out, in order (RTCBot's `Queue`). */
export class Queue<T = unknown> {
  readonly #items: T[] = [];
  readonly #readers: ((item: T) => void)[] = [];

  /** Adds an item. Bound, so that it can be handed over as a callback: `conn.subscribe(queue.put_nowait)`. */
  readonly put_nowait = (item: T): void => {
    const reader = this.#readers.shift();
    if (reader) reader(item);
    else this.#items.push(item);
  };

  /** Takes the oldest item, or waits for one. Several readers are served in the order of their calls. */
  get(): Promise<T> {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift() as T);
    return new Promise(resolve => this.#readers.push(resolve));
  }
}
