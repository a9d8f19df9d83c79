import { EventEmitter } from 'node:events';
import { systemClock } from '../model/Clock';
import { PeerGoneError, TooManyPeersError } from '../model/errors/errors';
import { preferredCodec } from '../model/match';
import type { Subscription } from '../model/Track';
import { Newcomers } from './admission/Newcomers';
import { arrival } from './arrival';
import type { CloseCause } from './CloseCause';
import type { ChannelData } from './data/ChannelData';
import type { GroupMember } from './GroupMember';
import { Peer } from './Peer';
import type { ChannelSettings } from './PeerChannels';
import type { PeerGroupEvents } from './PeerGroupEvents';
import type { AloneMedia, GroupMedia, PeerGroupOptions } from './PeerGroupOptions';
import type { MediaTracks } from './PeerMedia';
import type { PeerStats } from './PeerMeter';
import type { PeerHandlers } from './PeerOptions';
import { Payloads } from './rtp/send/Payloads';
import { checkAnswer } from './sdp/answer';
import { type CheckedOffer, checkOffer, commonCodecs } from './sdp/offer';
import { FarPeer } from './threads/FarPeer';
import type { PeerThread } from './threads/PeerThread';
import type { Seat } from './threads/PeerThreads';
import type { FarOptions } from './threads/protocol';
import type { VideoForm } from './VideoForm';

/** A peer's `PeerStats`. */
export type StatsOfPeer = PeerStats & { readonly peer: string };

/** Which peers a message goes to, and on which channel. */
export interface MessageTarget {
  /** Absent: all that are connected. */
  readonly peer?: string;
  /** Label of the data channel. Default `default`. */
  readonly channel?: string;
  /** How the channel is opened if there is none of this label yet. */
  readonly settings?: ChannelSettings;
}

/** How long what was started waits for the browser that was announced, in ms. */
const HEAD_START_MS = 3000;
/** Handshakes at the same time: an offer costs us a socket and cryptography before the browser proves itself. */
const MOST_HANDSHAKES = 64;
/**
 * A browser that has its answer is through with its handshake in a fraction of a second. Who is not
 * after so long, in ms, keeps its place no longer than until somebody else wants it: an offer and a
 * check of the path cost a stranger next to nothing.
 */
const UNFINISHED_MS = 3000;

/** So many peers that are gone are remembered: what comes late for them is for nobody else. */
const MOST_GONE = 1000;

/** All browsers of one rtc-connection: answers offers, fans video out, carries messages. */
export class PeerGroup extends EventEmitter<PeerGroupEvents> {
  readonly #options: PeerGroupOptions;
  readonly #peers = new Map<string, GroupMember>();
  /** Those of them that are called. */
  readonly #called = new Map<string, Peer>();
  /** What frees the places of peers, by id. */
  readonly #seats = new Map<string, Seat>();
  readonly #newcomers = new Newcomers();
  readonly #leaving = new Set<Promise<void>>();
  /** Replaced by others, and about to be told so. */
  readonly #retired = new Set<GroupMember>();
  readonly #payloads = new Payloads();
  /** Ids of peers that are gone, the newest of them. */
  readonly #gone = new Set<string>();
  #media: GroupMedia = { video: [], audio: [] };
  #alone: AloneMedia = () => undefined;
  #headStart: readonly Subscription[] = [];
  #cancelHeadStart: (() => void) | undefined;
  #closed = false;

  constructor(options: PeerGroupOptions) {
    super();
    this.#options = options;
  }

  /** Peers that are connected. */
  get size(): number {
    return this.#connected().length;
  }

