import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { PicameraDevice } from '../capture/picamera/picameraList';
import type { CameraDevice } from '../capture/v4l2/devices';
import type { SoundDevices } from '../engine';
import type { SoundBackend } from '../process/sound/soundSystem';
import type { ConnectionSettings } from '../services/Connections';
import type { DisplaySettings } from '../services/Displays';
import type { SpeakerSettings } from '../services/Speakers';
import { CaptureProxy, type CaptureProxyOptions } from './CaptureProxy';
import { ConnectionProxy } from './ConnectionProxy';
import { DisplayProxy } from './DisplayProxy';
import type { WorkerSettings } from './protocol';
import { SpeakerProxy } from './SpeakerProxy';
import { TakenCount } from './TakenCount';
import { WorkerLink, type WorkerNote } from './WorkerLink';

/** What the engine tells beside what its captures and connections do. */
export type EngineProxyEvents = { log: [level: 'info' | 'debug', text: string] };

/** The media engine as the main thread sees it: one worker thread, started at once. */
export class EngineProxy extends EventEmitter<EngineProxyEvents> {
  readonly #link: WorkerLink;
  readonly #captures = new Map<string, CaptureProxy>();
  readonly #connections = new Map<string, ConnectionProxy>();
  readonly #speakers = new Map<string, SpeakerProxy>();
  readonly #displays = new Map<string, DisplayProxy>();
  readonly #taken = new TakenCount(taken => this.#link.takenMessages(taken));

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

  /** Opens a camera or microphone. Never throws: trouble comes as `failed`. */
  openCapture(options: CaptureProxyOptions): CaptureProxy {
    return opened(this.#captures, new CaptureProxy(this.#link, options));
  }

  /** Opens a connection. Never throws: trouble comes as `failed`. */
  openConnection(settings: ConnectionSettings): ConnectionProxy {
    return opened(this.#connections, new ConnectionProxy(this.#link, settings));
  }

  /** Opens a loudspeaker. Never throws: trouble comes as `failed`. */
  openSpeaker(settings: SpeakerSettings): SpeakerProxy {
    return opened(this.#speakers, new SpeakerProxy(this.#link, settings));
  }

  /** Opens a display. Never throws: trouble comes as `failed`. */
  openDisplay(settings: DisplaySettings): DisplayProxy {
    return opened(this.#displays, new DisplayProxy(this.#link, settings));
  }

  /** The cameras of this machine. @throws MediaError */
  listCameras(): Promise<readonly CameraDevice[]> {
    return this.#link.call('listCameras', {});
  }

  /** The camera modules of this machine. @throws MediaError with code rpicam-missing */
  listPicameras(): Promise<readonly PicameraDevice[]> {
    return this.#link.call('listPicameras', {});
  }

  /**
   * The microphones of this machine.
   * @param backend to look with. Default: the best that works.
   * @throws MediaError with code sound-missing
   */
  listMicrophones(backend?: SoundBackend): Promise<SoundDevices> {
    return this.#link.call('listMicrophones', backend ? { backend } : {});
  }

  /** The loudspeakers, as `listMicrophones`. @throws MediaError with code sound-missing */
  listSpeakers(backend?: SoundBackend): Promise<SoundDevices> {
    return this.#link.call('listSpeakers', backend ? { backend } : {});
  }

  /** Idempotent, never rejects; settles when the thread and all its processes are gone. */
  async close(): Promise<void> {
    await this.#link.close();
    this.removeAllListeners();
  }

  #proxies(): (CaptureProxy | ConnectionProxy | SpeakerProxy | DisplayProxy)[] {
    const all = [this.#captures, this.#connections, this.#speakers, this.#displays];
    return all.flatMap(proxies => [...proxies.values()]);
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
        this.#captures.get(note.id)?.take(note);
        return;
      case 'frame':
      case 'chunk':
        this.#handOut(note);
        return;
      case 'message':
        this.#taken.add(note.id, note.peer);
        this.#connections.get(note.id)?.take(note);
        return;
      case 'connected':
      case 'disconnected':
      case 'abandoned':
      case 'remoteTrack':
      case 'connectionState':
        this.#connections.get(note.id)?.take(note);
        return;
      case 'outputState':
      case 'outputFailed':
        this.#speakers.get(note.id)?.take(note);
        if (note.event === 'outputFailed') this.#displays.get(note.id)?.take(note);
        return;
      case 'displayState':
        this.#displays.get(note.id)?.take(note);
        return;
      case 'log':
        this.emit('log', note.level, note.text);
        return;
      default:
        note satisfies never;
    }
  }

  /** The next one comes only after the flow had this one and other work had its turn. */
  #handOut(note: Extract<WorkerNote, { event: 'frame' | 'chunk' }>): void {
    const [id = ''] = note.tap.split(' ');
    setImmediate(() => this.#link.taken(note.tap));
    this.#captures.get(id)?.take(note);
    this.#connections.get(id)?.take(note);
    if (note.event === 'frame') this.#displays.get(id)?.take(note);
  }
}

interface Proxy {
  readonly id: string;
  open(): void;
  once(event: 'closed', listener: () => void): unknown;
}

/** Opens it and keeps it in the register until it is closed. */
function opened<Kind extends Proxy>(register: Map<string, Kind>, proxy: Kind): Kind {
  register.set(proxy.id, proxy);
  proxy.once('closed', () => register.delete(proxy.id));
  proxy.open();
  return proxy;
}
