import type { RTCPeerConnection } from 'werift';
import type { PeerChannels } from './PeerChannels';
import type { PeerHandshake } from './PeerHandshake';
import type { PeerMedia } from './PeerMedia';
import type { PeerMeter, PeerStats } from './PeerMeter';

/** What a peer is made of, as far as it is counted. */
export interface CountedPeer {
  readonly connection: RTCPeerConnection;
  readonly media: PeerMedia;
  readonly channels: PeerChannels;
  /** Undefined until it is connected. */
  readonly meter: PeerMeter | undefined;
  readonly handshake: PeerHandshake;
}

/** How a peer is connected and what goes to and fro. */
export function statsOf(peer: CountedPeer): PeerStats {
  const { connection, media, channels, meter, handshake } = peer;
  const { bytes, pictures, codec, loss, roundTripMs } = media.sent;
  const { sent, received, dropped, waitingBytes } = channels.counts;
  const { page, sentBytes } = channels;
  const [transport] = connection.iceTransports;
  const rates = meter?.read({
    sentBytes: bytes + sentBytes,
    receivedBytes: transport?.connection.nominated?.bytesReceived ?? 0,
    pictures: pictures ?? 0,
  });
  return {
    connectedMs: Math.round(meter?.elapsedMs ?? 0),
    sentBps: rates?.sentBps ?? 0,
    receivedBps: rates?.receivedBps ?? 0,
    ...known({ roundTripMs: page.roundTripMs ?? roundTripMs, latencyMs: page.latencyMs, loss }),
    ...(codec ? { codec, fps: rates?.fps ?? 0 } : {}),
    messagesSent: sent,
    messagesReceived: received,
    messagesDropped: dropped,
    waitingBytes,
    ...handshake.figures,
  };
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
