import type { EngineEndedError } from '../model/errors/errors';
import type { FrameTarget, InputFrame } from '../model/Frame';
import { asBuffer, ownMemory } from '../model/memory';
import type { CloseCause } from '../peer/CloseCause';
import type { HandshakeReport } from '../peer/PeerHandshake';
import type { ConnectionSettings } from '../services/Connections';
import type { ReceivedChunk, ReceivedFrame } from './CaptureProxy';
import { NewestFrames } from './NewestFrames';
import type { ConnectionState, MessageTarget, PcmNote, StatsOfPeer } from './protocol';
import { TrackHandle } from './TrackHandle';
import { TrackList } from './TrackList';
import type { WorkerLink, WorkerNote } from './WorkerLink';
import { WorkerProxy, type WorkerProxyEvents } from './WorkerProxy';

/** What a connection tells. */
export type ConnectionProxyEvents = WorkerProxyEvents & {
  /** It is ready for offers: at first, and after the engine was restarted. */
  opened: [];
  connected: [peer: string];
  state: [state: ConnectionState];
  disconnected: [peer: string, cause: CloseCause];
  /** A browser had its answer, and its handshake came to nothing. */
  abandoned: [peer: string, cause: CloseCause, handshake: HandshakeReport];
  message: [peer: string, channel: string, data: string | Buffer];
  /** A peer sends pictures or sound, as a track. */
  track: [peer: string, track: TrackHandle];
  /** A picture of a peer. */
  frame: [peer: string, frame: ReceivedFrame];
  /** A piece of sound of a peer. */
  chunk: [peer: string, chunk: ReceivedChunk];
};

/** What the worker says of a connection. */
export type ConnectionNote = Extract<
  WorkerNote,
  {
    event:
      | 'connected'
      | 'disconnected'
      | 'abandoned'
      | 'message'
      | 'remoteTrack'
      | 'connectionState'
      | 'frame'
      | 'chunk';
  }
>;

/** A connection in the engine, as the main thread sees it. */
export class ConnectionProxy extends WorkerProxy<ConnectionProxyEvents> {
  readonly #link: WorkerLink;
  readonly #settings: ConnectionSettings;
  readonly #frames: NewestFrames;
  readonly #tracks = new TrackList(() => this.#sendTracks());
  readonly #peers = new Set<string>();
  /** What peers send as tracks, by the tracks' ids. */
  readonly #remote = new Map<string, { readonly peer: string; readonly track: TrackHandle }>();

