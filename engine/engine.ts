import type { PicameraOptions } from './capture/CaptureOptions';
import { listPicameras, type PicameraDevice } from './capture/picamera/picameraList';
import { type CameraDevice, listCameras } from './capture/v4l2/devices';
import type { CameraControl, ControlValue } from './capture/v4l2/v4l2Controls';
import type { Pcm } from './media/audio/PcmInput';
import { HardwareEncoders } from './media/codec/HardwareEncoders';
import type { MediaError } from './model/errors/errors';
import type { Frame, FrameTarget } from './model/Frame';
import type { State } from './model/lifeCycle';
import type { Chunk } from './output/flow/FlowChunks';
import { FlowOutputs, type FrameSettings } from './output/flow/FlowOutputs';
import type { CloseCause } from './peer/CloseCause';
import { type Certificate, ownCertificate } from './peer/certificate';
import type { MessageTarget, StatsOfPeer } from './peer/PeerGroup';
import type { HandshakeReport } from './peer/PeerHandshake';
import { closeSockets } from './peer/stack/liveSockets';
import { PeerThreads } from './peer/threads/PeerThreads';
import { warmUp } from './peer/warmUp';
import { FfmpegFinder } from './process/ffmpeg';
import { RpicamFinder } from './process/rpicam';
import type { SoundDevice } from './process/sound/SoundDevice';
import { SoundFinder } from './process/sound/SoundFinder';
import { listMicrophones, listSpeakers } from './process/sound/soundDevices';
import type { SoundBackend } from './process/sound/soundSystem';
import {
  type CameraSettings,
  type CaptureState,
  Captures,
  type MicrophoneSettings,
} from './services/Captures';
import {
  type ConnectionSettings,
  type ConnectionState,
  Connections,
  type RemoteTrack,
  type TakenMessages,
} from './services/Connections';
import { type DisplaySettings, type DisplayState, Displays } from './services/Displays';
import { type SpeakerSettings, Speakers } from './services/Speakers';
import type { FlowFrame } from './source/flow/FlowPictures';
import { Sources } from './source/Sources';

/** What an engine tells, by the ids that things were opened with. */
export interface EngineHandlers {
  captureState(id: string, state: CaptureState): void;
  captureFailed(id: string, error: MediaError): void;
  /** A picture for a flow; it comes back with `taken`. `tap` is the id of a camera, `connection peer mid`, or `display purpose`. */
  frame(tap: string, frame: Frame): void;
  /** Sound for a flow; it comes back with `taken`. `tap` as of a frame. */
  chunk(tap: string, chunk: Chunk): void;
  connected(id: string, peer: string): void;
  disconnected(id: string, peer: string, cause: CloseCause): void;
  abandoned(id: string, peer: string, cause: CloseCause, handshake: HandshakeReport): void;
  /** It comes back with `takenMessages`. */
  message(id: string, peer: string, channel: string, data: string | Buffer): void;
  remoteTrack(id: string, track: RemoteTrack): void;
  connectionState(id: string, state: ConnectionState): void;
  /** Of a loudspeaker; with the way to the device while it plays. */
  outputState(id: string, state: State, backend?: SoundBackend): void;
  displayState(id: string, state: DisplayState): void;
  outputFailed(id: string, error: MediaError): void;
  log(level: 'info' | 'debug', text: string): void;
}

/** Options of an `Engine`. */
export interface EngineOptions {
  /** Path of ffmpeg, if the user set one. */
  readonly ffmpegPath?: string;
  /** Path of rpicam-vid, if the user set one. */
  readonly rpicamPath?: string;
  /** Directory for what outlives a restart. */
  readonly stateDirectory?: string;
  /** Threads that many viewers are spread over, besides the engine's own. Default: cores less one. */
  readonly viewerThreads?: number;
  /** Where /sys and /dev of the cameras are. Default: `RTCBOT_SYS_ROOT`, which is for tests, else `/`. */
  readonly sysRoot?: string;
}

/** The sound devices of this machine, and the way to them. */
export interface SoundDevices {
  readonly backend: SoundBackend;
  readonly devices: readonly SoundDevice[];
}

/** The media engine: captures, connections and outputs, joined over tracks. */
export class Engine {
  readonly #handlers: EngineHandlers;
  readonly #ffmpeg: FfmpegFinder;
  readonly #rpicam: RpicamFinder;
  readonly #hardware: HardwareEncoders;
  readonly #sysRoot: string;
  readonly #sound: SoundFinder;
  readonly #certificate: Promise<Certificate>;
  readonly #taps: FlowOutputs;
  readonly #threads: PeerThreads;
  readonly #captures: Captures;
  readonly #connections: Connections;
  readonly #speakers: Speakers;
  readonly #displays: Displays;
  readonly #ending = new AbortController();
  #warmUp: Promise<void> | undefined;
  #trial: Promise<void> | undefined;

