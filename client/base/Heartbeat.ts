/** How often a thing that is held says so again, in ms, unless the page says otherwise. */
export const REPEAT_MS = 200;

/**
 * Repeats what is being held: a robot whose driver holds the stick still must hear that he is there,
 * or its dead man's switch stops it.
 */
export class Heartbeat {
  readonly #beat: () => void;
  readonly #everyMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param everyMs 0: never */
  constructor(beat: () => void, everyMs: number) {
    this.#beat = beat;
    this.#everyMs = everyMs;
  }

  /** Something was just told; it beats from then on while something is held. */
  told(isHeld: boolean): void {
    clearInterval(this.#timer);
    if (isHeld && this.#everyMs > 0) this.#timer = setInterval(this.#beat, this.#everyMs);
  }
}
