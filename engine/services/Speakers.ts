import type { Pcm } from '../media/audio/PcmInput';
import type { MediaError } from '../model/errors/errors';
import type { State } from '../model/lifeCycle';
import { Speaker, type SpeakerOptions } from '../output/speaker/Speaker';
import type { SoundFinder } from '../process/sound/SoundFinder';
import type { SoundBackend } from '../process/sound/soundSystem';
import type { Sources } from '../source/Sources';

/** How a loudspeaker is opened. */
export type SpeakerSettings = SpeakerOptions;

/** Who hears of loudspeakers. */
export interface SpeakerHandlers {
  /** @param backend the way to the device, while it plays */
  state(id: string, state: State, backend?: SoundBackend): void;
  failed(id: string, error: MediaError): void;
  log(level: 'info' | 'debug', text: string): void;
}

interface OpenSpeaker {
  readonly speaker: Speaker;
  tracks: readonly string[];
  /** Those that are playing. */
  attached: ReadonlySet<string>;
}

/** The loudspeakers that nodes have opened. */
export class Speakers {
  readonly #sound: SoundFinder;
  readonly #sources: Sources;
  readonly #handlers: SpeakerHandlers;
  readonly #speakers = new Map<string, OpenSpeaker>();

  constructor(
    { sound, sources }: { readonly sound: SoundFinder; readonly sources: Sources },
    handlers: SpeakerHandlers,
  ) {
    this.#sound = sound;
    this.#sources = sources;
    this.#handlers = handlers;
    sources.on('changed', track => {
      for (const open of this.#speakers.values()) {
        if (open.tracks.includes(track)) this.#attach(open);
      }
    });
  }

  /** An open one of this id is replaced. */
  async open(id: string, settings: SpeakerSettings): Promise<void> {
    await this.close(id);
    const speaker = new Speaker(settings, {
      sound: this.#sound,
      log: text => this.#handlers.log('debug', text),
    });
    speaker.on('state', (state, backend) => this.#handlers.state(id, state, backend));
    speaker.on('failed', error => this.#handlers.failed(id, error));
    this.#speakers.set(id, { speaker, tracks: [], attached: new Set() });
    this.#handlers.state(id, speaker.state);
  }

  /** Unknown ids are ignored. */
  async close(id: string): Promise<void> {
    const open = this.#speakers.get(id);
    this.#speakers.delete(id);
    await open?.speaker.close();
  }

  /** Never rejects. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#speakers.keys()].map(id => this.close(id)));
  }

  /** Plays these tracks, mixed. */
  setTracks(id: string, tracks: readonly string[]): void {
    const open = this.#speakers.get(id);
    if (!open) return;
    open.tracks = tracks;
    this.#attach(open);
  }

  /** Plays a chunk of a stream of a flow. @throws MediaError */
  play(id: string, stream: string, pcm: Pcm): void {
    this.#speakers.get(id)?.speaker.play(stream, pcm);
  }

  /** Plays a whole WAV file. @throws MediaError */
  playWav(id: string, wav: Buffer): void {
    this.#speakers.get(id)?.speaker.playWav(wav);
  }

  /** Drops what waits to be played. */
  stop(id: string): void {
    this.#speakers.get(id)?.speaker.stop();
  }

  /** @param volume 0 to 1 */
  setVolume(id: string, volume: number): void {
    this.#speakers.get(id)?.speaker.setVolume(volume);
  }

  setMuted(id: string, muted: boolean): void {
    this.#speakers.get(id)?.speaker.setMuted(muted);
  }

  #attach(open: OpenSpeaker): void {
    const wanted = new Set(open.tracks.filter(track => this.#sources.audio([track]).length > 0));
    for (const track of open.attached) if (!wanted.has(track)) open.speaker.detach(track);
    for (const track of wanted) {
      const [source] = this.#sources.audio([track]);
      if (source && !open.attached.has(track)) open.speaker.attach(track, source.native);
    }
    open.attached = wanted;
  }
}
