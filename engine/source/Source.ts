import { EventEmitter } from 'node:events';
import { type AccessUnit, isPicture, type VideoCodec } from '../model/AccessUnit';
import { type Clock, systemClock } from '../model/Clock';
import type { MediaError } from '../model/errors/errors';
import { type H264Encoder, type HardwareEncoder, isHardwareEncoder } from '../model/H264Encoder';
import type { State } from '../model/lifeCycle';
import type { Origin } from '../model/Origin';
import { Track } from '../model/Track';
import { FrameRateMeter } from './FrameRateMeter';
import { Rendition, type RenditionOptions, type RenditionSettings } from './Rendition';
import { Silence } from './Silence';
import { StandbyDecoder } from './StandbyDecoder';
import { SteadySize } from './SteadySize';

/** How a source stands, for the status of its nodes. */
export interface SourceState {
  readonly state: State;
  /** In pixels, once known. */
  readonly width?: number;
  /** In pixels, once known. */
  readonly height?: number;
  /** Measured, in pictures a second, once known. */
  readonly frameRate?: number;
  /** With `backingOff`: the pause until the next attempt, in ms. */
  readonly retryMs?: number;
  /** It is live, and yet brings no pictures; only where `pauseMs` was set. */
  readonly isPaused?: true;
  /** Pictures of several sizes come in turn: the others are scaled to the one that is told. */
  readonly isMixed?: true;
  /** Who codes the pictures, where the source has a choice: a short name. */
  readonly via?: string;
  /** Options that the source was asked for and does not know. */
  readonly leftOut?: readonly string[];
  /** Why its H.264 is decoded although browsers take it: its keyframes are too far apart. */
  readonly decodes?: 'keyframes';
  /** The hardware that encodes it, while some does. */
  readonly encoder?: HardwareEncoder;
}

/** The pictures themselves, in the size of the source. */
const DECODED: RenditionSettings = { codec: 'I420' };

/** What a source tells. */
export type SourceEvents = { state: [state: SourceState]; failed: [error: MediaError] };

/** Options of a `Source`. */
export interface SourceOptions extends RenditionOptions {
  /** How long the capture goes on after the last subscriber left, in ms. */
  readonly lingerMs: number;
  readonly log: (text: string) => void;
  /** After so long without a picture it is paused, in ms. Default: never. */
  readonly pauseMs?: number;
  /** What the source tells of itself besides. */
  readonly about?: () => Pick<SourceState, 'via' | 'leftOut' | 'decodes'>;
}

/**
 * An encoder goes on for so long without viewers, in ms, and never longer than its source: a page that
 * is reloaded finds it running.
 */
const RENDITION_LINGER_MS = 2000;
/** The measured rate is told again at once when it has changed by so much, */
const RATE_CHANGE = 0.15;
/** and after so long when it has changed at all, in ms. */
const RATE_EVERY_MS = 5000;

