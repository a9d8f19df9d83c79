import { RemoteMediaError } from '../model/errors/errors';
import type { State } from '../model/lifeCycle';
import { ownMemory } from '../model/memory';
import type { SpeakerSettings } from '../services/Speakers';
import type { PcmNote, SoundBackend } from './protocol';
import type { TrackHandle } from './TrackHandle';
import { TrackList } from './TrackList';
import type { WorkerLink, WorkerNote } from './WorkerLink';
import { WorkerProxy, type WorkerProxyEvents } from './WorkerProxy';

/** What a loudspeaker tells. */
export type SpeakerProxyEvents = WorkerProxyEvents & {
  /** `backend` is the way to the device, while it plays. */
  state: [state: State, backend: SoundBackend | undefined];
};

/** What the worker says of an output. */
export type OutputNote = Extract<WorkerNote, { event: 'outputState' | 'outputFailed' }>;

/** A loudspeaker in the engine, as the main thread sees it. */
export class SpeakerProxy extends WorkerProxy<SpeakerProxyEvents> {
  readonly #link: WorkerLink;
  readonly #tracks = new TrackList(() => this.#sendTracks());
  #settings: SpeakerSettings;

  constructor(link: WorkerLink, settings: SpeakerSettings) {
    super(link, 'closeSpeaker');
    this.#link = link;
    this.#settings = settings;
  }

  /** Opens it in the worker; again after that was restarted. */
  override open(): void {
    if (this.isClosing) return;
    this.#link
      .call('openSpeaker', { id: this.id, settings: this.#settings })
      .catch(error => this.fail(error));
    this.#sendTracks();
  }

  /** Plays this track, mixed with the others; it takes the place of an earlier one of the same origin. */
  addTrack(track: TrackHandle): void {
    this.#tracks.add(track.origin, track);
  }

  /** Plays a chunk of a stream. @throws MediaError */
  play(stream: string, pcm: PcmNote): Promise<void> {
    const data = ownMemory(pcm.data);
    return this.#link.call('play', { id: this.id, stream, pcm: { ...pcm, data } }, [data.buffer]);
  }

  /** Plays a whole WAV file. @throws MediaError */
  playWav(wav: Buffer): Promise<void> {
    const own = ownMemory(wav);
    return this.#link.call('playWav', { id: this.id, wav: own }, [own.buffer]);
  }

  /** Drops what waits to be played. */
  stop(): Promise<void> {
    return this.#link.call('stopPlaying', { id: this.id });
  }

  /** @param volume 0 to 1 */
  setVolume(volume: number): Promise<void> {
    this.#settings = { ...this.#settings, volume };
    return this.#link.call('setVolume', { id: this.id, volume });
  }

  setMuted(muted: boolean): Promise<void> {
    this.#settings = { ...this.#settings, muted };
    return this.#link.call('setMuted', { id: this.id, muted });
  }

  /** Takes what the worker says of this loudspeaker. */
  take(note: OutputNote): void {
    if (this.isClosing) return;
    if (note.event === 'outputState') this.emit('state', note.state, note.backend);
    else this.fail(new RemoteMediaError(note.error));
  }

  override close(): Promise<void> {
    this.#tracks.close();
    return super.close();
  }

  #sendTracks(): void {
    if (this.isClosing) return;
    const tracks = this.#tracks.ids;
    this.#link.call('setSpeakerTracks', { id: this.id, tracks }).catch(error => this.fail(error));
  }
}
