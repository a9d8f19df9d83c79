import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from '../engine';
import { EngineHost } from './EngineHost';
import type { ToMain, ToWorker, WorkerSettings } from './protocol';

// The entry of the worker thread: joins the engine to the port.
const port = parentPort;
if (port) {
  const settings: WorkerSettings = workerData;
  const tell = (note: ToMain, transfer: ArrayBuffer[] = []) => port.postMessage(note, transfer);
  // Everything of ours is closed by then; what would hold the thread are timers of dead peers.
  const leave = () => process.exit();
  const host = new EngineHost(handlers => new Engine(settings, handlers), tell, leave);
  port.on('message', (note: ToWorker) => host.take(note));
  // The WebRTC stack leaves promises unhandled, such as that of a data channel message of unknown
  // kind: what one peer sends must not end the thread and with it all others.
  process.on('unhandledRejection', reason => {
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    tell({ event: 'log', level: 'info', text: `unexpected: ${text}` });
  });
}
