import type { Pcm } from '../media/audio/PcmInput';
import type { HardwareEncoders } from '../media/codec/HardwareEncoders';
import type { Size } from '../media/picture/pixels';
import { PeerGoneError } from '../model/errors/errors';
import type { FrameTarget } from '../model/Frame';
import type { EncoderSetting } from '../model/H264Encoder';
import type { FlowOutputs, FrameSettings } from '../output/flow/FlowOutputs';
import type { CloseCause } from '../peer/CloseCause';
import type { Certificate } from '../peer/certificate';
import { PartsRoom } from '../peer/data/split';
import { PeerGroup } from '../peer/PeerGroup';
import type { GroupMedia, PeerGroupOptions, VideoSource } from '../peer/PeerGroupOptions';
import { type HandshakeReport, textOf } from '../peer/PeerHandshake';
import type { RemoteMedia } from '../peer/PeerMedia';
import { MOST_PAYLOAD_BYTES } from '../peer/rtp/send/rtpPayloads';
import type { PeerThreads } from '../peer/threads/PeerThreads';
import type { VideoForm } from '../peer/VideoForm';
import type { FfmpegFinder } from '../process/ffmpeg';
import { FlowInputs, type FlowSources } from '../source/flow/FlowInputs';
import { looseAudio, looseVideo, type MediaTools } from '../source/flow/FlowMedia';
import type { FlowFrame } from '../source/flow/FlowPictures';
import type { Source } from '../source/Source';
import type { AnySource, Sources } from '../source/Sources';

/** How a connection is opened. */
export interface ConnectionSettings
  extends Pick<
    PeerGroupOptions,
    | 'latency'
    | 'maxPeers'
    | 'whenFull'
    | 'isCaller'
    | 'mostMessageBytes'
    | 'handshakeMs'
    | 'silenceMs'
  > {
  /** In bit/s. Default: by the size of the picture. */
  readonly bitrateBps?: number;
  /** In ms. */
  readonly keyframeIntervalMs: number;
  /** What makes H264, where it has to be made. Default `automatic`. */
  readonly encoder?: EncoderSetting;
  /** What becomes of the pictures of peers; absent: they are not asked for any. */
  readonly video?: 'track' | FrameSettings;
  /** What becomes of the sound of peers; absent: they are not asked for any. */
  readonly audio?: 'track' | 'chunks';
}

/** Something that a peer sends, as a track. */
export interface RemoteTrack {
  readonly peer: string;
  readonly kind: 'video' | 'audio';
  /** Id of the track. */
  readonly track: string;
}

/** Messages of a peer that the flow has taken since it last said so. */
export interface TakenMessages {
  /** Of the connection. */
  readonly id: string;
  readonly peer: string;
  readonly count: number;
}

/** How what a connection sends reaches its peers. */
export interface ConnectionState {
  /** Tracks and topics that no peer has room for. */
  readonly unsent: number;
  /** Pictures of one topic have several sizes, and are scaled to this one. */
  readonly mixed?: Size;
}

/** Who hears of connections. */
export interface ConnectionHandlers {
  state(id: string, state: ConnectionState): void;
  connected(id: string, peer: string): void;
  disconnected(id: string, peer: string, cause: CloseCause): void;
  /** A browser had its answer, and its handshake came to nothing. */
  abandoned(id: string, peer: string, cause: CloseCause, handshake: HandshakeReport): void;
  /** It comes back with `taken`. */
  message(id: string, peer: string, channel: string, data: string | Buffer): void;
  track(id: string, track: RemoteTrack): void;
  log(level: 'info' | 'debug', text: string): void;
}

/** What connections need. */
export interface ConnectionTools {
  readonly ffmpeg: FfmpegFinder;
  readonly hardware?: HardwareEncoders | undefined;
  readonly certificate: Promise<Certificate>;
  readonly sources: Sources;
  readonly taps: FlowOutputs;
  /** Default: none. */
  readonly threads?: PeerThreads;
}

interface Connection {
  readonly group: PeerGroup;
  readonly settings: ConnectionSettings;
  tracks: readonly string[];
  readonly inputs: FlowInputs;
  /** What its peers send, by peer. */
  readonly remote: Map<string, RemoteSource[]>;
  /** The state that was told last, as text. */
  told: string;
}

interface RemoteSource {
  readonly id: string;
  readonly source: AnySource;
}

