import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from '../engine';
import { watchChildren } from '../process/liveChildren';
import { surviveUnhandledRejections, surviveUnheardErrors } from '../process/unheardErrors';
import { EngineHost } from './EngineHost';
import type { ToMain, ToWorker, WorkerSettings } from './protocol';

/** What others still hold is waited for so long after the end, in ms. */
const LEAVE_MS = 100;

// The entry of the worker thread: joins the engine to the port.
const port = parentPort;
if (port) {
  const settings: WorkerSettings = workerData;
  let isFailing = false;
  const tell = (note: ToMain, transfer: ArrayBuffer[] = []) => {
    // Peers that leave because they were told to have not left by themselves.
    if (!isFailing || note.event === 'child') port.postMessage(note, transfer);
  };
  // Everything of ours is closed by then, and the thread ends by itself. What may hold it are timers
  // of dead peers. (Ended from outside while its sockets receive, Node.js itself has aborted.)
  const leave = () => {
    port.close();
    setTimeout(() => process.exit(), LEAVE_MS).unref();
  };
  watchChildren((pid, isRunning) => tell({ event: 'child', pid, isRunning }));
  const host = new EngineHost(handlers => new Engine(settings, handlers), tell, leave);
  port.on('message', (note: ToWorker) => host.take(note));
  const log = (text: string) => tell({ event: 'log', level: 'info', text: `unexpected: ${text}` });
  surviveUnhandledRejections(log);
  surviveUnheardErrors(log, () => {
    isFailing = true;
    return host.farewell();
  });
}
