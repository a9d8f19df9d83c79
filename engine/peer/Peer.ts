import { randomBytes } from 'node:crypto';
import {
  type RTCCertificate,
  type RTCDataChannel,
  type RTCDtlsTransport,
  RTCPeerConnection,
} from 'werift';
import type { AccessUnit, PeerVideoCodec } from '../model/AccessUnit';
import { type Clock, systemClock } from '../model/Clock';
import { AnswerError } from '../model/callErrors';
import { MessageError, OfferError } from '../model/errors';
import type { CheckedAnswer } from './answer';
import { CallerControl } from './CallerControl';
import { CONTROL_LABEL, ControlChannel } from './ControlChannel';
import { followNomination } from './followNomination';
import { withLegacyData } from './legacyData';
import { type ChannelData, MessageChannel } from './MessageChannel';
import { withInactiveSections } from './negotiate';
import type { CheckedOffer } from './offer';
import { fullOffer, offerMedia } from './offering';
import { type MediaTracks, PeerMedia, type PeerMediaOptions, type RemoteMedia } from './PeerMedia';
import { peerConfig } from './peerConfig';
import { sayGoodBye } from './sayGoodBye';
import type { LatencyMode } from './VideoSender';
import { Watchdog } from './Watchdog';

/** Why a peer is gone. */
export type CloseCause =
  | 'page closed'
  | 'vanished'
  | 'handshake timed out'
  | 'connection failed'
  | 'closed by flow'
  /** Only of a call: the other end closed it. */
  | 'hung up'
  /** Only of a call: it is made anew, because what is sent has changed. */
  | 'renewed'
  | 'replaced'
  | 'redeployed';

/** Who gets what happens to a peer. */
export interface PeerHandlers {
  /** @param media what the peer sends */
  connected(media: readonly RemoteMedia[]): void;
  message(channel: string, data: ChannelData): void;
  /** Once, and last. */
  closed(cause: CloseCause): void;
}

/** Options of a `Peer`. */
export interface PeerOptions {
  readonly latency: LatencyMode;
  readonly packetize: (unit: AccessUnit) => readonly Buffer[];
  /** See `PeerMediaOptions.wanted`. */
  readonly wanted: PeerMediaOptions['wanted'];
  readonly certificate?: RTCCertificate;
  /** It makes the offer: `offer` and `accept` instead of `answer`. Default false. */
  readonly calls?: boolean;
  /** How long the handshake may take, in ms. Default 10000. */
  readonly handshakeMs?: number;
  /** See `WatchdogOptions.silenceMs`. */
  readonly silenceMs?: number;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
}

/** Tracks of each kind. */
export type Room = Readonly<Record<'video' | 'audio', number>>;

const HANDSHAKE_MS = 10_000;
/** How long an offer waits for its answer, in ms: longer than signaling does. */
const ANSWER_MS = 20_000;
/** See `WatchdogOptions.silenceMs`: an end that checks the path every 6 s, and one check lost. */
const CALLED_SILENCE_MS = 15_000;
const DEFAULT_LABEL = 'default';
/** What every peer takes in one message, in bytes (RFC 8841 6.1). */
const LEAST_LIMIT_BYTES = 65_536;

/** One browser, from its offer to its end. */
export class Peer {
  /** Unguessable. */
  readonly id = randomBytes(12).toString('base64url');
  /** Of a call: that of the answer, once there is one. */
  videoCodec: PeerVideoCodec;
  readonly #handlers: PeerHandlers;
  readonly #connection: RTCPeerConnection;
  readonly #watchdog: Watchdog;
  readonly #options: PeerOptions;
  readonly #clock: Clock;
  #media: PeerMedia;
  readonly #channels = new Map<string, MessageChannel>();
  readonly #disposers: (() => void)[] = [];
  #control: ControlChannel | undefined;
  /** Of a call: what it has offered, and the channels that it opens itself. */
  #called:
    | { default: RTCDataChannel; control: RTCDataChannel; offer: string; room: Room }
    | undefined;
  /** Of a call: it has room for less than is to be sent. */
  #isShort = false;
  #cancelHandshake: (() => void) | undefined;
  #negotiating: Promise<string> | undefined;
  #connected = false;
  #closing: Promise<void> | undefined;

