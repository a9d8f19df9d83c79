import { EventEmitter } from 'node:events';
import type { AudioSource } from './AudioSource';
import type { Source } from './Source';

/** A source of pictures or of sound. */
export type AnySource =
  | { readonly kind: 'video'; readonly source: Source }
  | { readonly kind: 'audio'; readonly source: AudioSource };

/** What the register tells: a track has come or gone. */
export type SourcesEvents = { changed: [track: string] };

/** All open sources by the id of their track, for those who send, show and play them. */
export class Sources extends EventEmitter<SourcesEvents> {
  readonly #byTrack = new Map<string, AnySource>();

  constructor() {
    super();
    // As many as there are nodes.
    this.setMaxListeners(0);
  }

  add(track: string, source: AnySource): void {
    this.#byTrack.set(track, source);
    this.emit('changed', track);
  }

  /** Unknown ids are ignored. */
  remove(track: string): void {
    if (this.#byTrack.delete(track)) this.emit('changed', track);
  }

  /** The open ones of these that carry pictures, in their order. */
  video(tracks: readonly string[]): Source[] {
    return tracks.flatMap(track => {
      const found = this.#byTrack.get(track);
      return found?.kind === 'video' ? [found.source] : [];
    });
  }

  /** The open ones of these that carry sound, in their order. */
  audio(tracks: readonly string[]): AudioSource[] {
    return tracks.flatMap(track => {
      const found = this.#byTrack.get(track);
      return found?.kind === 'audio' ? [found.source] : [];
    });
  }
}
