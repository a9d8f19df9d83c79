import type { RTCCertificate } from 'werift';
import type { Clock } from '../model/Clock';
import type { CloseCause } from './CloseCause';
import type { ChannelData } from './data/ChannelData';
import type { PeerChannelsOptions } from './PeerChannels';
import type { PeerMediaOptions, RemoteMedia } from './PeerMedia';
import type { LatencyMode } from './rtp/send/VideoSender';

/** Who gets what happens to a peer. */
export interface PeerHandlers {
  /** @param media what the peer sends */
  connected(media: readonly RemoteMedia[]): void;
  /** The peer sends something that it did not send when it connected. */
  begun(media: RemoteMedia): void;
  message(channel: string, data: ChannelData): void;
  /** Once, and last. */
  closed(cause: CloseCause): void;
  log?(text: string): void;
}

/** Options of a `Peer`. */
export interface PeerOptions {
  /** Default: a new one. */
  readonly id?: string;
  readonly latency: LatencyMode;
  readonly packetize: PeerMediaOptions['packetize'];
  /** See `PeerMediaOptions.wanted`. */
  readonly wanted: PeerMediaOptions['wanted'];
  /** See `PeerChannelsOptions`. */
  readonly room?: PeerChannelsOptions['room'];
  readonly mostMessageBytes?: number;
  readonly certificate?: RTCCertificate;
  /** It makes the offer: `offer` and `accept` instead of `answer`. Default false. */
  readonly isCaller?: boolean;
  /** How long the handshake may take, in ms. Default 10000. */
  readonly handshakeMs?: number;
  /** See `WatchdogOptions.silenceMs`. */
  readonly silenceMs?: number;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
}
