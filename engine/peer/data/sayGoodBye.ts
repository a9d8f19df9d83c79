import { setImmediate as turn } from 'node:timers/promises';
import type { RTCPeerConnection } from 'werift';

/**
 * Ends the association of the data channels (RFC 9260 3.3.7), by which the other end sees at once
 * that we go: the stack's `close` leaves without a word. Never rejects.
 */
export async function sayGoodBye(connection: RTCPeerConnection): Promise<void> {
  try {
    await connection.sctpTransport?.stop();
  } catch {
    // It goes anyway.
  }
  // The socket sends a tick later, and what it has not sent when it is closed is lost.
  await turn();
}
