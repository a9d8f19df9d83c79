import { parentPort, workerData } from 'node:worker_threads';
import { RTCCertificate } from 'werift';
import { surviveUnhandledRejections, surviveUnheardErrors } from '../../process/unheardErrors';
import { PeerHost } from './PeerHost';
import type { PeerThreadData, ToEngine, ToThread } from './protocol';

// The entry of a thread for peers: joins the host to the port of the engine.
const port = parentPort;
if (port) {
  const { privateKey, certificate, signatureHash }: PeerThreadData = workerData;
  const tell = (note: ToEngine, transfer: ArrayBuffer[] = []) => port.postMessage(note, transfer);
  const log = (text: string) => tell({ event: 'threadLog', text: `unexpected: ${text}` });
  const own = new RTCCertificate(privateKey, certificate, signatureHash);
  const host = new PeerHost(own, tell, () => process.exit());
  port.on('message', (note: ToThread) => host.take(note));
  surviveUnhandledRejections(log);
  surviveUnheardErrors(log, () => host.farewell());
  tell({ event: 'ready' });
}
