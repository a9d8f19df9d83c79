import { randomBytes } from 'node:crypto';
import type { CloseCause } from './CloseCause';
import type { ChannelData } from './data/ChannelData';
import type { ChannelSettings } from './PeerChannels';
import type { HandshakeReport } from './PeerHandshake';
import type { MediaTracks } from './PeerMedia';
import type { PeerStats } from './PeerMeter';
import type { CheckedOffer } from './sdp/offer';
import type { VideoForm } from './VideoForm';

/** What a group needs of a peer, which lives in this thread or in another one. */
export interface GroupMember {
  /** Unguessable. */
  readonly id: string;
  readonly videoForm: VideoForm;
  readonly isConnected: boolean;
  /** How long it has had for its handshake since its offer was answered, in ms; 0 once that is through. */
  readonly unfinishedMs: number;
  /** How far its handshake has come, if it is not through; of one in another thread once it is closed. */
  readonly handshake: HandshakeReport | Promise<HandshakeReport>;
  /** The browser offered data channels. */
  readonly takesMessages: boolean;
  /** How many m-sections of each kind it can be sent something on. */
  readonly lines: Readonly<Record<'video' | 'audio', number>>;
  /** How it is connected and what goes to and fro. */
  stats(): PeerStats | Promise<PeerStats>;
  /** Answers the offer. @throws OfferError, NoSocketError, or one of their codes; the peer is closed then */
  answer(offer: CheckedOffer, tracks: MediaTracks): Promise<string>;
  /** Sends other tracks from now on. */
  follow(tracks: MediaTracks): void;
  /** Settles when it is on its way. @throws MessageError, or one of its code */
  send(data: ChannelData, label?: string, settings?: ChannelSettings): Promise<void>;
  /** The flow has taken so many messages more of this peer. */
  taken(count: number): void;
  /** Ends it because another one has taken its place, which its page is told. Never rejects. */
  retire(): Promise<void>;
  /** Tells the other end that we go, and nothing else. Never rejects. */
  farewell(): Promise<void>;
  /** Idempotent, never rejects; settles when sockets and timers are gone. */
  close(cause: CloseCause): Promise<void>;
}

/** A new id for a peer: who knows it can send to it, so that it is not to be guessed. */
export function newPeerId(): string {
  return randomBytes(12).toString('base64url');
}
