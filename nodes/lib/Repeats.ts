/** A text that goes on is told again after so long, in ms. */
const AGAIN_MS = 10_000;
/** So many texts are remembered. */
const MOST_TEXTS = 50;

/** Tells each text once, and while it goes on only now and then, with how often it came. */
export class Repeats {
  /** By text: when it was told, by `nowMs`, and how often it came since. */
  readonly #told = new Map<string, { atMs: number; count: number }>();

  /** @returns how often the text came without being told; undefined if it is not to be told now, either */
  take(text: string, nowMs: number): number | undefined {
    const known = this.#told.get(text);
    if (known && nowMs - known.atMs < AGAIN_MS) {
      known.count += 1;
      return undefined;
    }
    this.#told.delete(text);
    this.#told.set(text, { atMs: nowMs, count: 0 });
    const [oldest] = this.#told.keys();
    if (oldest !== undefined && this.#told.size > MOST_TEXTS) this.#told.delete(oldest);
    return known?.count ?? 0;
  }
}