  constructor(videoCodec: PeerVideoCodec, handlers: PeerHandlers, options: PeerOptions) {
    const { clock = systemClock, handshakeMs = HANDSHAKE_MS, silenceMs, certificate } = options;
    const { calls = false } = options;
    this.videoCodec = videoCodec;
    this.#handlers = handlers;
    this.#options = options;
    this.#clock = clock;
    // What answers a call may send next to nothing; ours is found out by its silence on the control channel.
    const silence = silenceMs ?? (calls ? CALLED_SILENCE_MS : undefined);
    this.#watchdog = new Watchdog(() => void this.close('vanished'), {
      clock,
      ...(silence === undefined ? {} : { silenceMs: silence }),
    });
    this.#limitHandshake(handshakeMs);
    this.#connection = new RTCPeerConnection(
      peerConfig({
        videoCodec,
        calls,
        checkArrived: (...check) => {
          this.#watchdog.heard();
          followNomination(this.#connection, check);
        },
        ...(certificate ? { certificate } : {}),
      }),
    );
    this.#media = this.#mediaIn(videoCodec);
    this.#listen(this.#connection.onDataChannel, channel => this.#open(channel));
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  /** The browser offered data channels. */
  get takesMessages(): boolean {
    return this.#connection.sctpTransport !== undefined;
  }

  /**
   * Answers the offer. The tracks start at once, so that the first picture is coded when the
   * handshake is through.
   * @throws OfferError if the offer cannot be answered; the peer is closed then
   */
  async answer(offer: CheckedOffer, tracks: MediaTracks): Promise<string> {
    try {
      this.#negotiating = this.#negotiate(offer, tracks);
      return await this.#negotiating;
    } catch (error) {
      await this.close('connection failed');
      if (error instanceof OfferError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new OfferError(reason.replaceAll(/\s+/g, ' '), { cause: error });
    }
  }

  /**
   * Makes an offer with room for so many tracks.
   * @throws OfferError if it was closed meanwhile
   */
  async offer(sent: Room): Promise<string> {
    this.#limitHandshake(ANSWER_MS);
    this.#negotiating = this.#makeOffer(sent);
    return this.#negotiating;
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
    codec: PeerVideoCodec,
    tracks: (codec: PeerVideoCodec) => MediaTracks,
  ): Promise<void> {
    // The other end may have taken long for its answer, but not for what follows.
    this.#limitHandshake(this.#options.handshakeMs ?? HANDSHAKE_MS);
    this.videoCodec = codec;
    this.#media = this.#mediaIn(codec);
    try {
      await this.#takeAnswer(answer, tracks(codec));
    } catch (error) {
      await this.close('connection failed');
      if (error instanceof AnswerError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new AnswerError(reason.replaceAll(/\s+/g, ' '), { cause: error });
    }
  }

  /**
   * Sends other tracks from now on. A browser that negotiated fewer m-sections than it could be
   * sent now is asked to connect anew; a call is made anew.
   */
  follow(tracks: MediaTracks): void {
    const isShort = this.#media.follow(tracks);
    if (this.#called) this.#checkRoom(tracks, this.#called.room);
    else if (isShort) this.#control?.askToReconnect();
  }

  /** @throws MessageError if it cannot be sent */
  send(data: ChannelData, label = DEFAULT_LABEL): void {
    if (!this.takesMessages) throw new MessageError('the peer takes no messages');
    // The browser opens the default channel; others are opened by whoever speaks first.
    const isOurs = !this.#channels.has(label) && label !== DEFAULT_LABEL;
    if (isOurs) this.#adopt(this.#connection.createDataChannel(label));
    this.#channelOf(label).send(data);
  }

  /** Idempotent, never rejects; settles when sockets and timers are gone. */
  close(cause: CloseCause): Promise<void> {
    // Marked as closing first: whoever hears of the end may well close again.
    this.#closing ??= Promise.resolve().then(() => this.#end(cause));
    return this.#closing;
  }

  async #negotiate(offer: CheckedOffer, tracks: MediaTracks): Promise<string> {
    const connection = this.#connection;
    await connection.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    if (this.#closing) throw new OfferError('the connection was closed');
    this.#media.prepare(offer, tracks, `rtcbot-${this.id}`);
    // As DTLS server the stack starts without a pause of 100 ms, and browsers then choose AES-GCM.
    for (const transport of connection.dtlsTransports) transport.role = 'server';
    this.#followTransports();
    await connection.setLocalDescription(await connection.createAnswer());
    const { localDescription } = connection;
    if (!localDescription || this.#closing) throw new OfferError('the connection was closed');
    const answer = withInactiveSections(localDescription.sdp);
    return offer.hasLegacyData ? withLegacyData(answer) : answer;
  }

  async #makeOffer(sent: Room): Promise<string> {
    const connection = this.#connection;
    offerMedia(connection, { ...sent, wanted: this.#options.wanted }, `rtcbot-${this.id}`);
    const opened = {
      default: connection.createDataChannel(DEFAULT_LABEL),
      control: connection.createDataChannel(CONTROL_LABEL),
    };
    const offer = await fullOffer(connection);
    if (this.#closing) throw new OfferError('the connection was closed');
    this.#called = { ...opened, offer, room: sent };
    return offer;
  }

  async #takeAnswer(answer: CheckedAnswer, tracks: MediaTracks): Promise<void> {
    if (!this.#called || this.#closing) throw new AnswerError('the call was closed');
    this.#followTransports();
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
    if (this.#closing) throw new AnswerError('the call was closed');
    this.#media.prepare(answer, tracks, `rtcbot-${this.id}`);
    this.#checkRoom(tracks, this.#called.room);
    this.#adopt(this.#called.default);
    this.#openCallerControl(this.#called.control);
  }

  #followTransports(): void {
    for (const transport of this.#connection.dtlsTransports) {
      this.#listen(transport.onStateChange, state => this.#transportIs(state, transport));
      this.#listen(transport.onRtcp, packet => {
        this.#watchdog.heard();
        this.#media.feedback(packet);
      });
    }
  }

  #mediaIn(videoCodec: PeerVideoCodec): PeerMedia {
    const { latency, packetize, wanted } = this.#options;
    const options = { videoCodec, latency, packetize, wanted, clock: this.#clock };
    return new PeerMedia(this.#connection, options);
  }

  #limitHandshake(ms: number): void {
    this.#cancelHandshake?.();
    this.#cancelHandshake = this.#clock.after(ms, () => void this.close('handshake timed out'));
  }

  #transportIs(state: string, transport: RTCDtlsTransport): void {
    if (state === 'connected') this.#start(transport);
    else if (state === 'closed') this.#ended();
    else if (state === 'failed') void this.close('connection failed');
  }

  #start(transport: RTCDtlsTransport): void {
    if (this.#connected || this.#closing) return;
    this.#connected = true;
    this.#cancelHandshake?.();
    this.#watchdog.start();
    this.#handlers.connected(this.#media.start(transport));
    if (this.#isShort) void this.close('renewed');
  }

  #open(channel: RTCDataChannel): void {
    this.#listen(channel.onMessage, () => this.#watchdog.heard());
    if (channel.label !== CONTROL_LABEL) {
      this.#adopt(channel);
      return;
    }
    this.#control = new ControlChannel(channel, {
      lastSent: () => this.#media.lastSent,
      bye: () => void this.close('page closed'),
    });
    this.#listen(channel.stateChanged, state => {
      if (state === 'closed') void this.close('page closed');
    });
  }

  /** What the other end does not take would not be taken the next time either. */
  #checkRoom(tracks: MediaTracks, room: Room): void {
    this.#isShort = tracks.video.length > room.video || tracks.audio.length > room.audio;
    if (this.#isShort && this.#connected) void this.close('renewed');
  }

  #openCallerControl(channel: RTCDataChannel): void {
    this.#listen(channel.onMessage, () => this.#watchdog.heard());
    const handlers = {
      lost: () => void this.close('vanished'),
      reconnect: () => void this.close('renewed'),
      replaced: () => void this.close('replaced'),
    };
    const control = new CallerControl(channel, handlers, this.#clock);
    this.#disposers.push(() => control.close());
  }

  /** The other end closed the connection. */
  #ended(): void {
    void this.close(this.#called ? 'hung up' : 'page closed');
  }

  #adopt(channel: RTCDataChannel): void {
    const { label } = channel;
    const mostBytes = this.#connection.sctpTransport?.remoteMaxMessageSize ?? LEAST_LIMIT_BYTES;
    this.#channelOf(label).attach(channel, mostBytes, {
      message: data => this.#handlers.message(label, data),
      closed: () => {
        this.#channels.delete(label);
        // As in RTCBot, the end of the default channel is the end of the connection.
        if (label === DEFAULT_LABEL) this.#ended();
      },
    });
  }

  #channelOf(label: string): MessageChannel {
    const channel = this.#channels.get(label) ?? new MessageChannel();
    this.#channels.set(label, channel);
    return channel;
  }

  async #end(cause: CloseCause): Promise<void> {
    this.#cancelHandshake?.();
    this.#watchdog.close();
    for (const dispose of this.#disposers) dispose();
    this.#media.close();
    this.#channels.clear();
    this.#handlers.closed(cause);
    // Closed in the midst of it, the stack goes on to open sockets that nobody closes.
    await this.#negotiating?.catch(() => {});
    await sayGoodBye(this.#connection);
    try {
      await this.#connection.close();
    } catch {
      // The stack throws when it is closed half-open; what it held is freed by then.
    }
  }

  #listen<T extends unknown[]>(
    event: { subscribe(callback: (...values: T) => void): { unSubscribe(): void } },
    callback: (...values: T) => void,
  ): void {
    this.#disposers.push(event.subscribe(callback).unSubscribe);
  }
}
