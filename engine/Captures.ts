import { AudioSource, type AudioSourceState } from './capture/AudioSource';
import type { CaptureOptions, PicameraOptions } from './capture/CaptureOptions';
import { captureKey } from './capture/captureKey';
import { FfmpegCapture } from './capture/FfmpegCapture';
import { MicrophoneCapture, type MicrophoneOptions } from './capture/MicrophoneCapture';
import { PicameraCapture } from './capture/PicameraCapture';
import { Source, type SourceState } from './capture/Source';
import { TestPattern } from './capture/TestPattern';
import { V4l2Device } from './capture/V4l2Device';
import type { CameraControl, ControlValue } from './capture/v4l2Controls';
import type { HardwareEncoders } from './coding/HardwareEncoders';
import { type FlowTaps, type FrameSettings, nextFrame } from './FlowTaps';
import { ControlError, type MediaError, SourceStalledError, UnpluggedError } from './model/errors';
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
  readonly hardware?: HardwareEncoders | undefined;
  readonly sound: SoundFinder;
  /** Where /sys and /dev are. Default `/`. */
  readonly sysRoot?: string | undefined;
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
  /** The USB cameras among `#shared`, by their keys. */
  readonly #devices = new Map<string, V4l2Device>();
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
    const key = captureKey(options, this.#tools.sysRoot);
    const shared = this.#share(key, () => {
      const device = this.#deviceOf(options, key);
      const origin = this.#origin(options, device);
      const source = new Source(origin, {
        lingerMs,
        findFfmpeg: () => this.#tools.ffmpeg.find(),
        spare: hasSpareMemory(),
        hardware: this.#tools.hardware,
        log: text => this.#handlers.log('info', text),
        ...(origin instanceof PicameraCapture ? { about: () => origin.about } : {}),
      });
      if (origin instanceof PicameraCapture) this.#picameras.set(key, origin);
      device?.presence.on('plugged', () => source.retryNow());
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

  /** The controls of a USB camera, as they are set now. @throws MediaError */
  async controls(id: string): Promise<readonly CameraControl[]> {
    return this.#device(id).controls();
  }

  /** Sets controls of a USB camera. @throws MediaError, ControlError if one is wrong */
  async setControls(id: string, wanted: Readonly<Record<string, ControlValue>>): Promise<void> {
    await this.#device(id).setControls(wanted);
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

  #device(id: string): V4l2Device {
    const device = this.#devices.get(this.#captures.get(id)?.shared.key ?? '');
    if (!device) throw new ControlError('only USB cameras under Linux have controls');
    return device;
  }

  #deviceOf(options: CaptureOptions, key: string): V4l2Device | undefined {
    if (options.source !== 'usb' || process.platform !== 'linux') return undefined;
    const { sysRoot } = this.#tools;
    const log = (text: string) => this.#handlers.log('info', text);
    const device = new V4l2Device(options.device, { log, ...(sysRoot ? { sysRoot } : {}) });
    this.#devices.set(key, device);
    return device;
  }

  #origin(options: CaptureOptions, device?: V4l2Device): Origin {
    if (options.source === 'test') return new TestPattern(options);
    const log = (text: string) => this.#handlers.log('debug', text);
    const { ffmpeg, rpicam } = this.#tools;
    if (options.source === 'picamera') return new PicameraCapture(options, { rpicam, ffmpeg, log });
    return new FfmpegCapture(options, { ffmpeg, device, log });
  }

  #adopt(id: string, shared: Shared): void {
    const { source } = shared.source;
    const device = this.#devices.get(shared.key);
    const onFailed = (error: MediaError) => this.#handlers.failed(id, error);
    const onState = (state: CaptureState) => {
      // A camera that is not there is not ready, whether somebody watches or not. Attempts to open
      // one that was unplugged end before they begin: they are not worth showing.
      const isPlain = state.state === 'idle' || (state.state === 'starting' && isUnplugged());
      const absence = isPlain ? device?.absence : undefined;
      if (absence) onFailed(absence);
      else this.#handlers.state(id, state);
    };
    const isUnplugged = () => device?.absence instanceof UnpluggedError;
    const onPresence = () => onState(source.state);
    source.on('state', onState).on('failed', onFailed);
    device?.presence.on('plugged', onPresence).on('unplugged', onPresence);
    const unlisten = () => {
      source.off('state', onState).off('failed', onFailed);
      device?.presence.off('plugged', onPresence).off('unplugged', onPresence);
    };
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
    this.#devices.get(shared.key)?.close();
    this.#devices.delete(shared.key);
    const closing = shared.source.source.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    await closing;
  }
}
