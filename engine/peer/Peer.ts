import { randomBytes } from 'node:crypto';
import { type RTCCertificate, type RTCDtlsTransport, RTCPeerConnection } from 'werift';
import type { AccessUnit, PeerVideoCodec } from '../model/AccessUnit';
import { type Clock, systemClock } from '../model/Clock';
import { OfferError } from '../model/errors';
import { followNomination } from './followNomination';
import type { ChannelData } from './MessageChannel';
import { withInactiveSections } from './negotiate';
import type { CheckedOffer } from './offer';
import { type ChannelSettings, PeerChannels } from './PeerChannels';
import { type MediaTracks, PeerMedia, type PeerMediaOptions, type RemoteMedia } from './PeerMedia';
import { PeerMeter, type PeerStats } from './PeerMeter';
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
  | 'replaced'
  | 'redeployed';

/** Who gets what happens to a peer. */
export interface PeerHandlers {
  /** @param media what the peer sends */
  connected(media: readonly RemoteMedia[]): void;
  message(channel: string, data: ChannelData): void;
  /** Once, and last. */
  closed(cause: CloseCause): void;
  log?(text: string): void;
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

/** How long a page that was replaced has to hear of it, in ms; it leaves by itself when it does. */
const FAREWELL_MS = 500;

/** One browser, from its offer to its end. */
export class Peer {
  /** Unguessable. */
  readonly id = randomBytes(12).toString('base64url');
  readonly videoCodec: PeerVideoCodec;
  readonly #handlers: PeerHandlers;
  readonly #connection: RTCPeerConnection;
  readonly #watchdog: Watchdog;
  readonly #media: PeerMedia;
  readonly #channels: PeerChannels;
  readonly #clock: Clock;
  readonly #disposers: (() => void)[] = [];
  #cancelHandshake: (() => void) | undefined;
  #negotiating: Promise<string> | undefined;
  /** While it is connected. */
  #meter: PeerMeter | undefined;
  #isRetired = false;
  #closing: Promise<void> | undefined;

  constructor(videoCodec: PeerVideoCodec, handlers: PeerHandlers, options: PeerOptions) {
    const { clock = systemClock, handshakeMs = 10_000, silenceMs, certificate } = options;
    this.videoCodec = videoCodec;
    this.#handlers = handlers;
    this.#clock = clock;
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
    this.#channels = this.#makeChannels(clock);
    this.#listen(this.#connection.onDataChannel, channel => this.#channels.open(channel));
  }

  get isConnected(): boolean {
    return this.#meter !== undefined;
  }

  /** The browser offered data channels. */
  get takesMessages(): boolean {
    return this.#channels.areTaken;
  }

  /** How it is connected and what goes to and fro. */
  get stats(): PeerStats {
    const { bytes, pictures, codec, loss, roundTripMs } = this.#media.sent;
    const { sent, received, dropped, waitingBytes } = this.#channels.counts;
    const { page, sentBytes } = this.#channels;
    const [transport] = this.#connection.iceTransports;
    const rates = this.#meter?.read({
      sentBytes: bytes + sentBytes,
      receivedBytes: transport?.connection.nominated?.bytesReceived ?? 0,
      pictures: pictures ?? 0,
    });
    return {
      connectedMs: Math.round(this.#meter?.elapsedMs ?? 0),
      sentBps: rates?.sentBps ?? 0,
      receivedBps: rates?.receivedBps ?? 0,
      ...known({ roundTripMs: page.roundTripMs ?? roundTripMs, latencyMs: page.latencyMs, loss }),
      ...(codec ? { codec, fps: rates?.fps ?? 0 } : {}),
      messagesSent: sent,
      messagesReceived: received,
      messagesDropped: dropped,
      waitingBytes,
    };
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
    if (this.#media.follow(tracks)) this.#channels.askToReconnect();
  }

  /** Settles when it is on its way. @throws MessageError if it cannot be sent */
  send(data: ChannelData, label?: string, settings?: ChannelSettings): Promise<void> {
    return this.#channels.send(data, label, settings);
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
    this.#channels.prepare();
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
    return withInactiveSections(localDescription.sdp);
  }

  #transportIs(state: string, transport: RTCDtlsTransport): void {
    if (state === 'connected') this.#start(transport);
    else if (state === 'closed') void this.close('page closed');
    else if (state === 'failed') void this.close('connection failed');
  }

  #start(transport: RTCDtlsTransport): void {
    if (this.isConnected || this.#closing) return;
    this.#meter = new PeerMeter(this.#clock);
    this.#cancelHandshake?.();
    this.#watchdog.start();
    this.#channels.start();
    this.#handlers.connected(this.#media.start(transport));
  }

  #makeChannels(clock: Clock): PeerChannels {
    const handlers = {
      message: (label: string, data: ChannelData) => {
        if (!this.#isRetired) this.#handlers.message(label, data);
      },
      heard: () => this.#watchdog.heard(),
      ended: () => void this.close('page closed'),
      lastSent: () => this.#media.lastSent,
      log: (text: string) => this.#handlers.log?.(text),
    };
    return new PeerChannels(this.#connection, handlers, clock);
  }

  async #end(cause: CloseCause): Promise<void> {
    this.#cancelHandshake?.();
    this.#watchdog.close();
    for (const dispose of this.#disposers) dispose();
    this.#media.close();
    this.#channels.close();
    if (!this.#isRetired) this.#handlers.closed(cause);
    // Closed in the midst of it, the stack goes on to open sockets that nobody closes.
    await this.#negotiating?.catch(() => {});
    try {
      // The stack closes what carries its own farewell before it sends it: the other end would
      // notice only by its silence (RFC 9260 9.1).
      await this.#connection.sctpTransport?.sctp.abort();
      // A datagram leaves in the turn after it was sent, if its socket is still open then.
      await new Promise(setImmediate);
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

/** Without what is not known. */
function known<Key extends string>(
  values: Readonly<Record<Key, number | undefined>>,
): Partial<Record<Key, number>> {
  const entries = Object.entries<number | undefined>(values);
  // What is left has the keys that it had.
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Partial<
    Record<Key, number>
  >;
}