  /**
   * Sends these from now on; the first goes to the first m-section of its kind of each peer, and so on.
   * @param alone what a peer gets in place of the first ones, if anything
   */
  send(media: GroupMedia, alone: AloneMedia = () => undefined): void {
    this.#media = media;
    this.#alone = alone;
    for (const peer of this.#peers.values()) peer.follow(this.#tracks(peer.videoForm, peer.id));
  }

  /** How much of what is sent no peer has room for, of the kinds that any of them is sent. */
  get unsent(): number {
    const lines = this.#connected().map(peer => peer.lines);
    const surplus = (kind: 'video' | 'audio') => {
      const most = Math.max(0, ...lines.map(each => each[kind]));
      return most > 0 ? Math.max(0, this.#media[kind].length - most) : 0;
    };
    return surplus('video') + surplus('audio');
  }

  /** There is a peer of this id. */
  has(id: string): boolean {
    return this.#peers.has(id);
  }

  /** There was a peer of this id, not long ago. */
  had(id: string): boolean {
    return this.#gone.has(id);
  }

  /**
   * Makes a peer for an offer.
   * @throws OfferError, TooManyPeersError, NoSocketError
   */
  async answer(sdp: string): Promise<{ peer: string; sdp: string }> {
    const offer = checkOffer(sdp);
    const peer = await this.#newcomers.enter(isPressing => this.#admitted(offer, isPressing));
    if (!peer) throw new TooManyPeersError(MOST_HANDSHAKES);
    const answer = await peer.answer(offer, this.#tracks(peer.videoForm, peer.id));
    return { peer: peer.id, sdp: answer };
  }

  /**
   * Makes a peer that calls: its offer, for which `accept` takes the answer.
   * @throws TooManyPeersError, OfferError, NoSocketError
   */
  async offer(): Promise<{ peer: string; sdp: string }> {
    this.#checkRoom();
    const peer = this.#open({ codec: 'H264' });
    this.#called.set(peer.id, peer);
    const sdp = await peer.offer({
      video: this.#media.video.length,
      audio: this.#media.audio.length,
    });
    return { peer: peer.id, sdp };
  }

  /**
   * Takes the answer to an offer; settles when the peer is connected.
   * @throws AnswerError, CallFailedError, PeerGoneError
   */
  async accept(id: string, sdp: string): Promise<void> {
    const peer = this.#called.get(id);
    if (!peer) throw new PeerGoneError(id);
    const arrived = arrival(this, id);
    // What is wrong with the answer says more than that the peer has not arrived.
    arrived.catch(() => {});
    const answer = checkAnswer(sdp, peer.offered);
    await peer.accept(answer, this.#formFor(answer), form => this.#tracks(form));
    await arrived;
  }

  /** A browser will come soon: capture and encoder get a head start on its page and handshake. */
  expect(): void {
    if (this.#closed) return;
    this.#endHeadStart();
    const held = this.#tracks({ codec: 'H264' }).video.map(track => track.subscribe({ unit() {} }));
    this.#cancelHeadStart = systemClock.after(HEAD_START_MS, () => this.#endHeadStart());
    this.#headStart = held;
  }

  /**
   * Sends a message to one peer, or to all that are connected. Settles when it is on its way.
   * @throws PeerGoneError, MessageError
   */
  async message(data: ChannelData, target: MessageTarget = {}): Promise<void> {
    const { peer, channel, settings } = target;
    if (peer !== undefined) await this.#peer(peer).send(data, channel, settings);
    else await this.#broadcast(data, target);
  }

  /**
   * The flow has taken so many messages more of a peer. Who does not say so hears no more of one that
   * has sent some 1 MB.
   */
  taken(id: string, count: number): void {
    this.#peers.get(id)?.taken(count);
  }

  /** How one peer does, or all that are connected. @throws PeerGoneError */
  async stats(id?: string): Promise<StatsOfPeer[]> {
    const peers = id === undefined ? this.#connected() : [this.#peer(id)];
    return Promise.all(peers.map(async peer => ({ peer: peer.id, ...(await peer.stats()) })));
  }

  /** Closes one peer, or all. @throws PeerGoneError */
  closePeer(id?: string): void {
    const leaving = id === undefined ? [...this.#peers.values()] : [this.#peer(id)];
    for (const peer of leaving) void peer.close('closed by flow');
  }

  /** Tells all peers that this thread is about to end. Never rejects. */
  async farewell(): Promise<void> {
    await Promise.all(this.#connected().map(peer => peer.farewell()));
  }

  /** Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#newcomers.close();
    this.#endHeadStart();
    const peers = [...this.#peers.values(), ...this.#retired];
    await Promise.all(peers.map(peer => peer.close('redeployed')));
    await Promise.all(this.#leaving);
  }

  #peer(id: string): GroupMember {
    const peer = this.#peers.get(id);
    if (!peer) throw new PeerGoneError(id);
    return peer;
  }

  /** A peer that cannot be sent this does not keep it from the others. */
  async #broadcast(data: ChannelData, { channel, settings }: MessageTarget): Promise<void> {
    const peers = this.#connected().filter(({ takesMessages }) => takesMessages);
    const sent = await Promise.allSettled(peers.map(peer => peer.send(data, channel, settings)));
    const failure = sent.find(({ status }) => status === 'rejected');
    if (failure?.status === 'rejected') throw failure.reason;
  }

  #connected(): GroupMember[] {
    return [...this.#peers.values()].filter(({ isConnected }) => isConnected);
  }

  #endHeadStart(): void {
    this.#cancelHeadStart?.();
    for (const subscription of this.#headStart) subscription.close();
    this.#headStart = [];
  }

  #checkRoom(): void {
    this.#checkPlaces();
    if (!this.#hasRoomForHandshake()) throw new TooManyPeersError(MOST_HANDSHAKES);
  }

  #checkPlaces(): void {
    const { maxPeers, whenFull } = this.#options;
    const isFull = this.#peers.size >= maxPeers && whenFull !== 'replace';
    if (this.#closed || (isFull && !this.#dropUnfinished())) throw new TooManyPeersError(maxPeers);
  }

  /** One more handshake may begin. @param drops if need be in place of one that takes too long */
  #hasRoomForHandshake(drops = true): boolean {
    const isFree = this.#peers.size - this.size < MOST_HANDSHAKES;
    return isFree || (drops && this.#dropUnfinished());
  }

  /** Gives up the browser whose handshake has taken longest. False if none has taken too long. */
  #dropUnfinished(): boolean {
    const [peer] = [...this.#peers.values()]
      .filter(({ unfinishedMs }) => unfinishedMs > UNFINISHED_MS)
      .sort((a, b) => b.unfinishedMs - a.unfinishedMs);
    if (peer) this.#left(peer, 'handshake timed out');
    return peer !== undefined;
  }

  /** One form serves all video of a peer. */
  #formFor({ media }: Pick<CheckedOffer, 'media'>): VideoForm {
    const codec = preferredCodec(commonCodecs(media), this.#media.video[0]?.native) ?? 'H264';
    const isSingleNal = codec === 'H264' && media.some(each => each.isSingleNal);
    return { codec, ...(isSingleNal ? { isSingleNal } : {}) };
  }

  #tracks(form: VideoForm, id?: string): MediaTracks {
    const own = id === undefined ? undefined : this.#alone(id);
    const video = inFront(own?.video, this.#media.video);
    return {
      video: video.map(source => source.rendition(form)),
      audio: inFront(own?.audio, this.#media.audio),
    };
  }

  /** A peer for an offer; undefined while there are too many handshakes. @throws TooManyPeersError */
  #admitted(offer: CheckedOffer, isPressing: boolean): GroupMember | undefined {
    this.#checkPlaces();
    return this.#hasRoomForHandshake(isPressing)
      ? this.#seated(this.#formFor(offer), offer)
      : undefined;
  }

  /** In this thread or in another one. */
  #seated(form: VideoForm, { media }: CheckedOffer): GroupMember {
    const { threads, wanted = [] } = this.#options;
    // What it sends is wanted in the engine's own thread.
    const seat = threads?.seat(media.some(({ kind, sends }) => sends && wanted.includes(kind)));
    const { thread } = seat ?? {};
    const peer = thread ? this.#openFar(thread, form) : this.#open(form);
    if (seat) this.#seats.set(peer.id, seat);
    return peer;
  }

  #open(form: VideoForm): Peer {
    const { isCaller = false, certificate, room } = this.#options;
    const peer: Peer = new Peer(
      form,
      this.#handlersOf(() => peer),
      {
        ...this.#peerOptions,
        isCaller,
        packetize: (unit, { isSingleNal }) => this.#payloads.of(unit, isSingleNal),
        ...(certificate ? { certificate } : {}),
        ...(room ? { room } : {}),
      },
    );
    this.#peers.set(peer.id, peer);
    return peer;
  }

  #openFar(thread: PeerThread, form: VideoForm): FarPeer {
    const handlers = this.#handlersOf(() => peer);
    const peer: FarPeer = new FarPeer(thread, form, { handlers, options: this.#peerOptions });
    this.#peers.set(peer.id, peer);
    return peer;
  }

  get #peerOptions(): FarOptions {
    const { latency, wanted = [], mostMessageBytes, handshakeMs, silenceMs } = this.#options;
    return {
      latency,
      wanted,
      ...(mostMessageBytes === undefined ? {} : { mostMessageBytes }),
      ...(handshakeMs === undefined ? {} : { handshakeMs }),
      ...(silenceMs === undefined ? {} : { silenceMs }),
    };
  }

  #handlersOf(self: () => GroupMember): PeerHandlers {
    return {
      connected: media => {
        this.#makeRoom(self());
        this.#newcomers.freed();
        this.emit('connected', self().id, media);
      },
      begun: media => this.emit('begun', self().id, media),
      message: (channel, data) => this.emit('message', self().id, channel, data),
      closed: cause => {
        if (this.#peers.has(self().id)) this.#left(self(), cause);
      },
      log: text => this.emit('log', `${text} (peer ${self().id})`),
    };
  }

  /** Only who is connected takes a place: an offer alone must not push anybody out. */
  #makeRoom(newcomer: GroupMember): void {
    const others = this.#connected().filter(peer => peer !== newcomer);
    const [oldest] = others;
    if (!oldest || others.length < this.#options.maxPeers) return;
    this.#retired.add(oldest);
    this.#forget(
      oldest,
      oldest.retire().finally(() => this.#retired.delete(oldest)),
    );
    this.emit('disconnected', oldest.id, 'replaced');
  }

  #forget(peer: GroupMember, closed: Promise<void>): void {
    this.#peers.delete(peer.id);
    this.#newcomers.freed();
    this.#called.delete(peer.id);
    this.#gone.add(peer.id);
    for (const oldest of this.#gone) {
      if (this.#gone.size <= MOST_GONE) break;
      this.#gone.delete(oldest);
    }
    const leaving = closed.finally(() => {
      this.#leaving.delete(leaving);
      this.#seats.get(peer.id)?.leave();
      this.#seats.delete(peer.id);
    });
    this.#leaving.add(leaving);
  }

  #left(peer: GroupMember, cause: CloseCause): void {
    this.#forget(peer, peer.close(cause));
    // A flow hears only of the end of what it heard the beginning of.
    if (peer.isConnected) this.emit('disconnected', peer.id, cause);
    else void this.#tellAbandoned(peer, cause);
  }

  async #tellAbandoned({ id, handshake }: GroupMember, cause: CloseCause): Promise<void> {
    this.emit('abandoned', id, cause, await handshake);
  }
}

/** What is a peer's own in front, and no more than it would be sent without: it has no room for more. */
function inFront<T>(own: readonly T[] = [], common: readonly T[]): readonly T[] {
  return [...own, ...common].slice(0, Math.max(own.length, common.length));
}
