import { randomBytes } from 'node:crypto';
import {
  type RTCCertificate,
  type RTCDataChannel,
  type RTCDtlsTransport,
  RTCPeerConnection,
} from 'werift';
import type { AccessUnit, PeerVideoCodec } from '../model/AccessUnit';
import { type Clock, systemClock } from '../model/Clock';
import { MessageError, OfferError } from '../model/errors';
import { CONTROL_LABEL, ControlChannel } from './ControlChannel';
import { followNomination } from './followNomination';
import { withLegacyData } from './legacyData';
import { type ChannelData, MessageChannel } from './MessageChannel';
import { withInactiveSections } from './negotiate';
import type { CheckedOffer } from './offer';
import { type MediaTracks, PeerMedia, type PeerMediaOptions, type RemoteMedia } from './PeerMedia';
import { peerConfig } from './peerConfig';
import type { LatencyMode } from './VideoSender';
import { Watchdog } from './Watchdog';

/** Why a peer is gone. */
export type CloseCause =
  | 'page closed'
  | 'vanished'
  | 'handshake timed out'
  | 'connection failed'
  | 'closed by flow'
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
  /** How long the handshake may take, in ms. Default 10000. */
  readonly handshakeMs?: number;
  /** See `WatchdogOptions.silenceMs`. */
  readonly silenceMs?: number;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
}

const DEFAULT_LABEL = 'default';
/** What every peer takes in one message, in bytes (RFC 8841 6.1). */
const LEAST_LIMIT_BYTES = 65_536;

/** One browser, from its offer to its end. */
export class Peer {
  /** Unguessable. */
  readonly id = randomBytes(12).toString('base64url');
  readonly videoCodec: PeerVideoCodec;
  readonly #handlers: PeerHandlers;
  readonly #connection: RTCPeerConnection;
  readonly #watchdog: Watchdog;
  readonly #media: PeerMedia;
  readonly #channels = new Map<string, MessageChannel>();
  readonly #disposers: (() => void)[] = [];
  #control: ControlChannel | undefined;
  #cancelHandshake: (() => void) | undefined;
  #negotiating: Promise<string> | undefined;
  #connected = false;
  #closing: Promise<void> | undefined;

  constructor(videoCodec: PeerVideoCodec, handlers: PeerHandlers, options: PeerOptions) {
    const { clock = systemClock, handshakeMs = 10_000, silenceMs, certificate } = options;
    this.videoCodec = videoCodec;
    this.#handlers = handlers;
    this.#watchdog = new Watchdog(() => void this.close('vanished'), {
      clock,
      ...(silenceMs === undefined ? {} : { silenceMs }),
    });
    this.#cancelHandshake = clock.after(handshakeMs, () => void this.close('handshake timed out'));
    this.#connection = new RTCPeerConnection(
      peerConfig({
        videoCodec,
        checkArrived: (...check) => {
          this.#watchdog.heard();
          followNomination(this.#connection, check);
        },
        ...(certificate ? { certificate } : {}),
      }),
    );
    const { latency, packetize, wanted } = options;
    const mediaOptions = { videoCodec, latency, packetize, wanted, clock };
    this.#media = new PeerMedia(this.#connection, mediaOptions);
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
   * Sends other tracks from now on. A browser that negotiated fewer m-sections than it could be
   * sent now is asked to connect anew.
   */
  follow(tracks: MediaTracks): void {
    if (this.#media.follow(tracks)) this.#control?.askToReconnect();
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
    for (const transport of connection.dtlsTransports) {
      // As DTLS server the stack starts without a pause of 100 ms, and browsers then choose AES-GCM.
      transport.role = 'server';
      this.#listen(transport.onStateChange, state => this.#transportIs(state, transport));
      this.#listen(transport.onRtcp, packet => {
        this.#watchdog.heard();
        this.#media.feedback(packet);
      });
    }
    await connection.setLocalDescription(await connection.createAnswer());
    const { localDescription } = connection;
    if (!localDescription || this.#closing) throw new OfferError('the connection was closed');
    const answer = withInactiveSections(localDescription.sdp);
    return offer.hasLegacyData ? withLegacyData(answer) : answer;
  }

  #transportIs(state: string, transport: RTCDtlsTransport): void {
    if (state === 'connected') this.#start(transport);
    else if (state === 'closed') void this.close('page closed');
    else if (state === 'failed') void this.close('connection failed');
  }

  #start(transport: RTCDtlsTransport): void {
    if (this.#connected || this.#closing) return;
    this.#connected = true;
    this.#cancelHandshake?.();
    this.#watchdog.start();
    this.#handlers.connected(this.#media.start(transport));
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

  #adopt(channel: RTCDataChannel): void {
    const { label } = channel;
    const mostBytes = this.#connection.sctpTransport?.remoteMaxMessageSize ?? LEAST_LIMIT_BYTES;
    this.#channelOf(label).attach(channel, mostBytes, {
      message: data => this.#handlers.message(label, data),
      closed: () => {
        this.#channels.delete(label);
        // As in RTCBot, the end of the default channel is the end of the connection.
        if (label === DEFAULT_LABEL) void this.close('page closed');
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
