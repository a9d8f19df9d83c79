import { totalmem } from 'node:os';
import type { RTCCertificate } from 'werift';
import type { CaptureOptions } from './capture/CaptureOptions';
import { captureKey } from './capture/captureKey';
import { type CameraDevice, listCameras } from './capture/devices';
import { FfmpegCapture } from './capture/FfmpegCapture';
import { Source, type SourceState } from './capture/Source';
import { TestPattern } from './capture/TestPattern';
import type { PeerVideoCodec } from './model/AccessUnit';
import type { MediaError } from './model/errors';
import type { Frame } from './model/Frame';
import type { Origin } from './model/Origin';
import { FlowFrames } from './output/FlowFrames';
import { ownCertificate } from './peer/certificate';
import type { CloseCause } from './peer/Peer';
import { PeerGroup, type PeerGroupOptions, type VideoSource } from './peer/PeerGroup';
import { warmUp } from './peer/warmUp';
import { FfmpegFinder } from './process/ffmpeg';

/** What an engine tells about its captures and connections, by the ids that they were opened with. */
export interface EngineHandlers {
  captureState(id: string, state: SourceState): void;
  captureFailed(id: string, error: MediaError): void;
  frame(id: string, frame: Frame): void;
  connected(id: string, peer: string): void;
  disconnected(id: string, peer: string, cause: CloseCause): void;
  message(id: string, peer: string, channel: string, data: string | Buffer): void;
  log(level: 'info' | 'debug', text: string): void;
}

/** Options of an `Engine`. */
export interface EngineOptions {
  /** Path of ffmpeg, if the user set one. */
  readonly ffmpegPath?: string;
  /** Directory for what outlives a restart. */
  readonly stateDirectory?: string;
}

/** How a capture is opened. */
export interface CaptureSettings {
  readonly options: CaptureOptions;
  /** In ms. */
  readonly lingerMs: number;
  /** Send pictures to the flow. */
  readonly frames: boolean;
}

/** How a connection is opened. */
export interface ConnectionSettings
  extends Pick<PeerGroupOptions, 'latency' | 'maxPeers' | 'handshakeMs' | 'silenceMs'> {
  /** In bit/s. Default: by the size of the picture. */
  readonly bitrateBps?: number;
  /** In ms. */
  readonly keyframeIntervalMs: number;
}

interface SharedSource {
  readonly key: string;
  readonly source: Source;
  holders: number;
}

interface Capture {
  readonly shared: SharedSource;
  readonly frames: FlowFrames | undefined;
  readonly unlisten: () => void;
}

interface Connection {
  readonly group: PeerGroup;
  readonly settings: ConnectionSettings;
  captures: readonly string[];
}

/** Below this much memory an idle spare encoder (46 MB) is not worth it, in bytes. */
const SPARE_FROM_BYTES = 1.5 * 1024 ** 3;

/** The media engine: captures, and connections that send them, joined over tracks. */
export class Engine {
  readonly #handlers: EngineHandlers;
  readonly #ffmpeg: FfmpegFinder;
  readonly #certificate: Promise<RTCCertificate>;
  readonly #sources = new Map<string, SharedSource>();
  readonly #captures = new Map<string, Capture>();
  readonly #connections = new Map<string, Connection>();
  readonly #closing = new Set<Promise<void>>();
  readonly #ending = new AbortController();
  #warmUp: Promise<void> | undefined;

  constructor({ ffmpegPath, stateDirectory }: EngineOptions, handlers: EngineHandlers) {
    this.#handlers = handlers;
    this.#ffmpeg = new FfmpegFinder(ffmpegPath ? { setting: ffmpegPath } : {});
    this.#certificate = ownCertificate(stateDirectory);
    // Who opens a connection is told; until then nobody waits for it.
    this.#certificate.catch(() => {});
  }