  constructor(link: WorkerLink, settings: ConnectionSettings) {
    super(link, 'closeConnection');
    this.#link = link;
    this.#settings = settings;
    this.#frames = new NewestFrames((frame, target) => {
      const data = ownMemory(frame.data);
      return link.call('putFrame', { id: this.id, frame: { ...frame, data }, target }, [
        data.buffer,
      ]);
    });
  }

  /** Peers that are connected. */
  get peers(): ReadonlySet<string> {
    return this.#peers;
  }

  /** See `WorkerLink.run`: peers of an earlier run are gone. */
  get run(): string | undefined {
    return this.#link.run;
  }

  /** The tracks of the peers that are connected, for nodes that were deployed after they came. */
  get remoteTracks(): readonly { readonly peer: string; readonly track: TrackHandle }[] {
    return [...this.#remote.values()];
  }

  /** Opens it in the worker; again after that was restarted. */
  override open(): void {
    if (this.isClosing) return;
    this.#link
      .call('openConnection', { id: this.id, settings: this.#settings })
      .then(() => this.emit('opened'))
      .catch(error => this.fail(error));
    this.#sendTracks();
  }

  /** Sends this track to the peers; it takes the place of an earlier one of the same origin and kind. */
  addTrack(track: TrackHandle): void {
    this.#tracks.add(`${track.kind} ${track.origin}`, track);
  }

  /** Answers an offer. @throws MediaError with code offer-invalid, too-many-peers or no-socket */
  async answer(offer: {
    readonly sdp: string;
  }): Promise<{ peer: string; description: { type: 'answer'; sdp: string } }> {
    // A page that finds out at once that its connection is gone comes before the next worker does.
    await this.#link.ready();
    const { peer, sdp } = await this.#link.call('answer', { id: this.id, sdp: offer.sdp });
    return { peer, description: { type: 'answer', sdp } };
  }

  /** Makes the offer of a call. @throws MediaError */
  offer(): Promise<{ peer: string; sdp: string }> {
    return this.#link.call('offer', { id: this.id });
  }

  /**
   * Takes the answer to the offer of a call; settles when it is through.
   * @throws MediaError with code answer-invalid, call-failed or peer-gone
   */
  accept(peer: string, sdp: string): Promise<void> {
    return this.#link.call('accept', { id: this.id, peer, sdp });
  }

  /** A browser will come soon: what it is to be sent is started. */
  expect(): void {
    this.#link.call('expect', { id: this.id }).catch(() => {
      // Only a head start is lost.
    });
  }

  /**
   * Sends to one peer, or to all. Settles when the message is on its way.
   * @throws MediaError with code peer-gone or message-unsendable
   */
  send(data: string | Buffer, target: MessageTarget = {}): Promise<void> {
    if (typeof data === 'string') return this.#link.call('send', { id: this.id, data, target });
    const own = ownMemory(data);
    return this.#link.call('send', { id: this.id, data: own, target }, [own.buffer]);
  }

  /** How one peer does, or all that are connected. @throws MediaError with code peer-gone */
  stats(peer?: string): Promise<readonly StatsOfPeer[]> {
    return this.#link.call('peerStats', { id: this.id, ...(peer === undefined ? {} : { peer }) });
  }

  /**
   * Sends a picture to one peer, or to all. Settles when the engine has it, or a newer one of its
   * stream has taken its place.
   * @throws MediaError with code message-unusable or peer-gone
   */
  putFrame(frame: InputFrame, target: FrameTarget = {}): Promise<void> {
    return this.#frames.put(frame, target);
  }

  /**
   * Sends a piece of sound to one peer, or to all.
   * @throws MediaError with code message-unusable or peer-gone
   */
  putPcm(pcm: PcmNote, peer?: string): Promise<void> {
    const data = ownMemory(pcm.data);
    return this.#link.call(
      'putPcm',
      { id: this.id, pcm: { ...pcm, data }, ...(peer === undefined ? {} : { peer }) },
      [data.buffer],
    );
  }

  /** Closes one peer, or all. @throws MediaError with code peer-gone */
  closePeer(peer?: string): Promise<void> {
    return this.#link.call('closePeer', { id: this.id, ...(peer === undefined ? {} : { peer }) });
  }

  /** Takes what the worker says of this connection. */
  take(note: ConnectionNote): void {
    switch (note.event) {
      case 'connected':
        this.#peers.add(note.peer);
        this.emit('connected', note.peer);
        return;
      case 'disconnected':
        this.#left(note.peer, note.cause);
        return;
      case 'abandoned':
        this.emit('abandoned', note.peer, note.cause, note.handshake);
        return;
      case 'message':
        this.emit('message', note.peer, note.channel, received(note.data));
        return;
      case 'connectionState':
        this.emit('state', note.state);
        return;
      case 'remoteTrack': {
        const { peer, kind, track: id } = note.track;
        const label = `${kind} of ${peer}`;
        const track = new TrackHandle({ kind, id, origin: id, label });
        this.#remote.set(id, { peer, track });
        this.emit('track', peer, track);
        return;
      }
      case 'frame':
        this.emit('frame', peerOfTap(note.tap), {
          ...note.frame,
          data: asBuffer(note.frame.data),
        });
        return;
      case 'chunk':
        this.emit('chunk', peerOfTap(note.tap), {
          ...note.chunk,
          data: asBuffer(note.chunk.data),
        });
        return;
      default:
        note satisfies never;
    }
  }

  override close(): Promise<void> {
    for (const { track } of this.#remote.values()) track.end();
    this.#remote.clear();
    this.#tracks.close();
    return super.close();
  }

  override engineDied(error: EngineEndedError): void {
    for (const peer of this.#peers) this.#left(peer, 'connection failed');
    super.engineDied(error);
  }

  #left(peer: string, cause: CloseCause): void {
    this.#peers.delete(peer);
    for (const [id, remote] of this.#remote) {
      if (remote.peer !== peer) continue;
      this.#remote.delete(id);
      remote.track.end();
    }
    this.emit('disconnected', peer, cause);
  }

  #sendTracks(): void {
    if (this.isClosing) return;
    const tracks = this.#tracks.ids;
    this.#link.call('setTracks', { id: this.id, tracks }).catch(error => this.fail(error));
  }
}

function received(data: string | Uint8Array): string | Buffer {
  return typeof data === 'string' ? data : asBuffer(data);
}

/** Taps of peers are named `connection peer mid`. */
function peerOfTap(tap: string): string {
  return tap.split(' ')[1] ?? '';
}
