/** How `Repeats` tells what it is told. */
export interface RepeatsOptions {
  /** A text that goes on is told again after so long, in ms. Default 10000. */
  readonly againMs?: number;
  /** So many texts are remembered, the newest. Default 50. */
  readonly mostTexts?: number;
}

/** Tells each text once, and while it goes on only now and then, with how often it came. */
export class Repeats {
  readonly #againMs: number;
  readonly #mostTexts: number;
  /** By text: when it was told, by `nowMs`, and how often it came since. */
  readonly #told = new Map<string, { atMs: number; count: number }>();

  constructor({ againMs = 10_000, mostTexts = 50 }: RepeatsOptions = {}) {
    this.#againMs = againMs;
    this.#mostTexts = mostTexts;
  }

  /** @returns how often the text came without being told; undefined if it is not to be told now, either */
  take(text: string, nowMs: number): number | undefined {
    const known = this.#told.get(text);
    if (known && nowMs - known.atMs < this.#againMs) {
      known.count += 1;
      return undefined;
    }
    this.#told.delete(text);
    this.#told.set(text, { atMs: nowMs, count: 0 });
    const [oldest] = this.#told.keys();
    if (oldest !== undefined && this.#told.size > this.#mostTexts) this.#told.delete(oldest);
    return known?.count ?? 0;
  }
}
