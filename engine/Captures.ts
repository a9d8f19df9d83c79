import { AudioSource, type AudioSourceState } from './capture/AudioSource';
import type { CaptureOptions, PicameraOptions } from './capture/CaptureOptions';
import { captureKey } from './capture/captureKey';
import { FfmpegCapture } from './capture/FfmpegCapture';
import { MicrophoneCapture, type MicrophoneOptions } from './capture/MicrophoneCapture';
import { PicameraCapture } from './capture/PicameraCapture';
import { Source, type SourceState } from './capture/Source';
import { TestPattern } from './capture/TestPattern';
import { type FlowTaps, type FrameSettings, nextFrame } from './FlowTaps';
import { type MediaError, SourceStalledError } from './model/errors';
import type { Frame } from './model/Frame';
import type { Origin } from './model/Origin';
import type { FfmpegFinder } from './process/ffmpeg';
import type { RpicamFinder } from './process/rpicam';
import type { SoundFinder } from './process/SoundFinder';
import type { AnySource, Sources } from './Sources';
import { hasSpareMemory } from './spareMemory';

/** How a capture stands. */
export type CaptureState = SourceState & AudioSourceState;

/** Who hears of captures. */
export interface CaptureHandlers {
  state(id: string, state: CaptureState): void;
  failed(id: string, error: MediaError): void;
  log(level: 'info' | 'debug', text: string): void;
}

/** How a camera is opened. */
export interface CameraSettings {
  readonly options: CaptureOptions;
  /** In ms. */
  readonly lingerMs: number;
  /** How the flow wants its pictures; absent: not at all. */
  readonly frames?: FrameSettings;
}

/** How a microphone is opened. */
export interface MicrophoneSettings {
  readonly options: MicrophoneOptions;
  /** In ms. */
  readonly lingerMs: number;
  /** Send sound to the flow. */
  readonly chunks: boolean;
}

/** What captures need. */
export interface CaptureTools {
  readonly ffmpeg: FfmpegFinder;
  readonly rpicam: RpicamFinder;
  readonly sound: SoundFinder;
  readonly sources: Sources;
  readonly taps: FlowTaps;
}

interface Shared {
  readonly key: string;
  readonly source: AnySource;
  holders: number;
}

interface Capture {
  readonly shared: Shared;
  readonly unlisten: () => void;
}

/** How long a snapshot may take, in ms: as long as a camera may take to start, and a bit. */
const SNAPSHOT_MS = 16_000;

/** The cameras and microphones that nodes have opened; those of one device share one source. */
export class Captures {
  readonly #tools: CaptureTools;
  readonly #handlers: CaptureHandlers;
  readonly #shared = new Map<string, Shared>();
  readonly #captures = new Map<string, Capture>();
  readonly #closing = new Set<Promise<void>>();
  /** Those of `#shared` that can be changed while they run, by their keys. */
  readonly #picameras = new Map<string, PicameraCapture>();

  constructor(tools: CaptureTools, handlers: CaptureHandlers) {
    this.#tools = tools;
    this.#handlers = handlers;
  }

  /** Opens a camera, or shares the one that has the device. An open one of this id is replaced. */
  async openCamera(id: string, { options, lingerMs, frames }: CameraSettings): Promise<void> {
    await this.close(id);
    const shared = this.#share(captureKey(options), key => {
      const origin = this.#origin(options);
      const source = new Source(origin, {
        lingerMs,
        findFfmpeg: () => this.#tools.ffmpeg.find(),
        spare: hasSpareMemory(),
        log: text => this.#handlers.log('info', text),
        ...(origin instanceof PicameraCapture ? { about: () => origin.about } : {}),
      });
      if (origin instanceof PicameraCapture) this.#picameras.set(key, origin);
      return { kind: 'video', source };
    });
    if (shared.source.kind !== 'video') return;
    this.#adopt(id, shared);
    if (frames) this.#tools.taps.openFrames(id, shared.source.source, frames);
  }

  /** Goes on with other options of a camera module; those who have its pictures keep them. */
  changePicamera(id: string, options: PicameraOptions): void {
    const key = this.#captures.get(id)?.shared.key;
    if (key !== undefined) this.#picameras.get(key)?.change(options);
  }

  /** Opens a microphone, or shares the one that has the device. An open one of this id is replaced. */
  async openMicrophone(id: string, settings: MicrophoneSettings): Promise<void> {
    await this.close(id);
    const { options, lingerMs, chunks } = settings;
    const log = (text: string) => this.#handlers.log('debug', text);
    const shared = this.#share(`microphone ${JSON.stringify(options)}`, () => {
      const origin = new MicrophoneCapture(options, { sound: this.#tools.sound, log });
      const source = new AudioSource(origin, { lingerMs, log, via: () => origin.backend });
      return { kind: 'audio', source };
    });
    if (shared.source.kind !== 'audio') return;
    this.#adopt(id, shared);
    if (chunks) this.#tools.taps.openChunks(id, shared.source.source, 'as captured');
  }

  /** One picture, of now. @throws MediaError */
  async snapshot(id: string, settings: FrameSettings): Promise<Frame> {
    const source = this.#captures.get(id)?.shared.source;
    if (source?.kind !== 'video') throw new Error(`no camera ${id}`);
    const late = new SourceStalledError('the camera', SNAPSHOT_MS);
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(late), SNAPSHOT_MS);
    try {
      return await nextFrame(source.source, settings, limit.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes a capture; its device is freed when nobody else holds it. Unknown ids are ignored. */
  async close(id: string): Promise<void> {
    const capture = this.#captures.get(id);
    if (!capture) return;
    this.#captures.delete(id);
    capture.unlisten();
    this.#tools.taps.close(id);
    this.#tools.sources.remove(id);
    await this.#release(capture.shared);
  }

  /** Never rejects. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#captures.keys()].map(id => this.close(id)));
    await Promise.all(this.#closing);
  }

  #origin(options: CaptureOptions): Origin {
    if (options.source === 'test') return new TestPattern(options);
    const log = (text: string) => this.#handlers.log('debug', text);
    const { ffmpeg, rpicam } = this.#tools;
    if (options.source === 'picamera') return new PicameraCapture(options, { rpicam, ffmpeg, log });
    return new FfmpegCapture(options, { ffmpeg, log });
  }

  #adopt(id: string, shared: Shared): void {
    const { source } = shared.source;
    const onState = (state: CaptureState) => this.#handlers.state(id, state);
    const onFailed = (error: MediaError) => this.#handlers.failed(id, error);
    source.on('state', onState).on('failed', onFailed);
    const unlisten = () => source.off('state', onState).off('failed', onFailed);
    this.#captures.set(id, { shared, unlisten });
    onState(source.state);
    this.#tools.sources.add(id, shared.source);
  }

  #share(key: string, make: (key: string) => AnySource): Shared {
    const shared = this.#shared.get(key) ?? { key, source: make(key), holders: 0 };
    shared.holders += 1;
    this.#shared.set(key, shared);
    return shared;
  }

  async #release(shared: Shared): Promise<void> {
    shared.holders -= 1;
    if (shared.holders > 0) return;
    this.#shared.delete(shared.key);
    this.#picameras.delete(shared.key);
    const closing = shared.source.source.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    await closing;
  }
}
