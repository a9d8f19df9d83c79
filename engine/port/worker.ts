import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from '../engine';
import { EngineHost } from './EngineHost';
import type { ToMain, ToWorker, WorkerSettings } from './protocol';

// The entry of the worker thread: joins the engine to the port.
const port = parentPort;
if (port) {
  const settings: WorkerSettings = workerData;
  const tell = (note: ToMain, transfer: ArrayBuffer[] = []) => port.postMessage(note, transfer);
  const host = new EngineHost(
    handlers => new Engine(settings, handlers),
    tell,
    () => port.close(),
  );
  port.on('message', (note: ToWorker) => host.take(note));
}