  constructor(
    {
      ffmpegPath,
      rpicamPath,
      stateDirectory,
      viewerThreads,
      sysRoot = process.env.RTCBOT_SYS_ROOT ?? '/',
    }: EngineOptions,
    handlers: EngineHandlers,
  ) {
    this.#handlers = handlers;
    const ffmpeg = new FfmpegFinder(ffmpegPath ? { setting: ffmpegPath } : {});
    const rpicam = new RpicamFinder(rpicamPath ? { setting: rpicamPath } : {});
    const sound = new SoundFinder({ ffmpeg });
    const certificate = ownCertificate(stateDirectory);
    // Who opens a connection is told; until then nobody waits for it.
    certificate.catch(() => {});
    const sources = new Sources();
    const taps = new FlowOutputs(handlers);
    const hardware = new HardwareEncoders({
      findFfmpeg: () => ffmpeg.find(),
      sysRoot,
      log: text => handlers.log('info', text),
    });
    const threads = new PeerThreads({
      certificate,
      most: viewerThreads,
      log: text => handlers.log('info', text),
    });
    const tools = { ffmpeg, rpicam, hardware, sysRoot, sound, certificate, sources, taps, threads };
    this.#sysRoot = sysRoot;
    this.#ffmpeg = ffmpeg;
    this.#rpicam = rpicam;
    this.#hardware = hardware;
    this.#sound = sound;
    this.#certificate = certificate;
    this.#threads = threads;
    this.#taps = taps;
    this.#captures = new Captures(tools, {
      state: handlers.captureState,
      failed: handlers.captureFailed,
      log: handlers.log,
    });
    this.#connections = new Connections(tools, {
      ...handlers,
      state: handlers.connectionState,
      track: handlers.remoteTrack,
    });
    const outputHandlers = {
      state: handlers.outputState,
      failed: handlers.outputFailed,
      log: handlers.log,
    };
    this.#speakers = new Speakers(tools, outputHandlers);
    this.#displays = new Displays(tools, { ...outputHandlers, state: handlers.displayState });
  }

  /** Opens a camera. An open one of this id is replaced. */
  async openCamera(id: string, settings: CameraSettings): Promise<void> {
    if (!this.#isClosed) await this.#captures.openCamera(id, settings);
  }

  /** Goes on with other options of an open camera module. Unknown ids are ignored. */
  changePicamera(id: string, options: PicameraOptions): void {
    this.#captures.changePicamera(id, options);
  }

  /** Opens a microphone. An open one of this id is replaced. */
  async openMicrophone(id: string, settings: MicrophoneSettings): Promise<void> {
    if (!this.#isClosed) await this.#captures.openMicrophone(id, settings);
  }

  /** Closes a camera or microphone. Unknown ids are ignored. */
  closeCapture(id: string): Promise<void> {
    return this.#captures.close(id);
  }

  /** One picture of a camera, of now. @throws MediaError */
  snapshot(id: string, settings: FrameSettings): Promise<Frame> {
    return this.#captures.snapshot(id, settings);
  }

  /** The controls of a USB camera, as they are set now. @throws MediaError */
  controls(id: string): Promise<readonly CameraControl[]> {
    return this.#captures.controls(id);
  }

  /** Sets controls of a USB camera. @throws MediaError */
  setControls(id: string, wanted: Readonly<Record<string, ControlValue>>): Promise<void> {
    return this.#captures.setControls(id, wanted);
  }

  /** The flow has taken what it was handed last. */
  taken(tap: string): void {
    this.#taps.taken(tap);
  }

  /** The flow has taken so many messages more of a peer. */
  takenMessages(messages: TakenMessages): void {
    this.#connections.taken(messages);
  }

  /** Opens a connection, ready to answer offers. An open one of this id is replaced. */
  async openConnection(id: string, settings: ConnectionSettings): Promise<void> {
    if (this.#isClosed) return;
    await this.#connections.open(id, settings);
    this.#warmUp ??= this.#prepare();
    if (settings.encoder !== 'software') this.#trial ??= this.#tryHardware(this.#warmUp);
  }

  /** Closes a connection and all its peers. Unknown ids are ignored. */
  closeConnection(id: string): Promise<void> {
    return this.#connections.close(id);
  }

  /** Sends these tracks to the peers, the first of a kind on their first m-section for it, and so on. */
  setTracks(id: string, tracks: readonly string[]): void {
    this.#connections.setTracks(id, tracks);
  }

  /** @throws OfferError, TooManyPeersError */
  answer(id: string, sdp: string): Promise<{ peer: string; sdp: string }> {
    return this.#connections.group(id).answer(sdp);
  }

  /** The offer of a call. @throws TooManyPeersError, OfferError */
  offer(id: string): Promise<{ peer: string; sdp: string }> {
    return this.#connections.group(id).offer();
  }

  /** Settles when the call is through. @throws AnswerError, CallFailedError, PeerGoneError */
  accept(id: string, peer: string, sdp: string): Promise<void> {
    return this.#connections.group(id).accept(peer, sdp);
  }

  /** A browser will come soon: what it is to be sent is started. */
  expect(id: string): void {
    this.#connections.group(id).expect();
  }

  /** Settles when it is on its way. @throws PeerGoneError, MessageError */
  send(id: string, data: string | Buffer, target: MessageTarget): Promise<void> {
    return this.#connections.group(id).message(data, target);
  }

  /** How one peer does, or all. @throws PeerGoneError */
  peerStats(id: string, peer?: string): Promise<readonly StatsOfPeer[]> {
    return this.#connections.group(id).stats(peer);
  }

  /** @throws PeerGoneError */
  closePeer(id: string, peer?: string): void {
    this.#connections.group(id).closePeer(peer);
  }

  /** Sends a picture of a flow to the peers of a connection, or to one. @throws UnusableError, PeerGoneError */
  putFrame(id: string, frame: FlowFrame, target: FrameTarget): Promise<void> {
    return this.#connections.putFrame(id, frame, target);
  }

  /** Sends sound of a flow to the peers of a connection, or to one. @throws UnusableError, PeerGoneError */
  putPcm(id: string, pcm: Pcm, peer?: string): void {
    this.#connections.putPcm(id, pcm, peer);
  }

  /** Opens a loudspeaker. An open one of this id is replaced. */
  async openSpeaker(id: string, settings: SpeakerSettings): Promise<void> {
    if (!this.#isClosed) await this.#speakers.open(id, settings);
  }

  /** The loudspeakers, for all that they can do. */
  get speakers(): Speakers {
    return this.#speakers;
  }

  /** Opens a display. An open one of this id is replaced. */
  async openDisplay(id: string, settings: DisplaySettings): Promise<void> {
    if (!this.#isClosed) await this.#displays.open(id, settings);
  }

  /** The displays, for all that they can do. */
  get displays(): Displays {
    return this.#displays;
  }

  /** @throws FfmpegMissingError where ffmpeg is needed to list them */
  async listCameras(): Promise<readonly CameraDevice[]> {
    const { platform } = process;
    return listCameras({ platform, ffmpeg: this.#ffmpeg, sysRoot: this.#sysRoot });
  }

  /** @throws RpicamMissingError */
  listPicameras(): Promise<readonly PicameraDevice[]> {
    return listPicameras(this.#rpicam);
  }

  /** @param backend to look with. Default: the best that works. @throws SoundMissingError */
  async listMicrophones(backend?: SoundBackend): Promise<SoundDevices> {
    const system = await this.#sound.find(backend);
    return { backend: system.backend, devices: await listMicrophones(system, this.#sound.run) };
  }

  /** @param backend to look with. Default: the best that works. @throws SoundMissingError */
  async listSpeakers(backend?: SoundBackend): Promise<SoundDevices> {
    const system = await this.#sound.find(backend);
    return { backend: system.backend, devices: await listSpeakers(system, this.#sound.run) };
  }

  /** Tells all peers that this thread is about to end, by a fault. Never rejects. */
  farewell(): Promise<void> {
    return this.#connections.farewell();
  }

  /** The process ends now: no socket receives anything from here on. */
  receiveNothing(): void {
    closeSockets();
    this.#threads.silence();
  }

  /** Frees everything. Never rejects. */
  async close(): Promise<void> {
    this.#ending.abort();
    // Side by side: each may wait for a program that is slow to end. The sockets come first.
    const rooms = [this.#connections, this.#speakers, this.#displays, this.#captures];
    await Promise.all(rooms.map(room => room.closeAll()));
    await this.#threads.close();
    // Last, because the search for ffmpeg may hang on a program that does not answer.
    await this.#warmUp;
    await this.#trial;
  }

  get #isClosed(): boolean {
    return this.#ending.signal.aborted;
  }

  /** The first visitor must not wait for code to be compiled and ffmpeg to be found. */
  async #prepare(): Promise<void> {
    const log = (text: string) => this.#handlers.log('debug', text);
    try {
      await this.#ffmpeg.find();
    } catch (error) {
      log(`warm-up: ${error instanceof Error ? error.message : error}`);
    }
    await warmUp(await this.#certificate, log, this.#ending.signal);
  }

  /** After the warm-up: both would slow each other down. */
  async #tryHardware(warmUp: Promise<void>): Promise<void> {
    await warmUp;
    if (!this.#isClosed) await this.#hardware.tryOut(this.#ending.signal);
  }
}
