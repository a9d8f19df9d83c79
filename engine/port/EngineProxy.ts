import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { CameraDevice } from '../capture/devices';
import { CaptureProxy, type CaptureProxyOptions } from './CaptureProxy';
import { ConnectionProxy } from './ConnectionProxy';
import type { ConnectionRequest, WorkerSettings } from './protocol';
import { WorkerLink, type WorkerNote } from './WorkerLink';

/** What the engine tells beside what its captures and connections do. */
export type EngineProxyEvents = { log: [level: 'info' | 'debug', text: string] };

/** The media engine as the main thread sees it: one worker thread, started at once. */
export class EngineProxy extends EventEmitter<EngineProxyEvents> {
  readonly #link: WorkerLink;
  readonly #captures = new Map<string, CaptureProxy>();
  readonly #connections = new Map<string, ConnectionProxy>();

  /** @param file the worker's compiled entry. Default: the one beside this file. */
  constructor(settings: WorkerSettings, file = join(__dirname, 'worker.js')) {
    super();
    this.#link = new WorkerLink(file, settings);
    this.#link.on('note', note => this.#guardedTake(note));
    this.#link.on('died', error => {
      for (const proxy of this.#proxies()) proxy.engineDied(error);
    });
    this.#link.on('restarted', () => {
      for (const proxy of this.#proxies()) proxy.open();
    });
  }

  /** Opens a capture. Never throws: trouble comes as `failed`. */
  openCapture(options: CaptureProxyOptions): CaptureProxy {
    const capture = new CaptureProxy(this.#link, options);
    this.#captures.set(capture.id, capture);
    capture.once('closed', () => this.#captures.delete(capture.id));
    capture.open();
    return capture;
  }

  /** Opens a connection. Never throws: trouble comes as `failed`. */
  openConnection(request: ConnectionRequest): ConnectionProxy {
    const connection = new ConnectionProxy(this.#link, request);
    this.#connections.set(connection.id, connection);
    connection.once('closed', () => this.#connections.delete(connection.id));
    connection.open();
    return connection;
  }

  /** The cameras of this machine. @throws MediaError */
  listCameras(): Promise<readonly CameraDevice[]> {
    return this.#link.call('listCameras', {});
  }

  /** Idempotent, never rejects; settles when the thread and all its processes are gone. */
  async close(): Promise<void> {
    await this.#link.close();
    this.removeAllListeners();
  }

  #proxies(): (CaptureProxy | ConnectionProxy)[] {
    return [...this.#captures.values(), ...this.#connections.values()];
  }

  /** A listener's fault, such as a message that cannot be cloned, must not reach the port. */
  #guardedTake(note: WorkerNote): void {
    try {
      this.#take(note);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.emit('log', 'info', `a listener to ${note.event} failed: ${text}`);
    }
  }

  #take(note: WorkerNote): void {
    switch (note.event) {
      case 'captureState':
      case 'captureFailed':
      case 'frame':
        this.#captures.get(note.id)?.take(note);
        return;
      case 'connected':
      case 'disconnected':
      case 'message':
        this.#connections.get(note.id)?.take(note);
        return;
      case 'log':
        this.emit('log', note.level, note.text);
        return;
      default:
        note satisfies never;
    }
  }
}