/** After so long without a picture a peer has paused its video, or is about to be gone, in ms. */
const REMOTE_PAUSE_MS = 1000;

/** The rtc-connections that nodes have opened: what their peers are sent, and what they send. */
export class Connections {
  readonly #tools: ConnectionTools;
  readonly #handlers: ConnectionHandlers;
  readonly #connections = new Map<string, Connection>();
  /** For unfinished messages of all peers of all connections. */
  readonly #room = new PartsRoom();

  constructor(tools: ConnectionTools, handlers: ConnectionHandlers) {
    this.#tools = tools;
    this.#handlers = handlers;
    tools.sources.on('changed', track => {
      for (const connection of this.#connections.values()) {
        if (connection.tracks.includes(track)) this.#sendMedia(connection);
      }
    });
  }

  /** Opens a connection, ready to answer offers. An open one of this id is replaced. */
  async open(id: string, settings: ConnectionSettings): Promise<void> {
    await this.close(id);
    const certificate = await this.#tools.certificate;
    const { video, audio } = settings;
    const wanted = [...(video ? ['video' as const] : []), ...(audio ? ['audio' as const] : [])];
    const { threads } = this.#tools;
    const group = new PeerGroup({
      ...settings,
      wanted,
      certificate,
      room: this.#room,
      ...(threads ? { threads } : {}),
    });
    const connection: Connection = {
      group,
      settings,
      tracks: [],
      inputs: new FlowInputs(
        () => this.#media,
        () => {
          this.#sendMedia(connection);
          this.#tell(id, connection);
        },
        () => this.#tell(id, connection),
      ),
      remote: new Map(),
      told: '',
    };
    this.#connections.set(id, connection);
    group.on('connected', (peer, media) => {
      this.#handlers.connected(id, peer);
      this.#tell(id, connection);
      this.#receive(id, connection, peer, media);
    });
    group.on('begun', (peer, media) => this.#receive(id, connection, peer, [media]));
    group.on('disconnected', (peer, cause) => {
      void this.#forget(connection, peer);
      this.#handlers.disconnected(id, peer, cause);
      this.#tell(id, connection);
    });
    group.on('abandoned', (peer, cause, handshake) => {
      // Who calls is told why it did not get through, and may try again and again.
      void connection.inputs.forget(peer);
      const level = settings.isCaller ? 'debug' : 'info';
      const why = `${cause}: ${textOf(handshake)}`;
      this.#handlers.log(level, `a browser did not get through (${why}; peer ${peer})`);
      if (!settings.isCaller) this.#handlers.abandoned(id, peer, cause, handshake);
    });
    group.on('log', text => this.#handlers.log('info', text));
    group.on('message', (peer, channel, data) => this.#handlers.message(id, peer, channel, data));
  }

  /** Closes a connection and all its peers. Unknown ids are ignored. */
  async close(id: string): Promise<void> {
    const connection = this.#connections.get(id);
    if (!connection) return;
    this.#connections.delete(id);
    await connection.group.close();
    await Promise.all([...connection.remote.keys()].map(peer => this.#forget(connection, peer)));
    await connection.inputs.close();
  }

  /** Tells all peers that this thread is about to end. Never rejects. */
  async farewell(): Promise<void> {
    await Promise.all([...this.#connections.values()].map(({ group }) => group.farewell()));
  }

  /** Never rejects. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#connections.keys()].map(id => this.close(id)));
  }

  /** Sends these tracks to the peers, the first of a kind on their first m-section for it, and so on. */
  setTracks(id: string, tracks: readonly string[]): void {
    const connection = this.#connections.get(id);
    if (!connection) return;
    connection.tracks = tracks;
    this.#sendMedia(connection);
    this.#tell(id, connection);
  }

  /** The peers of a connection. @throws Error if it is not open */
  group(id: string): PeerGroup {
    const connection = this.#connections.get(id);
    if (!connection) throw new Error(`no connection ${id}`);
    return connection.group;
  }

  /** The flow has taken messages. What is not open any more is ignored. */
  taken({ id, peer, count }: TakenMessages): void {
    this.#connections.get(id)?.group.taken(peer, count);
  }

  /**
   * Sends a picture that a flow put in: to one peer in place of what the others are sent, or to all
   * after the tracks.
   * @param target with the peer that gets it alone. One of another connection, as the pictures that
   *   one receives carry, means all.
   * @throws UnusableError, PeerGoneError
   */
  async putFrame(id: string, frame: FlowFrame, { peer, topic }: FrameTarget): Promise<void> {
    const connection = this.#connections.get(id);
    if (!connection) return;
    await connection.inputs.putFrame(frame, { peer: targetIn(connection, peer), topic });
  }

  /** The same with a piece of sound. @throws UnusableError, PeerGoneError */
  putPcm(id: string, pcm: Pcm, peer?: string): void {
    const connection = this.#connections.get(id);
    if (!connection) return;
    connection.inputs.putPcm(pcm, targetIn(connection, peer));
  }

  get #media(): MediaTools {
    const log = (text: string) => this.#handlers.log('info', text);
    const { ffmpeg, hardware } = this.#tools;
    return { ffmpeg, hardware, log };
  }

  #receive(id: string, connection: Connection, peer: string, media: readonly RemoteMedia[]): void {
    const sources = media.map((each): RemoteSource => {
      const source: AnySource =
        each.kind === 'video'
          ? { kind: 'video', source: looseVideo(each.origin, this.#media, REMOTE_PAUSE_MS) }
          : { kind: 'audio', source: looseAudio(each.origin, this.#media) };
      return { id: `${id} ${peer} ${each.mid}`, source };
    });
    connection.remote.set(peer, [...(connection.remote.get(peer) ?? []), ...sources]);
    for (const remote of sources) this.#offer(id, connection.settings, peer, remote);
  }

  /** Makes what a peer sends known as a track, or hands it to the flow, as set in the node. */
  #offer(id: string, settings: ConnectionSettings, peer: string, remote: RemoteSource): void {
    const { kind, source } = remote.source;
    const { video, audio } = settings;
    if (kind === 'video' && typeof video === 'object') {
      this.#tools.taps.openFrames(remote.id, source, video);
    } else if (kind === 'audio' && audio === 'chunks') {
      this.#tools.taps.openChunks(remote.id, source, 'decoded');
    } else {
      this.#tools.sources.add(remote.id, remote.source);
      this.#handlers.track(id, { peer, kind, track: remote.id });
    }
  }

  async #forget(connection: Connection, peer: string): Promise<void> {
    const sources = connection.remote.get(peer) ?? [];
    connection.remote.delete(peer);
    for (const { id } of sources) {
      this.#tools.taps.close(id);
      this.#tools.sources.remove(id);
    }
    await Promise.all(sources.map(({ source }) => source.source.close()));
    await connection.inputs.forget(peer);
  }

  /** Tells how what is sent reaches the peers, if that has changed. */
  #tell(id: string, connection: Connection): void {
    if (this.#connections.get(id) !== connection) return;
    const { mixed } = connection.inputs;
    const state = { unsent: connection.group.unsent, ...(mixed ? { mixed } : {}) };
    const text = JSON.stringify(state);
    if (text === connection.told) return;
    connection.told = text;
    this.#handlers.state(id, state);
  }

  #sendMedia({ group, settings, tracks, inputs }: Connection): void {
    const { sources } = this.#tools;
    const { common } = inputs;
    const all = {
      video: [...sources.video(tracks), ...common.video],
      audio: [...sources.audio(tracks), ...common.audio],
    };
    group.send(groupMedia(all, settings), peer => groupMedia(inputs.alone(peer, all), settings));
  }
}

function groupMedia({ video, audio }: FlowSources, settings: ConnectionSettings): GroupMedia {
  return {
    video: video.map(source => videoSource(source, settings)),
    audio: audio.map(source => source.opus()),
  };
}

/** The peer of this connection that something is for, undefined for all. @throws PeerGoneError */
function targetIn({ group }: Connection, peer: string | undefined): string | undefined {
  if (peer === undefined || group.has(peer)) return peer;
  if (group.had(peer)) throw new PeerGoneError(peer);
  return undefined;
}

function videoSource(source: Source, settings: ConnectionSettings): VideoSource {
  const { bitrateBps, keyframeIntervalMs, encoder } = settings;
  return {
    get native() {
      return source.native;
    },
    rendition: ({ codec, isSingleNal }: VideoForm) =>
      source.rendition({
        codec,
        keyframeIntervalMs,
        ...(isSingleNal ? { mostNalBytes: MOST_PAYLOAD_BYTES } : {}),
        ...(bitrateBps === undefined ? {} : { bitrateBps }),
        ...(encoder && codec === 'H264' ? { encoder } : {}),
      }),
  };
}
