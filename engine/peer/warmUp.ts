import { once } from 'node:events';
import { type RTCCertificate, RTCPeerConnection, useH264, useNACK, usePLI } from 'werift';
import { PeerGroup } from './PeerGroup';

/** Handshakes with ourselves; after the second there is little left to compile. */
const ROUNDS = 2;
/** A warm-up that takes longer is given up, in ms. */
const LONGEST_MS = 5000;

/**
 * Goes through whole handshakes inside this process, so that the code is compiled and the first
 * visitor waits no longer than the tenth. Never rejects.
 * @param signal ends it early
 */
export async function warmUp(
  certificate: RTCCertificate,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let round = 0; round < ROUNDS && !signal.aborted; round += 1) {
    try {
      await handshake(certificate, signal);
    } catch (error) {
      log(`warm-up: ${error instanceof Error ? error.message : error}`);
    }
  }
}

async function handshake(certificate: RTCCertificate, signal: AbortSignal): Promise<void> {
  const group = new PeerGroup({ latency: 'lowest', maxPeers: 1, certificate });
  const browser = new RTCPeerConnection({
    iceServers: [],
    bundlePolicy: 'max-bundle',
    codecs: { video: [useH264({ rtcpFeedback: [useNACK(), usePLI()] })], audio: [] },
    certificates: [certificate],
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  try {
    const done = once(group, 'connected', { signal: limit });
    // Looked at below; until then an early end must not count as unhandled.
    done.catch(() => {});
    browser.createDataChannel('default');
    browser.addTransceiver('video', { direction: 'recvonly' });
    const offer = await browser.createOffer();
    // An empty list of servers alone would make the stack ask a public one.
    for (const transport of browser.iceTransports) withoutStun(transport.connection);
    await browser.setLocalDescription(offer);
    const { sdp } = await group.answer(browser.localDescription?.sdp ?? '');
    await browser.setRemoteDescription({ type: 'answer', sdp });
    await done;
  } finally {
    await browser.close();
    await group.close();
  }
}

function withoutStun(connection: object): void {
  Object.assign(connection, { stunServer: undefined });
}
