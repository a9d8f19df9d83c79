import type { TrackHandle } from '../../engine/port/TrackHandle';

/** Tracks that are remembered: those of peers that have left fall out first. */
const MOST_TRACKS = 100;

/** Which of the tracks that came to a display it shows. */
export class ShownTracks {
  /** Only the media of one chosen peer are shown. */
  readonly isByPeer: boolean;
  readonly #show: (ids: readonly string[]) => void;
  #tracks: { readonly track: TrackHandle; readonly peer: string | undefined }[] = [];
  #chosen: string | undefined;

  /** @param show gets the ids of what is to be shown, the newest last */
  constructor(isByPeer: boolean, show: (ids: readonly string[]) => void) {
    this.isByPeer = isByPeer;
    this.#show = show;
  }

  /** A track takes the place of an earlier one of the same origin. Sound is not shown. */
  add(track: TrackHandle, peer: string | undefined): void {
    if (track.kind !== 'video') return;
    const others = this.#tracks.filter(each => each.track.origin !== track.origin);
    this.#tracks = [...others, { track, peer }].slice(-MOST_TRACKS);
    this.#chosen ??= peer;
    this.#update();
  }

  /** From now on this peer is shown. */
  choose(peer: string): void {
    this.#chosen = peer;
    this.#update();
  }

  /** True if pictures of this peer are shown. */
  shows(peer: string | undefined): boolean {
    if (!this.isByPeer) return true;
    this.#chosen ??= peer;
    return peer === this.#chosen;
  }

  #update(): void {
    const shown = this.#tracks.filter(({ peer }) => !this.isByPeer || peer === this.#chosen);
    this.#show(shown.map(({ track }) => track.id));
  }
}
