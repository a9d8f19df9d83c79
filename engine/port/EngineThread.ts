import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { killOwnChild } from '../process/killOwnChild';
import { awaitSilence } from '../process/suddenEnd';
import { WORKER_LIMITS } from '../process/workerLimits';
import { Pulse } from './Pulse';
import type { ToMain, ToWorker, WorkerSettings } from './protocol';

/** What the worker says about the engine, without what is between the two threads. */
export type EngineNote = Exclude<ToMain, { event: 'alive' } | { event: 'child' }>;

/** Who hears of a thread. */
export interface EngineThreadHandlers {
  note(note: EngineNote): void;
  /** It is over, once. Nothing is called after that. */
  ended(reason: string): void;
}

/** Without children and peers a worker rests after so many questions in which nothing else was said. */
const QUIET_QUESTIONS = 10;
/** A worker that is to close is asked more often, in ms, and counts as lost after 5 questions. */
const HURRY_MS = 200;
/** All that one that still answers gets to close, in ms: more than any of its children's grace. */
const CLOSE_MS = 5000;
/** A thread that is stuck in foreign code cannot be ended: it is not waited for any longer, in ms. */
const TERMINATE_MS = 1000;

/**
 * One worker thread, from its start to its end. It is asked whether it still answers, and given up
 * if it does not; one that has nothing to do is left alone until there is something to say. It ends by
 * itself, with its sockets closed; ending it from outside is the last resort, because it then closes
 * nothing. What it leaves behind of its child processes is ended here.
 */
export class EngineThread {
  /** Tells it from those before and after it. */
  readonly id = randomUUID();
  readonly #worker: Worker;
  readonly #handlers: EngineThreadHandlers;
  /** Process ids of the children of the thread that run. */
  readonly #children = new Set<number>();
  /** Ids of the peers that are connected. */
  readonly #peers = new Set<string>();
  /** Questions in a row between which nothing else was said. */
  #quiet = 0;
  #leave: () => void = () => {};
  readonly #gone = new Promise<void>(resolve => {
    this.#leave = resolve;
  });
  #pulse: Pulse;
  #reason = 'it ended';
  #isOver = false;
  #closing: Promise<void> | undefined;

  /** @param file the worker's compiled entry */
  constructor(file: string, settings: WorkerSettings, handlers: EngineThreadHandlers) {
    this.#handlers = handlers;
    const worker = new Worker(file, {
      workerData: settings,
      name: 'rtcbot-engine',
      resourceLimits: WORKER_LIMITS,
    });
    this.#worker = worker;
    this.#pulse = new Pulse(
      () => this.#ask(),
      () => this.#giveUp('it did not answer for 5 s'),
    );
    worker.on('message', (note: ToMain) => this.#take(note));
    worker.on('error', error => {
      this.#reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      this.#end(this.#reason);
      // Again: one that was given up may have started another since.
      this.#killChildren();
      process.off('exit', this.#leaveProcess);
      this.#leave();
    });
    process.on('exit', this.#leaveProcess);
  }

  /**
   * Says something to the worker; nothing is heard where it is over. The memory of `transfer` goes along.
   * @throws DataCloneError
   */
  post(note: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#stir();
    this.#worker.postMessage(note, transfer);
  }

  /** Idempotent, never rejects; settles when the thread is gone. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (!this.#isOver) {
      this.#pulse.close();
      const giveUp = () => this.#giveUp('it did not close');
      const often = { everyMs: HURRY_MS, most: 5, mostAtFirst: 5 };
      this.#pulse = new Pulse(() => this.#worker.postMessage('areYouThere'), giveUp, often);
      const late = setTimeout(giveUp, CLOSE_MS);
      // Nobody waits for the reply: the end of the thread is the answer.
      this.post({ call: 'close', number: 0, ask: {} });
      void this.#gone.then(() => clearTimeout(late));
    }
    await this.#gone;
  }

  #ask(): void {
    this.#quiet += 1;
    const isBusy = this.#children.size > 0 || this.#peers.size > 0;
    if (!isBusy && this.#quiet > QUIET_QUESTIONS) this.#pulse.rest();
    else this.#worker.postMessage('areYouThere');
  }

  #stir(): void {
    this.#quiet = 0;
    if (!this.#isOver) this.#pulse.stir();
  }

  #take(note: ToMain): void {
    this.#pulse.heard();
    if (note.event !== 'alive') this.#stir();
    if (note.event === 'connected') this.#peers.add(note.peer);
    if (note.event === 'disconnected') this.#peers.delete(note.peer);
    if (note.event === 'child') {
      if (note.isRunning) this.#children.add(note.pid);
      else this.#children.delete(note.pid);
    } else if (note.event !== 'alive' && !this.#isOver) this.#handlers.note(note);
  }

  #giveUp(reason: string): void {
    void this.#worker.terminate();
    setTimeout(this.#leave, TERMINATE_MS).unref();
    this.#end(reason);
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pulse.close();
    this.#killChildren();
    this.#handlers.ended(reason);
  }

  readonly #leaveProcess = (): void => {
    awaitSilence(note => this.#worker.postMessage(note));
    this.#killChildren();
  };

  readonly #killChildren = (): void => {
    for (const pid of this.#children) killOwnChild(pid);
    this.#children.clear();
  };
}
