import type { RTCPeerConnection } from 'werift';
import { PathGuard } from './PathGuard';

/**
 * Lets only our peer in at the transports of a connection. To be called before its offer or answer is
 * made, which names their credentials.
 * @param indicated called on each keep-alive of our peer
 */
export function guardTransports(connection: RTCPeerConnection, indicated: () => void): void {
  for (const transport of connection.iceTransports) new PathGuard(transport, indicated);
}
