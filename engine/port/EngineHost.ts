import type { Engine, EngineHandlers } from '../engine';
import { noteOf } from '../model/errors/errors';
import { ownMemory, ownMessage } from '../model/memory';
import { saySilence } from '../process/suddenEnd';
import { type CallTable, callTable } from './callTable';
import type { ToMain, ToWorker } from './protocol';

/** Sends a note to the main thread; the memory of `transfer` goes along. */
export type Tell = (note: ToMain, transfer?: ArrayBuffer[]) => void;

type Call = Extract<ToWorker, { call: string }>;
type Note = Exclude<ToWorker, 'areYouThere'>;

/** The worker's side of the port: carries calls out on the engine, and reports its events. */
export class EngineHost {
  readonly #engine: Engine;
  readonly #table: CallTable;
  readonly #tell: Tell;
  readonly #leave: () => void;
  /** The end of what is being opened or changed, by id: later calls for the same id wait for it. */
  readonly #changes = new Map<string, Promise<unknown>>();

  /** @param leave called after everything was closed */
  constructor(make: (handlers: EngineHandlers) => Engine, tell: Tell, leave: () => void) {
    this.#tell = tell;
    this.#leave = leave;
    this.#engine = make(handlersFor(tell));
    this.#table = callTable(this.#engine);
  }

  /** Takes a note from the main thread. Never throws: a failed call is answered with its error. */
  take(note: ToWorker): void {
    if (note === 'areYouThere') this.#tell({ event: 'alive' });
    else this.#carry(note);
  }

  /** Tells all peers that this thread is about to end, by a fault. Never rejects. */
  farewell(): Promise<void> {
    return this.#engine.farewell();
  }

  #carry(note: Note): void {
    if ('endsNow' in note) {
      this.#engine.receiveNothing();
      saySilence(note);
    } else if ('taken' in note) this.#engine.taken(note.taken);
    else if ('takenMessages' in note) {
      for (const messages of note.takenMessages) this.#engine.takenMessages(messages);
    } else this.#call(note);
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
    if (this.#table[note.call].isChange) this.#remember(id, done);
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

  async #carryOut({ call, ask }: Call): Promise<unknown> {
    // The protocol's type says that a call and its arguments belong together.
    const carryOut = this.#table[call].carryOut as (ask: Call['ask']) => unknown;
    return carryOut(ask);
  }
}

function handlersFor(tell: Tell): EngineHandlers {
  return {
    captureState: (id, state) => tell({ event: 'captureState', id, state }),
    captureFailed: (id, error) => tell({ event: 'captureFailed', id, error: noteOf(error) }),
    // The encoder may still be reading the unit: the flow gets memory of its own, handed over whole.
    frame: (tap, frame) => {
      const data = ownMemory(frame.data);
      tell({ event: 'frame', tap, frame: { ...frame, data } }, [data.buffer]);
    },
    chunk: (tap, chunk) => {
      const data = ownMemory(chunk.data);
      tell({ event: 'chunk', tap, chunk: { ...chunk, data } }, [data.buffer]);
    },
    connected: (id, peer) => tell({ event: 'connected', id, peer }),
    disconnected: (id, peer, cause) => tell({ event: 'disconnected', id, peer, cause }),
    abandoned: (id, peer, cause, handshake) =>
      tell({ event: 'abandoned', id, peer, cause, handshake }),
    message: (id, peer, channel, data) => {
      const { own, transfer } = ownMessage(data);
      tell({ event: 'message', id, peer, channel, data: own }, transfer);
    },
    connectionState: (id, state) => tell({ event: 'connectionState', id, state }),
    remoteTrack: (id, track) => tell({ event: 'remoteTrack', id, track }),
    outputState: (id, state, backend) => tell({ event: 'outputState', id, state, backend }),
    displayState: (id, state) => tell({ event: 'displayState', id, state }),
    outputFailed: (id, error) => tell({ event: 'outputFailed', id, error: noteOf(error) }),
    log: (level, text) => tell({ event: 'log', level, text }),
  };
}