  /** Opens a capture, or shares the one that has the device already. An open one of this id is replaced. */
  async openCapture(id: string, settings: CaptureSettings): Promise<void> {
    await this.closeCapture(id);
    if (this.#isClosed) return;
    const shared = this.#share(settings);
    const { source } = shared;
    const onState = (state: SourceState) => this.#handlers.captureState(id, state);
    const onFailed = (error: MediaError) => this.#handlers.captureFailed(id, error);
    source.on('state', onState).on('failed', onFailed);
    const frames = settings.frames
      ? new FlowFrames(source.rendition({ codec: 'JPEG' }), frame =>
          this.#handlers.frame(id, frame),
        )
      : undefined;
    const unlisten = () => source.off('state', onState).off('failed', onFailed);
    this.#captures.set(id, { shared, frames, unlisten });
    onState(source.state);
    this.#refresh(id);
  }

  /** Closes a capture; its device is freed when nobody else holds it. Unknown ids are ignored. */
  async closeCapture(id: string): Promise<void> {
    const capture = this.#captures.get(id);
    if (!capture) return;
    this.#captures.delete(id);
    capture.unlisten();
    capture.frames?.close();
    this.#refresh(id);
    await this.#release(capture.shared);
  }

  /** The flow has taken the last frame of a capture. */
  frameTaken(id: string): void {
    this.#captures.get(id)?.frames?.taken();
  }

  /** Opens a connection, ready to answer offers. An open one of this id is replaced. */
  async openConnection(id: string, settings: ConnectionSettings): Promise<void> {
    await this.closeConnection(id);
    const certificate = await this.#certificate;
    if (this.#isClosed) return;
    const group = new PeerGroup({ ...settings, certificate });
    group.on('connected', peer => this.#handlers.connected(id, peer));
    group.on('disconnected', (peer, cause) => this.#handlers.disconnected(id, peer, cause));
    group.on('abandoned', (peer, cause) => {
      this.#handlers.log('info', `a browser did not get through (${cause}, peer ${peer})`);
    });
    group.on('message', (peer, channel, data) => {
      this.#handlers.message(id, peer, channel, data);
    });
    this.#connections.set(id, { group, settings, captures: [] });
    this.#warmUp ??= this.#prepare(certificate);
  }

  /** Closes a connection and all its peers. Unknown ids are ignored. */
  async closeConnection(id: string): Promise<void> {
    const connection = this.#connections.get(id);
    this.#connections.delete(id);
    await connection?.group.close();
  }

  /** Sends these captures to the peers, the first on their first video m-section, and so on. */
  setCaptures(id: string, captures: readonly string[]): void {
    const connection = this.#connections.get(id);
    if (!connection) return;
    connection.captures = captures;
    this.#sendCaptures(connection);
  }

  /** @throws OfferError, TooManyPeersError */
  answer(id: string, sdp: string): Promise<{ peer: string; sdp: string }> {
    return this.#connection(id).group.answer(sdp);
  }

  /** A browser will come soon: what it is to be sent is started. */
  expect(id: string): void {
    this.#connections.get(id)?.group.expect();
  }

  /** @throws PeerGoneError, MessageError */
  send(id: string, data: string | Buffer, peer?: string, channel?: string): void {
    this.#connection(id).group.message(data, peer, channel);
  }

  /** @throws PeerGoneError */
  closePeer(id: string, peer?: string): void {
    this.#connection(id).group.closePeer(peer);
  }

  /** @throws FfmpegMissingError where ffmpeg is needed to list them */
  async listCameras(): Promise<readonly CameraDevice[]> {
    return listCameras({ platform: process.platform, ffmpeg: this.#ffmpeg });
  }

  /** Frees everything. Never rejects. */
  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all([...this.#connections.keys()].map(id => this.closeConnection(id)));
    await Promise.all([...this.#captures.keys()].map(id => this.closeCapture(id)));
    await Promise.all(this.#closing);
    // Last, because the search for ffmpeg may hang on a program that does not answer.
    await this.#warmUp;
  }

  get #isClosed(): boolean {
    return this.#ending.signal.aborted;
  }

  #connection(id: string): Connection {
    const connection = this.#connections.get(id);
    if (!connection) throw new Error(`no connection ${id}`);
    return connection;
  }

  #share({ options, lingerMs }: CaptureSettings): SharedSource {
    const key = captureKey(options);
    const shared = this.#sources.get(key) ?? {
      key,
      source: new Source(this.#origin(options), {
        lingerMs,
        findFfmpeg: () => this.#ffmpeg.find(),
        spare: totalmem() >= SPARE_FROM_BYTES,
        log: text => this.#handlers.log('info', text),
      }),
      holders: 0,
    };
    shared.holders += 1;
    this.#sources.set(key, shared);
    return shared;
  }

  async #release(shared: SharedSource): Promise<void> {
    shared.holders -= 1;
    if (shared.holders > 0) return;
    this.#sources.delete(shared.key);
    const closing = shared.source.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    await closing;
  }

  #origin(options: CaptureOptions): Origin {
    if (options.source === 'test') return new TestPattern(options);
    const log = (text: string) => this.#handlers.log('debug', text);
    return new FfmpegCapture(options, { ffmpeg: this.#ffmpeg, log });
  }

  /** Connections that send this capture follow its coming and going. */
  #refresh(capture: string): void {
    for (const connection of this.#connections.values()) {
      if (connection.captures.includes(capture)) this.#sendCaptures(connection);
    }
  }

  #sendCaptures({ group, settings, captures }: Connection): void {
    const open = captures.flatMap(id => this.#captures.get(id)?.shared.source ?? []);
    group.send(open.map(source => videoSource(source, settings)));
  }

  /** The first visitor must not wait for code to be compiled and ffmpeg to be found. */
  async #prepare(certificate: RTCCertificate): Promise<void> {
    const log = (text: string) => this.#handlers.log('debug', text);
    try {
      await this.#ffmpeg.find();
    } catch (error) {
      log(`warm-up: ${error instanceof Error ? error.message : error}`);
    }
    await warmUp(certificate, log, this.#ending.signal);
  }
}

function videoSource(source: Source, settings: ConnectionSettings): VideoSource {
  const { bitrateBps, keyframeIntervalMs } = settings;
  return {
    get native() {
      return source.native;
    },
    rendition: (codec: PeerVideoCodec) =>
      source.rendition({
        codec,
        keyframeIntervalMs,
        ...(bitrateBps === undefined ? {} : { bitrateBps }),
      }),
  };
}
