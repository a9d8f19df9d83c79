import { MediaStream, type RTCPeerConnection } from 'werift';

/** What an offer is to have room for. */
export interface OfferedRoom {
  /** Tracks that are sent, of each kind. */
  readonly video: number;
  readonly audio: number;
  /** The kinds of which one is wanted of the other end. */
  readonly wanted: readonly ('video' | 'audio')[];
}

/**
 * Adds the m-sections of our offer: one for each track that is sent, and one for each kind that is
 * wanted; the first of a kind may do both.
 * @param name of the media streams
 */
export function offerMedia(
  connection: RTCPeerConnection,
  { wanted, ...sent }: OfferedRoom,
  name: string,
): void {
  const streams = [new MediaStream({ id: name })];
  for (const kind of ['video', 'audio'] as const) {
    const isWanted = wanted.includes(kind);
    const sections = Math.max(sent[kind], isWanted ? 1 : 0);
    for (let section = 0; section < sections; section += 1) {
      const isReceived = section === 0 && isWanted;
      const sends = isReceived ? ('sendrecv' as const) : ('sendonly' as const);
      const direction = section < sent[kind] ? sends : ('recvonly' as const);
      connection.addTransceiver(kind, { direction, streams });
    }
  }
}

/** Makes the offer, with all candidates: hosts only, nobody outside is asked. */
export async function fullOffer(connection: RTCPeerConnection): Promise<string> {
  const offer = await connection.createOffer();
  for (const { connection: ice } of connection.iceTransports) {
    // An empty list of servers alone makes the stack ask a public one.
    Object.assign(ice, { stunServer: undefined });
  }
  await connection.setLocalDescription(offer);
  return connection.localDescription?.sdp ?? '';
}
