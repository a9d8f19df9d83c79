import type { Engine, EngineHandlers } from '../engine';
import { noteOf } from '../model/errors/errors';
import { asBuffer, ownMemory } from '../model/memory';
import { saySilence } from '../process/suddenEnd';
import type { ToMain, ToWorker } from './protocol';

/** Sends a note to the main thread; the memory of `transfer` goes along. */
export type Tell = (note: ToMain, transfer?: ArrayBuffer[]) => void;

type Call = Extract<ToWorker, { call: string }>;
type Note = Exclude<ToWorker, 'areYouThere'>;

const CHANGES: ReadonlySet<Call['call']> = new Set([
  'openCamera',
  'changePicamera',
  'openMicrophone',
  'closeCapture',
  'openConnection',
  'closeConnection',
  'setTracks',
  'openSpeaker',
  'closeSpeaker',
  'setSpeakerTracks',
  'openDisplay',
  'closeDisplay',
  'setDisplayTracks',
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
      case 'openCamera':
        return engine.openCamera(note.ask.id, note.ask.settings);
      case 'openMicrophone':
        return engine.openMicrophone(note.ask.id, note.ask.settings);
      case 'changePicamera':
        return engine.changePicamera(note.ask.id, note.ask.options);
      case 'closeCapture':
        return engine.closeCapture(note.ask.id);
      case 'snapshot':
        return engine.snapshot(note.ask.id, note.ask.settings);
      case 'controls':
        return engine.controls(note.ask.id);
      case 'setControls':
        return engine.setControls(note.ask.id, note.ask.wanted);
      case 'listCameras':
        return engine.listCameras();
      case 'listPicameras':
        return engine.listPicameras();
      case 'listMicrophones':
        return engine.listMicrophones(note.ask.backend);
      case 'listSpeakers':
        return engine.listSpeakers(note.ask.backend);
      case 'close':
        return engine.close();
      case 'openDisplay':
      case 'closeDisplay':
      case 'setDisplayTracks':
      case 'showFrame':
      case 'setWindow':
      case 'setPictures':
        return carryOutOnDisplay(engine, note);
      case 'openSpeaker':
      case 'closeSpeaker':
      case 'setSpeakerTracks':
      case 'play':
      case 'playWav':
      case 'stopPlaying':
      case 'setVolume':
      case 'setMuted':
        return carryOutOnSpeaker(engine, note);
      default:
        return carryOutOnConnection(engine, note);
    }
  }
}

type SpeakerCall = Extract<
  Call,
  {
    call:
      | 'openSpeaker'
      | 'closeSpeaker'
      | 'setSpeakerTracks'
      | 'play'
      | 'playWav'
      | 'stopPlaying'
      | 'setVolume'
      | 'setMuted';
  }
>;

async function carryOutOnSpeaker(engine: Engine, note: SpeakerCall): Promise<unknown> {
  const { speakers } = engine;
  const { id } = note.ask;
  switch (note.call) {
    case 'openSpeaker':
      return engine.openSpeaker(id, note.ask.settings);
    case 'closeSpeaker':
      return speakers.close(id);
    case 'setSpeakerTracks':
      return speakers.setTracks(id, note.ask.tracks);
    case 'play': {
      const { stream, pcm } = note.ask;
      return speakers.play(id, stream, { ...pcm, data: asBuffer(pcm.data) });
    }
    case 'playWav':
      return speakers.playWav(id, asBuffer(note.ask.wav));
    case 'stopPlaying':
      return speakers.stop(id);
    case 'setVolume':
      return speakers.setVolume(id, note.ask.volume);
    case 'setMuted':
      return speakers.setMuted(id, note.ask.muted);
    default:
      return note satisfies never;
  }
}

type DisplayCall = Extract<
  Call,
  {
    call:
      | 'openDisplay'
      | 'closeDisplay'
      | 'setDisplayTracks'
      | 'showFrame'
      | 'setWindow'
      | 'setPictures';
  }
>;

async function carryOutOnDisplay(engine: Engine, note: DisplayCall): Promise<unknown> {
  const { displays } = engine;
  const { id } = note.ask;
  switch (note.call) {
    case 'openDisplay':
      return engine.openDisplay(id, note.ask.settings);
    case 'closeDisplay':
      return displays.close(id);
    case 'setDisplayTracks':
      return displays.setTracks(id, note.ask.tracks);
    case 'showFrame': {
      const { frame, target } = note.ask;
      return displays.putFrame(id, { ...frame, data: asBuffer(frame.data) }, target);
    }
    case 'setWindow':
      return displays.setWindow(id, note.ask.isOpen);
    case 'setPictures':
      return displays.setPictures(id, note.ask.purpose, note.ask.settings);
    default:
      return note satisfies never;
  }
}

type ConnectionCall = Extract<
  Call,
  {
    call:
      | 'openConnection'
      | 'closeConnection'
      | 'setTracks'
      | 'answer'
      | 'offer'
      | 'accept'
      | 'expect'
      | 'send'
      | 'peerStats'
      | 'closePeer'
      | 'putFrame'
      | 'putPcm';
  }
>;

async function carryOutOnConnection(engine: Engine, note: ConnectionCall): Promise<unknown> {
  const { id } = note.ask;
  switch (note.call) {
    case 'openConnection':
      return engine.openConnection(id, note.ask.settings);
    case 'closeConnection':
      return engine.closeConnection(id);
    case 'setTracks':
      return engine.setTracks(id, note.ask.tracks);
    case 'answer':
      return engine.answer(id, note.ask.sdp);
    case 'offer':
      return engine.offer(id);
    case 'accept':
      return engine.accept(id, note.ask.peer, note.ask.sdp);
    case 'expect':
      return engine.expect(id);
    case 'send': {
      const { data, target } = note.ask;
      return engine.send(id, typeof data === 'string' ? data : asBuffer(data), target);
    }
    case 'peerStats':
      return engine.peerStats(id, note.ask.peer);
    case 'closePeer':
      return engine.closePeer(id, note.ask.peer);
    case 'putFrame': {
      const { frame, target } = note.ask;
      return engine.putFrame(id, { ...frame, data: asBuffer(frame.data) }, target);
    }
    case 'putPcm': {
      const { pcm, peer } = note.ask;
      return engine.putPcm(id, { ...pcm, data: asBuffer(pcm.data) }, peer);
    }
    default:
      return note satisfies never;
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
      const own = typeof data === 'string' ? data : ownMemory(data);
      tell(
        { event: 'message', id, peer, channel, data: own },
        typeof own === 'string' ? [] : [own.buffer],
      );
    },
    connectionState: (id, state) => tell({ event: 'connectionState', id, state }),
    remoteTrack: (id, track) => tell({ event: 'remoteTrack', id, track }),
    outputState: (id, state, backend) => tell({ event: 'outputState', id, state, backend }),
    displayState: (id, state) => tell({ event: 'displayState', id, state }),
    outputFailed: (id, error) => tell({ event: 'outputFailed', id, error: noteOf(error) }),
    log: (level, text) => tell({ event: 'log', level, text }),
  };
}
