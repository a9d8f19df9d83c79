import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { keepOpusLoaded } from '../coding/opus';
import { EngineEndedError, RemoteMediaError } from '../model/errors';
import { RetrySchedule } from '../model/RetrySchedule';
import type { Calls, TakenMessages, ToMain, ToWorker, WorkerSettings } from './protocol';

/** Everything that the worker says by itself. */
export type WorkerNote = Exclude<ToMain, { event: 'reply' } | { event: 'refused' }>;

/** What a link tells. */
export type WorkerLinkEvents = {
  note: [note: WorkerNote];
  /** A new worker runs after the one before ended by itself: what was open has to be opened again. */
  restarted: [];
  /** The worker ended by itself; another is on its way. */
  died: [error: EngineEndedError];
};

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A worker that ran for so long before it died is replaced at once again, in ms. */
const STABLE_MS = 60_000;
/** What a worker that does not answer gets to close, in ms. */
const CLOSE_MS = 900;
/**
 * Room for the worker's short-lived objects, in MB. Pictures and sound lie outside of it; Node's
 * default of 48 only lets garbage pile up: the worker at rest held 82 MB with it, 61 with this.
 */
const YOUNG_GENERATION_MB = 12;

/** Keeps one worker running, and carries calls to it and notes from it. */
export class WorkerLink extends EventEmitter<WorkerLinkEvents> {
  readonly #file: string;
  readonly #settings: WorkerSettings;
  readonly #schedule = new RetrySchedule({ firstMs: 100 });
  readonly #pending = new Map<number, Pending>();
  #worker: Worker;
  #startedMs = 0;
  #number = 0;
  #isRunning = true;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(file: string, settings: WorkerSettings) {
    super();
    this.#file = file;
    this.#settings = settings;
    keepOpusLoaded();
    this.#worker = this.#start();
  }

  /**
   * Asks the worker.
   * @throws RemoteMediaError with the worker's code, EngineEndedError if it ends before it answers
   */
  call<Name extends keyof Calls>(
    name: Name,
    ask: Calls[Name]['ask'],
  ): Promise<Calls[Name]['reply']> {
    this.#number += 1;
    const number = this.#number;
    if (!this.#isRunning) return Promise.reject(new EngineEndedError('it is not running'));
    return new Promise<Calls[Name]['reply']>((resolve, reject) => {
      // The reply to a call has the type that the protocol gives it; the port carries it untyped.
      this.#pending.set(number, {
        resolve: value => resolve(value as Calls[Name]['reply']),
        reject,
      });
      this.#post({ call: name, number, ask } as ToWorker);
    });
  }

  /** Tells the worker that the flow has taken what it was handed last. */
  taken(tap: string): void {
    this.#post({ taken: tap });
  }

  /** Tells the worker that the flow has taken messages of these peers. */
  takenMessages(takenMessages: readonly TakenMessages[]): void {
    this.#post({ takenMessages });
  }

  /** Idempotent, never rejects; settles when the thread is gone. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  #post(note: ToWorker): void {
    this.#worker.postMessage(note);
  }

  #start(): Worker {
    this.#startedMs = Date.now();
    const worker = new Worker(this.#file, {
      workerData: this.#settings,
      name: 'rtcbot-engine',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    let reason = 'it ended';
    worker.on('message', (note: ToMain) => this.#take(note));
    worker.on('error', error => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => this.#exited(worker, reason));
    return worker;
  }

  #take(note: ToMain): void {
    if (note.event === 'reply') this.#settle(note.number)?.resolve(note.value);
    else if (note.event === 'refused') {
      this.#settle(note.number)?.reject(new RemoteMediaError(note.error));
    } else this.emit('note', note);
  }

  #settle(number: number): Pending | undefined {
    const pending = this.#pending.get(number);
    this.#pending.delete(number);
    return pending;
  }

  #exited(worker: Worker, reason: string): void {
    if (worker !== this.#worker) return;
    this.#isRunning = false;
    const error = new EngineEndedError(reason);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    if (this.#closing) return;
    if (Date.now() - this.#startedMs > STABLE_MS) this.#schedule.reset();
    this.emit('died', error);
    this.#timer = setTimeout(() => {
      this.#worker = this.#start();
      this.#isRunning = true;
      this.emit('restarted');
    }, this.#schedule.next());
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    const late = setTimeout(() => void worker.terminate(), CLOSE_MS);
    const gone = new Promise<void>(resolve => {
      if (!this.#isRunning) resolve();
      else worker.once('exit', () => resolve());
    });
    this.call('close', {}).catch(() => {
      // It ended before it could answer, which is what was asked of it.
    });
    await gone;
    clearTimeout(late);
    this.removeAllListeners();
  }
}
