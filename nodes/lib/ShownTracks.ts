import type { TrackHandle } from '../../engine/port/TrackHandle';

/** Tracks that are remembered: of those of peers, which come and go, the oldest fall out. */
const MOST_TRACKS = 100;

interface Entry {
  readonly track: TrackHandle;
  readonly peer: string | undefined;
}

/** Which of the tracks that came to a display it shows. */
export class ShownTracks {
  /** Once a peer was chosen, only its media are shown. */
  readonly isByPeer: boolean;
  readonly #show: (ids: readonly string[]) => void;
  readonly #closing = new AbortController();
  #entries: readonly Entry[] = [];
  #chosen: string | undefined;

  /** @param show gets the ids of what is to be shown, the newest last */
  constructor(isByPeer: boolean, show: (ids: readonly string[]) => void) {
    this.isByPeer = isByPeer;
    this.#show = show;
  }

  /**
   * A track takes the place of an earlier one of the same origin, and falls out when it ends. One that is announced again, as
   * after a deploy, is no newer for that. Sound is not shown.
   */
  add(track: TrackHandle, peer: string | undefined): void {
    const isKnown = this.#entries.some(each => each.track.id === track.id);
    if (track.kind !== 'video' || isKnown || track.over.aborted) return;
    const { signal } = this.#closing;
    track.over.addEventListener('abort', () => this.#remove(track), { signal });
    const others = this.#entries.filter(each => each.track.origin !== track.origin);
    this.#entries = withoutSurplus([...others, { track, peer }]);
    this.#update();
  }

  /** From now on this peer is shown. */
  choose(peer: string): void {
    this.#chosen = peer;
    this.#update();
  }

  /** True if pictures of this peer are shown. */
  shows(peer: string | undefined): boolean {
    return !this.isByPeer || this.#chosen === undefined || peer === this.#chosen;
  }

  /** Follows its tracks no more, some of which outlive it. Idempotent. */
  close(): void {
    this.#closing.abort();
  }

  #remove(track: TrackHandle): void {
    const left = this.#entries.filter(each => each.track !== track);
    if (left.length === this.#entries.length) return;
    this.#entries = left;
    this.#update();
  }

  #update(): void {
    const shown = this.#entries.filter(({ peer }) => this.shows(peer));
    this.#show(shown.map(({ track }) => track.id));
  }
}

/** Cameras of the host stay: each has one entry at most. */
function withoutSurplus(entries: readonly Entry[]): readonly Entry[] {
  if (entries.length <= MOST_TRACKS) return entries;
  const ofPeer = entries.findIndex(({ peer }) => peer !== undefined);
  return entries.filter((_, index) => index !== Math.max(0, ofPeer));
}
