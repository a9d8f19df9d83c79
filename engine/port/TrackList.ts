import type { TrackHandle } from './TrackHandle';

/** The tracks that go into something, one for each key, in the order in which the keys came. Those that end fall out. */
export class TrackList {
  readonly #changed: () => void;
  readonly #tracks = new Map<string, TrackHandle>();
  readonly #closing = new AbortController();

  /** @param changed the list is another */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get ids(): string[] {
    return [...this.#tracks.values()].map(({ id }) => id);
  }

  /** Adds a track, in place of the one of this key. One that is listed, or has ended, changes nothing. */
  add(key: string, track: TrackHandle): void {
    if (track.over.aborted || this.#tracks.get(key)?.id === track.id) return;
    this.#tracks.set(key, track);
    const { signal } = this.#closing;
    track.over.addEventListener('abort', () => this.#remove(key, track), { signal });
    this.#changed();
  }

  /** Follows its tracks no more, some of which outlive it. Idempotent. */
  close(): void {
    this.#closing.abort();
    this.#tracks.clear();
  }

  #remove(key: string, track: TrackHandle): void {
    if (this.#tracks.get(key) !== track) return;
    this.#tracks.delete(key);
    this.#changed();
  }
}
