import { inboundVideoOf } from './InboundVideo';

const LOOK_EVERY_MS = 50;

/** Settles when a connection has decoded a picture, or is closed; at the latest after `limitMs`. */
export async function firstPicture(peer: RTCPeerConnection, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  while (performance.now() < end && peer.connectionState !== 'closed') {
    const report = (await peer.getStats()) as ReadonlyMap<string, unknown>;
    if (inboundVideoOf(report)?.framesDecoded) return;
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