/** One captured device or stream: what it gives by itself, and renditions of it in other codecs. */
export class Source extends EventEmitter<SourceEvents> {
  readonly #options: SourceOptions;
  readonly #clock: Clock;
  readonly #native: Track;
  readonly #renditions = new Map<string, Track>();
  /** What makes H264 of each rendition now. */
  readonly #encoders = new Map<string, H264Encoder>();
  readonly #silence: Silence;
  readonly #standby = new StandbyDecoder({
    decoded: () => this.rendition(DECODED),
    isWanted: () => this.#isWanted(),
    changed: isDecoding => this.#decodes(isDecoding),
  });
  #meter = new FrameRateMeter();
  #steady = new SteadySize();
  #codec: VideoCodec | undefined;
  #state: SourceState = { state: 'idle' };
  /** When the rate in `#state` was told, by the clock. */
  #rateToldMs = 0;

  constructor(origin: Origin, options: SourceOptions) {
    super();
    // As many as there are nodes.
    this.setMaxListeners(0);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#silence = new Silence(this.#clock, () => this.#tell({ ...this.#state, isPaused: true }));
    this.#native = new Track(origin, {
      lingerMs: options.lingerMs,
      clock: this.#clock,
      observe: unit => this.#measure(unit),
      log: options.log,
    });
    this.#native.on('state', (state, retryMs) => this.#changed(state, retryMs));
    this.#native.on('failed', error => this.emit('failed', error));
  }

  /** How long it goes on after the last subscriber left, in ms; from the next leave on. */
  set lingerMs(ms: number) {
    this.#native.lingerMs = ms;
  }

  get state(): SourceState {
    return this.#state;
  }

  /** The codec that the source gives by itself, undefined until its first unit came. */
  get native(): VideoCodec | undefined {
    return this.#codec;
  }

  /** The track with these settings, shared by all who want the same. */
  rendition(settings: RenditionSettings): Track {
    const key = JSON.stringify(settings);
    const known = this.#renditions.get(key);
    if (known) return known;
    const encoding = (encoder: H264Encoder | undefined) => this.#encodes(key, encoder);
    const isDecoded = key === JSON.stringify(DECODED);
    const decoded = () =>
      this.#codec === 'H264' && !isDecoded ? this.rendition(DECODED) : undefined;
    const rendition = new Rendition(this.#native, settings, {
      ...this.#options,
      encoding,
      decoded,
    });
    const track = new Track(rendition, {
      lingerMs: Math.min(RENDITION_LINGER_MS, this.#options.lingerMs),
      clock: this.#clock,
      log: this.#options.log,
    });
    track.on('failed', error => this.emit('failed', error));
    track.on('left', () => this.#standby.review());
    this.#renditions.set(key, track);
    return track;
  }

  /** What made it fail may be gone. */
  retryNow(): void {
    this.#native.retryNow();
  }

  /** Idempotent, never rejects; settles when all processes are gone. */
  async close(): Promise<void> {
    this.#standby.close();
    await Promise.all([...this.#renditions.values()].map(track => track.close()));
    await this.#native.close();
    this.#silence.end();
    this.removeAllListeners();
  }

  #changed(state: State, retryMs?: number): void {
    const { width, height, frameRate, isPaused } = this.#state;
    const isRunning = state === 'live' || state === 'lingering';
    if (!isRunning) {
      this.#meter = new FrameRateMeter();
      this.#steady = new SteadySize();
      this.#silence.end();
    }
    this.#tell({
      state,
      ...(isRunning && width && height ? { width, height } : {}),
      ...(isRunning && frameRate ? { frameRate } : {}),
      ...(isRunning && isPaused ? { isPaused } : {}),
      ...(isRunning && this.#standby.isDecoding ? { decodes: 'keyframes' } : {}),
      ...(retryMs === undefined ? {} : { retryMs }),
      ...this.#options.about?.(),
      ...this.#hardware(),
    });
  }

  #encodes(rendition: string, encoder: H264Encoder | undefined): void {
    if (encoder) this.#encoders.set(rendition, encoder);
    else this.#encoders.delete(rendition);
    const { encoder: before, ...state } = this.#state;
    const now = this.#hardware();
    if (now.encoder !== before) this.#tell({ ...state, ...now });
  }

  #hardware(): { encoder?: HardwareEncoder } {
    const encoder = [...this.#encoders.values()].find(isHardwareEncoder);
    return encoder ? { encoder } : {};
  }

  /** Whether anybody but the standby decoder wants anything. */
  #isWanted(): boolean {
    const all = [...this.#renditions.values()].reduce((sum, track) => sum + track.subscribers, 0);
    return all > (this.#standby.isDecoding ? 1 : 0);
  }

  #decodes(isDecoding: boolean): void {
    const { decodes: _before, ...state } = this.#state;
    this.#tell(isDecoding ? { ...state, decodes: 'keyframes' } : state);
  }

  #measure(unit: AccessUnit): void {
    this.#codec = unit.codec;
    this.#standby.look(unit);
    this.#meter.add(unit.timestampMs, unit.sourceMs);
    this.#silence.limit(this.#options.pauseMs);
    // What the source told of itself before does not hold any more where it says nothing of it now.
    const { isPaused, isMixed: wasMixed, via, leftOut, ...state } = this.#state;
    const { width, height, frameRate } = state;
    const nowMs = this.#clock.now();
    const size = isPicture(unit.codec) ? this.#steady.take(unit, nowMs) : unit;
    const isMixed = this.#steady.isMixed(nowMs);
    const measured = this.#meter.frameRate;
    const isResized = width !== size.width || height !== size.height;
    const about = this.#options.about?.() ?? {};
    const isOther = !isSameAbout(about, this.#state);
    const isOff = measured !== undefined && this.#isOff(measured, frameRate);
    const isNews = isResized || isOff || isOther || isPaused || isMixed !== (wasMixed ?? false);
    if (!isNews) return;
    this.#tell({
      ...state,
      ...about,
      width: size.width,
      height: size.height,
      ...(isMixed ? { isMixed } : {}),
      ...(measured ? { frameRate: measured } : {}),
    });
  }

  #isOff(measured: number, told: number | undefined): boolean {
    if (measured === told) return false;
    if (told !== undefined && Math.abs(measured / told - 1) <= RATE_CHANGE) {
      return this.#clock.now() - this.#rateToldMs >= RATE_EVERY_MS;
    }
    return true;
  }

  #tell(state: SourceState): void {
    if (state.frameRate !== this.#state.frameRate) this.#rateToldMs = this.#clock.now();
    this.#state = state;
    this.emit('state', state);
  }
}

/** Whether a source tells of itself what it told before. */
function isSameAbout(a: Pick<SourceState, 'via' | 'leftOut' | 'decodes'>, b: SourceState): boolean {
  if (a.decodes && a.decodes !== b.decodes) return false;
  return a.via === b.via && String(a.leftOut ?? '') === String(b.leftOut ?? '');
}
