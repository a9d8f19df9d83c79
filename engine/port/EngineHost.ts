import type { Engine, EngineHandlers } from '../engine';
import { noteOf } from '../model/errors';
import type { ToMain, ToWorker } from './protocol';

/** Sends a note to the main thread; the memory of `transfer` goes along. */
export type Tell = (note: ToMain, transfer?: ArrayBuffer[]) => void;

type Call = Exclude<ToWorker, { frameTaken: string }>;

const CHANGES: ReadonlySet<Call['call']> = new Set([
  'openCapture',
  'closeCapture',
  'openConnection',
  'closeConnection',
  'setCaptures',
]);

/** The worker's side of the port: carries calls out on the engine, and reports its events. */
export class EngineHost {
  readonly #engine: Engine;
  readonly #tell: Tell;
  readonly #leave: () => void;
  /** The end of what is being opened or changed, by id: later calls for the same id wait for it. */
  readonly #changes = new Map<string, Promise<unknown>>();

  /** @param leave called after everything was closed */
  constructor(make: (handlers: EngineHandlers) => Engine, tell: Tell, leave: () => void) {
    this.#tell = tell;
    this.#leave = leave;
    this.#engine = make(handlersFor(tell));
  }

  /** Takes a note from the main thread. Never throws: a failed call is answered with its error. */
  take(note: ToWorker): void {
    if ('frameTaken' in note) this.#engine.frameTaken(note.frameTaken);
    else this.#call(note);
  }

  #call(note: Call): void {
    const { number } = note;
    this.#inOrder(note)
      .then(value => this.#tell({ event: 'reply', number, value }))
      .catch(error => this.#tell({ event: 'refused', number, error: noteOf(error) }))
      .finally(() => {
        if (note.call === 'close') this.#leave();
      });
  }

  /** Opening, changing and closing go one after the other; answers and messages side by side. */
  #inOrder(note: Call): Promise<unknown> {
    const id = 'id' in note.ask ? note.ask.id : undefined;
    if (id === undefined) return this.#carryOut(note);
    const before = this.#changes.get(id) ?? Promise.resolve();
    const done = before.then(() => this.#carryOut(note));
    if (CHANGES.has(note.call)) this.#remember(id, done);
    return done;
  }

  #remember(id: string, done: Promise<unknown>): void {
    const settled = done
      .catch(() => {
        // The caller is told; who waits only wants to come after it.
      })
      .then(() => {
        if (this.#changes.get(id) === settled) this.#changes.delete(id);
      });
    this.#changes.set(id, settled);
  }

  async #carryOut(note: Call): Promise<unknown> {
    const engine = this.#engine;
    switch (note.call) {
      case 'openCapture':
        return engine.openCapture(note.ask.id, note.ask);
      case 'closeCapture':
        return engine.closeCapture(note.ask.id);
      case 'openConnection':
        return engine.openConnection(note.ask.id, note.ask);
      case 'closeConnection':
        return engine.closeConnection(note.ask.id);
      case 'setCaptures':
        return engine.setCaptures(note.ask.id, note.ask.captures);
      case 'answer':
        return engine.answer(note.ask.id, note.ask.sdp);
      case 'expect':
        return engine.expect(note.ask.id);
      case 'send': {
        const { id, data, peer, channel } = note.ask;
        return engine.send(id, asBuffer(data), peer, channel);
      }
      case 'closePeer':
        return engine.closePeer(note.ask.id, note.ask.peer);
      case 'listCameras':
        return engine.listCameras();
      case 'close':
        return engine.close();
      default:
        return note satisfies never;
    }
  }
}

function handlersFor(tell: Tell): EngineHandlers {
  return {
    captureState: (id, state) => tell({ event: 'captureState', id, state }),
    captureFailed: (id, error) => tell({ event: 'captureFailed', id, error: noteOf(error) }),
    frame: (id, frame) => {
      // The encoder may still be reading the unit: the flow gets memory of its own, handed over whole.
      const data = new Uint8Array(frame.data);
      tell({ event: 'frame', id, frame: { ...frame, data } }, [data.buffer]);
    },
    connected: (id, peer) => tell({ event: 'connected', id, peer }),
    disconnected: (id, peer, cause) => tell({ event: 'disconnected', id, peer, cause }),
    message: (id, peer, channel, data) => tell({ event: 'message', id, peer, channel, data }),
    log: (level, text) => tell({ event: 'log', level, text }),
  };
}

/** Structured clone turns a Buffer into a Uint8Array. */
function asBuffer(data: string | Uint8Array): string | Buffer {
  return typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.length);
}
