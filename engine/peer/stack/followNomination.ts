import type { PeerConfig, RTCPeerConnection } from 'werift';

/** A connectivity check as the stack hands it over: the message, where it is from, and over which socket it came. */
export type ConnectivityCheck = Parameters<NonNullable<PeerConfig['iceFilterStunResponse']>>;

/**
 * Sends over the path that the browser uses now. Towards an ICE-lite end a browser nominates the
 * path it has selected, and another when it changes its mind: at the start, as better paths turn
 * out to work, or later, as a laptop goes from cable to Wi-Fi (RFC 8445 8.1.1). The stack stays
 * with the first for ever, and what it sends there may be lost.
 */
export function followNomination(
  connection: RTCPeerConnection,
  [message, [host, port], protocol]: ConnectivityCheck,
): void {
  if (!message.attributesKeys.includes('USE-CANDIDATE')) return;
  for (const { connection: ice } of connection.iceTransports) {
    if (!ice.nominated || !isForUs(message.getAttributeValue('USERNAME'), ice.localUsername))
      continue;
    const pair = ice.checkList.find(
      each =>
        each.protocol === protocol && each.remoteAddr[0] === host && each.remoteAddr[1] === port,
    );
    // A path that is seen for the first time is known to the stack from the next check on.
    if (pair) ice.nominated = pair;
  }
}

/** The user name of a check begins with our fragment (RFC 8445 7.2.2), which is hard to guess. */
function isForUs(username: unknown, ourFragment: string): boolean {
  return typeof username === 'string' && username.split(':')[0] === ourFragment;
}
