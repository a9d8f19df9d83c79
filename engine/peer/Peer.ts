import { RTCPeerConnection } from 'werift';
import { type Clock, systemClock } from '../model/Clock';
import { AnswerError } from '../model/errors/callErrors';
import { OfferError } from '../model/errors/errors';
import { NoSocketError } from '../model/errors/peerErrors';
import type { CloseCause } from './CloseCause';
import type { ChannelData } from './data/ChannelData';
import { sayGoodBye } from './data/sayGoodBye';
import { type GroupMember, newPeerId } from './GroupMember';
import { type CallerChannels, type ChannelSettings, PeerChannels } from './PeerChannels';
import { type HandshakeReport, PeerHandshake } from './PeerHandshake';
import { type MediaTracks, PeerMedia, type SentKinds } from './PeerMedia';
import { PeerMeter, type PeerStats } from './PeerMeter';
import type { PeerHandlers, PeerOptions } from './PeerOptions';
import { peerConfig } from './peerConfig';
import type { CheckedAnswer } from './sdp/answer';
import { shareTransports, usedTransports } from './sdp/negotiate';
import { type CheckedOffer, stackOffer } from './sdp/offer';
import { fullOffer, offerMedia } from './sdp/offering';
import { wholeAnswer } from './sdp/wholeAnswer';
import { followNomination } from './stack/followNomination';
import { askForLife, followLife } from './stack/life';
import { openPaths, type PathHandlers } from './stack/openPaths';
import { statsOf } from './statsOf';
import type { VideoForm } from './VideoForm';
import { Watchdog } from './Watchdog';

/** How long a page that was replaced has to hear of it, in ms; it leaves by itself when it does. */
const FAREWELL_MS = 500;

/** Tracks of each kind. */
export type Room = Readonly<Record<'video' | 'audio', number>>;

const HANDSHAKE_MS = 10_000;
/** How long an offer waits for its answer, in ms: longer than signaling does. */
const ANSWER_MS = 20_000;
/** See `WatchdogOptions.silenceMs`: an end that checks the path every 6 s, and one check lost. */
const CALLED_SILENCE_MS = 15_000;

