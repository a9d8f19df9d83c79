import type { CaptureOptions, PicameraOptions } from '../capture/CaptureOptions';
import { captureKey } from '../capture/captureKey';
import { FfmpegCapture } from '../capture/ffmpeg/FfmpegCapture';
import { MicrophoneCapture, type MicrophoneOptions } from '../capture/microphone/MicrophoneCapture';
import { PicameraCapture } from '../capture/picamera/PicameraCapture';
import { TestPattern } from '../capture/testPattern/TestPattern';
import { V4l2Device } from '../capture/v4l2/V4l2Device';
import type { CameraControl, ControlValue } from '../capture/v4l2/v4l2Controls';
import type { HardwareEncoders } from '../media/codec/HardwareEncoders';
import {
  ControlError,
  type MediaError,
  SourceStalledError,
  UnpluggedError,
} from '../model/errors/errors';
import type { Frame } from '../model/Frame';
import { type FlowOutputs, type FrameSettings, nextFrame } from '../output/flow/FlowOutputs';
import type { FfmpegFinder } from '../process/ffmpeg';
import type { RpicamFinder } from '../process/rpicam';
import type { SoundFinder } from '../process/sound/SoundFinder';
import { hasSpareMemory } from '../process/spareMemory';
import { AudioSource, type AudioSourceState } from '../source/AudioSource';
import { Source, type SourceState } from '../source/Source';
import type { AnySource, Sources } from '../source/Sources';
import { type CaptureHold, SharedCapture } from './SharedCapture';

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
  readonly taps: FlowOutputs;
}

interface Capture {
  readonly shared: SharedCapture;
  readonly unlisten: () => void;
}

/** How long a snapshot may take, in ms: as long as a camera may take to start, and a bit. */
const SNAPSHOT_MS = 16_000;

/** The cameras and microphones that nodes have opened; those of one device share one source. */
export class Captures {
  readonly #tools: CaptureTools;
  readonly #handlers: CaptureHandlers;
  readonly #shared = new Map<string, SharedCapture>();
  readonly #captures = new Map<string, Capture>();
  /** The USB cameras among `#shared`, by their keys. */
  readonly #devices = new Map<string, V4l2Device>();
  /** What is being closed, by its key: its device is not free yet. */
  readonly #closing = new Map<string, Promise<void>>();
  /** The origins of `#shared` that can go on with other settings, by their keys. */
  readonly #changeable = new Map<string, FfmpegCapture | PicameraCapture>();
  #isClosed = false;

  constructor(tools: CaptureTools, handlers: CaptureHandlers) {
    this.#tools = tools;
    this.#handlers = handlers;
  }

  /** Opens a camera, or shares the one that has the device. An open one of this id is replaced. */
  async openCamera(id: string, { options, lingerMs, frames }: CameraSettings): Promise<void> {
    await this.close(id);
    const key = captureKey(options, this.#tools.sysRoot);
    const hold = { lingerMs, apply: () => this.#apply(key, options) };
    const shared = await this.#share(id, key, hold, () => {
      const device = this.#deviceOf(options, key);
      const origin = this.#origin(options, device);
      const source = new Source(origin, {
        lingerMs,
        findFfmpeg: () => this.#tools.ffmpeg.find(),
        spare: hasSpareMemory(),
        hardware: this.#tools.hardware,
        log: text => this.#handlers.log('info', text),
        ...('about' in origin ? { about: () => origin.about } : {}),
      });
      if (!(origin instanceof TestPattern)) this.#changeable.set(key, origin);
      device?.presence.on('plugged', () => source.retryNow());
      return { kind: 'video', source };
    });
    if (shared?.source.kind !== 'video') return;
    this.#adopt(id, shared);
    if (frames) this.#tools.taps.openFrames(id, shared.source.source, frames);
  }

  /** Goes on with other options of a camera module; those who have its pictures keep them. */
  changePicamera(id: string, options: PicameraOptions): void {
    const shared = this.#captures.get(id)?.shared;
    shared?.change(id, () => this.#apply(shared.key, options));
  }

  /** Opens a microphone, or shares the one that has the device. An open one of this id is replaced. */
  async openMicrophone(id: string, settings: MicrophoneSettings): Promise<void> {
    await this.close(id);
    const { options, lingerMs, chunks } = settings;
    const log = (text: string) => this.#handlers.log('debug', text);
    const key = `microphone ${JSON.stringify(options)}`;
    const shared = await this.#share(id, key, { lingerMs, apply: () => {} }, () => {
      const origin = new MicrophoneCapture(options, { sound: this.#tools.sound, log });
      const source = new AudioSource(origin, { lingerMs, log, via: () => origin.backend });
      return { kind: 'audio', source };
    });
    if (shared?.source.kind !== 'audio') return;
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
    await this.#release(id, capture.shared);
  }

  /** Never rejects. */
  async closeAll(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#captures.keys()].map(id => this.close(id)));
    await Promise.all(this.#closing.values());
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

  #origin(
    options: CaptureOptions,
    device?: V4l2Device,
  ): TestPattern | FfmpegCapture | PicameraCapture {
    if (options.source === 'test') return new TestPattern(options);
    const log = (text: string) => this.#handlers.log('debug', text);
    const { ffmpeg, rpicam } = this.#tools;
    if (options.source === 'picamera') return new PicameraCapture(options, { rpicam, ffmpeg, log });
    return new FfmpegCapture(options, { ffmpeg, device, log });
  }

  #adopt(id: string, shared: SharedCapture): void {
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

  /** Undefined when all is closed meanwhile. */
  async #share(
    id: string,
    key: string,
    hold: CaptureHold,
    make: () => AnySource,
  ): Promise<SharedCapture | undefined> {
    // Two on one device at a time would find it busy.
    while (!this.#shared.has(key) && this.#closing.has(key)) await this.#closing.get(key);
    if (this.#isClosed) return undefined;
    const shared = this.#shared.get(key) ?? new SharedCapture(key, make());
    this.#shared.set(key, shared);
    shared.hold(id, hold);
    return shared;
  }

  #apply(key: string, options: CaptureOptions): void {
    const origin = this.#changeable.get(key);
    if (origin instanceof PicameraCapture && options.source === 'picamera') origin.change(options);
    if (!(origin instanceof FfmpegCapture)) return;
    if (options.source !== 'picamera' && options.source !== 'test') origin.change(options);
  }

  async #release(id: string, shared: SharedCapture): Promise<void> {
    const { key, source } = shared;
    if (shared.release(id)) return;
    this.#shared.delete(key);
    this.#changeable.delete(key);
    this.#devices.get(key)?.close();
    this.#devices.delete(key);
    const closing = source.source.close().finally(() => this.#closing.delete(key));
    this.#closing.set(key, closing);
    await closing;
  }
}
