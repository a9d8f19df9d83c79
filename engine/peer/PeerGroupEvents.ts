import type { CloseCause } from './CloseCause';
import type { ChannelData } from './data/ChannelData';
import type { HandshakeReport } from './PeerHandshake';
import type { RemoteMedia } from './PeerMedia';

/** What a group tells. */
export type PeerGroupEvents = {
  /** `media` is what the peer sends of the wanted kinds. */
  connected: [peer: string, media: readonly RemoteMedia[]];
  /** The peer sends something that it did not send when it connected. */
  begun: [peer: string, media: RemoteMedia];
  disconnected: [peer: string, cause: CloseCause];
  /** Its handshake came to nothing. */
  abandoned: [peer: string, cause: CloseCause, handshake: HandshakeReport];
  message: [peer: string, channel: string, data: ChannelData];
  log: [text: string];
};