/** One browser, from its offer to its end; or an endpoint that is called, from our offer. */
export class Peer implements GroupMember {
  /** Unguessable. */
  readonly id: string;
  /** Of a call: that of the answer, once there is one. */
  videoForm: VideoForm;
  readonly #handlers: PeerHandlers;
  readonly #connection: RTCPeerConnection;
  readonly #watchdog: Watchdog;
  readonly #options: PeerOptions;
  readonly #channels: PeerChannels;
  readonly #clock: Clock;
  readonly #handshake: PeerHandshake;
  readonly #disposers: (() => void)[] = [];
  readonly #paths: PathHandlers = {
    indicated: () => this.#watchdog.heard(),
    begun: () => this.#handshake.begun(),
    repeated: () => this.#handshake.repeated(),
    log: text => this.#handlers.log?.(text),
  };
  #closePaths = async (): Promise<void> => {};
  #media: PeerMedia;
  /** Of a call: what it has offered, and the channels that it opens itself. */
  #called: { channels: CallerChannels; offer: string; room: Room } | undefined;
  /** Of a call: it has room for less than is to be sent. */
  #isShort = false;
  #negotiating: Promise<string> | undefined;
  /** While it is connected. */
  #meter: PeerMeter | undefined;
  #isRetired = false;
  #closing: Promise<void> | undefined;

  constructor(videoForm: VideoForm, handlers: PeerHandlers, options: PeerOptions) {
    const { clock = systemClock, handshakeMs = HANDSHAKE_MS, silenceMs, certificate } = options;
    const { isCaller = false } = options;
    this.id = options.id ?? newPeerId();
    this.videoForm = videoForm;
    this.#handlers = handlers;
    this.#options = options;
    this.#clock = clock;
    // What answers a call may send next to nothing; ours is found out by its silence on the control channel.
    const silence = silenceMs ?? (isCaller ? CALLED_SILENCE_MS : undefined);
    this.#watchdog = new Watchdog(
      {
        ask: () => askForLife(usedTransports(this.#connection), () => this.#watchdog.heard()),
        bark: () => void this.close('vanished'),
      },
      { clock, ...(silence === undefined ? {} : { silenceMs: silence }) },
    );
    this.#handshake = new PeerHandshake(clock, () =>
      this.#connection.iceTransports.some(({ connection: ice }) => ice.nominated),
    );
    this.#limitHandshake(handshakeMs);
    this.#connection = new RTCPeerConnection(
      peerConfig({
        videoCodec: videoForm.codec,
        isCaller,
        // Only of checks that are verified: see `openPaths`.
        checkArrived: (...check) => {
          this.#watchdog.heard();
          this.#handshake.checked();
          followNomination(this.#connection, check);
        },
        ...(certificate ? { certificate } : {}),
      }),
    );
    this.#media = this.#mediaIn(videoForm);
    this.#channels = this.#makeChannels(clock);
    this.#listen(this.#connection.onDataChannel, channel => this.#channels.open(channel));
  }

  get isConnected(): boolean {
    return this.#meter !== undefined;
  }

  /** How long it has had for its handshake since its offer was answered, in ms; 0 once that is through. */
  get unfinishedMs(): number {
    return this.#handshake.unfinishedMs;
  }

  /** How far its handshake has come, if it is not through. */
  get handshake(): HandshakeReport {
    return this.#handshake.report;
  }

  /** The browser offered data channels. */
  get takesMessages(): boolean {
    return this.#channels.areTaken;
  }

  /** How many m-sections of each kind it can be sent something on. */
  get lines(): Room {
    return this.#media.lines;
  }

  /** How it is connected and what goes to and fro. */
  stats(): PeerStats {
    return statsOf({
      connection: this.#connection,
      media: this.#media,
      channels: this.#channels,
      meter: this.#meter,
      handshake: this.#handshake,
    });
  }

  /**
   * Answers the offer. The tracks start at once, so that the first picture is coded when the
   * handshake is through.
   * @throws OfferError if the offer cannot be answered, NoSocketError; the peer is closed then
   */
  async answer(offer: CheckedOffer, tracks: MediaTracks): Promise<string> {
    try {
      this.#negotiating = this.#negotiate(offer, tracks);
      const answer = await this.#negotiating;
      this.#handshake.answered();
      return answer;
    } catch (error) {
      await this.close('connection failed');
      if (error instanceof OfferError || error instanceof NoSocketError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new OfferError(reason.replaceAll(/\s+/g, ' '), { cause: error });
    }
  }

  /**
   * Makes an offer with room for so many tracks.
   * @throws OfferError if it was closed meanwhile, NoSocketError; the peer is closed then
   */
  async offer(sent: Room): Promise<string> {
    this.#limitHandshake(ANSWER_MS);
    this.#negotiating = this.#makeOffer(sent);
    try {
      return await this.#negotiating;
    } catch (error) {
      await this.close('connection failed');
      throw error;
    }
  }

  /** What was offered. */
  get offered(): string {
    return this.#called?.offer ?? '';
  }

  /**
   * Takes the answer to the offer. The tracks start at once.
   * @throws AnswerError if it cannot be used; the peer is closed then
   */
  async accept(
    answer: CheckedAnswer,
    form: VideoForm,
    tracks: (form: VideoForm) => MediaTracks,
  ): Promise<void> {
    // The other end may have taken long for its answer, but not for what follows.
    this.#limitHandshake(this.#options.handshakeMs ?? HANDSHAKE_MS);
    this.videoForm = form;
    this.#media = this.#mediaIn(form);
    try {
      await this.#takeAnswer(answer, tracks(form));
    } catch (error) {
      await this.close('connection failed');
      if (error instanceof AnswerError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new AnswerError(reason.replaceAll(/\s+/g, ' '), { cause: error });
    }
  }

  /**
   * Sends other tracks from now on, as many as the other end has offered m-sections for: it would
   * offer no more of them another time. A call that has too few is made anew.
   */
  follow(tracks: MediaTracks): void {
    this.#media.follow(tracks);
    if (this.#called) this.#checkRoom(tracks, this.#called.room);
    else this.#channels.saySending();
  }

  /** Settles when it is on its way. @throws MessageError if it cannot be sent */
  send(data: ChannelData, label?: string, settings?: ChannelSettings): Promise<void> {
    return this.#channels.send(data, label, settings);
  }

  /** The flow has taken so many messages more of this peer. */
  taken(count: number): void {
    this.#channels.taken(count);
  }

  /**
   * Ends it because another peer has taken its place: its page is told, so that it does not come
   * back by itself. Nothing is heard of it from now on, not even its end. Never rejects.
   */
  async retire(): Promise<void> {
    this.#isRetired = true;
    this.#media.close();
    this.#channels.sayReplaced();
    await new Promise<void>(resolve => {
      const cancel = this.#clock.after(FAREWELL_MS, resolve);
      this.#disposers.push(cancel, resolve);
    });
    await this.close('replaced');
  }

  /** Tells the other end that we go, and nothing else: this thread is about to end. Never rejects. */
  farewell(): Promise<void> {
    return sayGoodBye(this.#connection);
  }

  /** Idempotent, never rejects; settles when sockets and timers are gone. */
  close(cause: CloseCause): Promise<void> {
    // Marked as closing first: whoever hears of the end may well close again.
    this.#closing ??= Promise.resolve().then(() => this.#end(cause));
    return this.#closing;
  }

  async #negotiate(offer: CheckedOffer, tracks: MediaTracks): Promise<string> {
    const connection = this.#connection;
    const fit = stackOffer(offer, this.videoForm.codec);
    await connection.setRemoteDescription({ type: 'offer', sdp: fit.sdp });
    if (this.#closing) throw new OfferError('the connection was closed');
    shareTransports(connection, fit.shared);
    this.#channels.prepare();
    this.#media.prepare(offer, tracks, `rtcbot-${this.id}`);
    this.#closePaths = await openPaths(connection, this.#paths, this.#clock);
    // As DTLS server the stack starts without a pause of 100 ms, and browsers then choose AES-GCM.
    for (const transport of connection.dtlsTransports) transport.role = 'server';
    this.#followTransports();
    await connection.setLocalDescription(await connection.createAnswer());
    const { localDescription } = connection;
    if (!localDescription || this.#closing) throw new OfferError('the connection was closed');
    const { idleMids } = this.#media;
    return wholeAnswer(localDescription.sdp, offer, { ...fit, idleMids });
  }

  async #makeOffer(sent: Room): Promise<string> {
    const connection = this.#connection;
    offerMedia(connection, { ...sent, wanted: this.#options.wanted }, `rtcbot-${this.id}`);
    const channels = this.#channels.create();
    this.#closePaths = await openPaths(connection, this.#paths, this.#clock);
    const offer = await fullOffer(connection);
    if (this.#closing) throw new OfferError('the connection was closed');
    this.#called = { channels, offer, room: sent };
    return offer;
  }

  async #takeAnswer(answer: CheckedAnswer, tracks: MediaTracks): Promise<void> {
    if (!this.#called || this.#closing) throw new AnswerError('the call was closed');
    this.#followTransports();
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
    if (this.#closing) throw new AnswerError('the call was closed');
    this.#media.prepare(answer, tracks, `rtcbot-${this.id}`);
    this.#checkRoom(tracks, this.#called.room);
    this.#channels.call(this.#called.channels);
  }

  #followTransports(): void {
    for (const transport of this.#connection.dtlsTransports) {
      this.#listen(transport.onStateChange, state => this.#transportIs(state));
      this.#listen(transport.onRtcp, packet => this.#media.feedback(packet));
    }
  }

  #mediaIn(videoForm: VideoForm): PeerMedia {
    const { latency, packetize, wanted } = this.#options;
    const options = { videoForm, latency, packetize, wanted, clock: this.#clock };
    return new PeerMedia(this.#connection, options);
  }

  #limitHandshake(ms: number): void {
    this.#handshake.limit(ms, () => void this.close('handshake timed out'));
  }

  #transportIs(state: string): void {
    if (state === 'connected') this.#start();
    else if (state === 'closed') this.#ended();
    else if (state === 'failed') void this.close('connection failed');
  }

  #start(): void {
    const transports = usedTransports(this.#connection);
    const areThrough = transports.every(transport => transport.state === 'connected');
    if (this.isConnected || this.#closing || !areThrough) return;
    this.#meter = new PeerMeter(this.#clock);
    this.#handshake.through();
    this.#watchdog.start();
    this.#disposers.push(...followLife(transports, () => this.#watchdog.heard()));
    this.#channels.start();
    this.#handlers.connected(this.#media.start());
    if (this.#isShort) void this.close('renewed');
  }

  /** What the other end does not take would not be taken the next time either. */
  #checkRoom(tracks: MediaTracks, room: Room): void {
    this.#isShort = tracks.video.length > room.video || tracks.audio.length > room.audio;
    if (this.#isShort && this.isConnected) void this.close('renewed');
  }

  /** The other end closed the connection. */
  #ended(): void {
    void this.close(this.#called ? 'hung up' : 'page closed');
  }

  #makeChannels(clock: Clock): PeerChannels {
    const handlers = {
      message: (label: string, data: ChannelData) => {
        if (!this.#isRetired) this.#handlers.message(label, data);
      },
      ended: () => this.#ended(),
      lost: () => void this.close('vanished'),
      renew: () => void this.close('renewed'),
      replaced: () => void this.close('replaced'),
      lastSent: () => this.#media.lastSent,
      sending: () => this.#media.sending,
      begins: (kinds: SentKinds) => this.#begin(kinds),
      log: (text: string) => this.#handlers.log?.(text),
    };
    const { room, mostMessageBytes: mostBytes } = this.#options;
    return new PeerChannels(this.#connection, handlers, {
      clock,
      ...(room ? { room } : {}),
      ...(mostBytes === undefined ? {} : { mostBytes }),
    });
  }

  /** Of a call: the other end sends these kinds, which its answer said that it did not yet. */
  #begin(kinds: SentKinds): void {
    if (!this.isConnected || this.#closing) return;
    for (const media of this.#media.begin(kinds)) this.#handlers.begun(media);
  }

  async #end(cause: CloseCause): Promise<void> {
    this.#handshake.close();
    this.#watchdog.close();
    for (const dispose of this.#disposers) dispose();
    this.#media.close();
    this.#channels.close();
    if (!this.#isRetired) this.#handlers.closed(cause);
    // Closed in the midst of it, the stack goes on to open sockets that nobody closes.
    await this.#negotiating?.catch(() => {});
    await sayGoodBye(this.#connection);
    try {
      await this.#connection.close();
    } catch {
      // The stack throws when it is closed half-open.
    }
    await this.#closePaths();
  }

  #listen<T extends unknown[]>(
    event: { subscribe(callback: (...values: T) => void): { unSubscribe(): void } },
    callback: (...values: T) => void,
  ): void {
    this.#disposers.push(event.subscribe(callback).unSubscribe);
  }
}
