import { EventEmitter } from 'node:events';
import type { AudioUnit } from '../model/AudioUnit';
import type { Clock } from '../model/Clock';
import type { MediaError } from '../model/errors/errors';
import type { State } from '../model/lifeCycle';
import type { Origin } from '../model/Origin';
import { Track } from '../model/Track';
import { OpusRendition, type OpusSettings } from './OpusRendition';
import { PcmRendition, type PcmSettings } from './PcmRendition';

/** How a source of sound stands, for the status of its nodes. */
export interface AudioSourceState {
  readonly state: State;
  /** In Hz, once known. */
  readonly sampleRate?: number;
  readonly channels?: number;
  /** The way to the device, once known. */
  readonly via?: string;
  /** With `backingOff`: the pause until the next attempt, in ms. */
  readonly retryMs?: number;
}

/** What a source of sound tells. */
export type AudioSourceEvents = {
  state: [state: AudioSourceState];
  failed: [error: MediaError];
};

/** Options of an `AudioSource`. */
export interface AudioSourceOptions {
  /** How long the capture goes on after the last listener left, in ms. */
  readonly lingerMs: number;
  readonly log: (text: string) => void;
  /** The way that the origin takes to its device, for the status. */
  readonly via?: () => string | undefined;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
}

/** Renditions go on for so long without listeners, in ms, and never longer than their source. */
const RENDITION_LINGER_MS = 1000;

/** One microphone or other source of sound: as Opus for peers, as PCM for flows and loudspeakers. */
export class AudioSource extends EventEmitter<AudioSourceEvents> {
  readonly #options: AudioSourceOptions;
  readonly #native: Track<AudioUnit>;
  readonly #renditions = new Map<string, Track<AudioUnit>>();
  #state: AudioSourceState = { state: 'idle' };

  constructor(origin: Origin<AudioUnit>, options: AudioSourceOptions) {
    super();
    // As many as there are nodes.
    this.setMaxListeners(0);
    this.#options = options;
    this.#native = this.#track(origin, options.lingerMs, unit => this.#measure(unit));
    this.#native.on('state', (state, retryMs) => this.#changed(state, retryMs));
  }

  /** How long it goes on after the last subscriber left, in ms; from the next leave on. */
  set lingerMs(ms: number) {
    this.#native.lingerMs = ms;
  }

  get state(): AudioSourceState {
    return this.#state;
  }

  /** What the source gives by itself. */
  get native(): Track<AudioUnit> {
    return this.#native;
  }

  /** Opus packets of 20 ms, shared by all who want the same. */
  opus(settings: OpusSettings = {}): Track<AudioUnit> {
    return this.#rendition('opus', settings, () => new OpusRendition(this.#native, settings));
  }

  /** S16LE in units of 20 ms, shared by all who want the same. */
  pcm(settings: PcmSettings): Track<AudioUnit> {
    return this.#rendition('pcm', settings, () => new PcmRendition(this.#native, settings));
  }

  /** Idempotent, never rejects; settles when all processes are gone. */
  async close(): Promise<void> {
    await Promise.all([...this.#renditions.values()].map(track => track.close()));
    await this.#native.close();
    this.removeAllListeners();
  }

  #rendition(kind: string, settings: object, make: () => Origin<AudioUnit>): Track<AudioUnit> {
    const key = `${kind} ${JSON.stringify(settings)}`;
    const known = this.#renditions.get(key);
    if (known) return known;
    const lingerMs = Math.min(RENDITION_LINGER_MS, this.#options.lingerMs);
    const track = this.#track(make(), lingerMs);
    this.#renditions.set(key, track);
    return track;
  }

  #track(
    origin: Origin<AudioUnit>,
    lingerMs: number,
    observe: (unit: AudioUnit) => void = () => {},
  ): Track<AudioUnit> {
    const { log, clock } = this.#options;
    const track = new Track(origin, { lingerMs, observe, log, ...(clock ? { clock } : {}) });
    track.on('failed', error => this.emit('failed', error));
    return track;
  }

  #changed(state: State, retryMs?: number): void {
    const { sampleRate, channels } = this.#state;
    const isRunning = state === 'live' || state === 'lingering';
    this.#tell({
      state,
      ...(isRunning && sampleRate && channels ? { sampleRate, channels } : {}),
      ...(retryMs === undefined ? {} : { retryMs }),
    });
  }

  #measure({ sampleRate, channels }: AudioUnit): void {
    if (this.#state.sampleRate === sampleRate && this.#state.channels === channels) return;
    this.#tell({ ...this.#state, sampleRate, channels });
  }

  #tell(state: AudioSourceState): void {
    const via = this.#options.via?.();
    this.#state = { ...state, ...(via ? { via } : {}) };
    this.emit('state', this.#state);
  }
}
