import { EventEmitter } from 'node:events';
import { performance } from 'node:perf_hooks';
import { keepOpusLoaded } from '../media/audio/opus';
import { EngineEndedError, RemoteMediaError } from '../model/errors/errors';
import { RetrySchedule } from '../model/RetrySchedule';
import { PendingCalls } from '../process/PendingCalls';
import { type EngineNote, EngineThread } from './EngineThread';
import type { Calls, TakenMessages, ToWorker, WorkerSettings } from './protocol';

/** Everything that the worker says by itself. */
export type WorkerNote = Exclude<EngineNote, { event: 'reply' } | { event: 'refused' }>;

/** What a link tells. */
export type WorkerLinkEvents = {
  note: [note: WorkerNote];
  /** A new worker runs after the one before ended by itself: what was open has to be opened again. */
  restarted: [];
  /** The worker ended by itself; another is on its way. */
  died: [error: EngineEndedError];
};

/** A worker that ran for so long before it died is replaced at once again, in ms. */
const STABLE_MS = 60_000;
/** How long a call that can wait waits for the next worker, in ms. */
const WAIT_MS = 3000;

/** Keeps one worker running, and carries calls to it and notes from it. */
export class WorkerLink extends EventEmitter<WorkerLinkEvents> {
  readonly #file: string;
  readonly #settings: WorkerSettings;
  readonly #schedule = new RetrySchedule({ firstMs: 100 });
  readonly #pending = new PendingCalls();
  /** Called when the next worker runs, or there will be none. */
  readonly #waiting = new Set<() => void>();
  /** Those that are not gone yet, the one that runs among them. */
  readonly #threads = new Set<EngineThread>();
  /** Undefined between two workers. */
  #thread: EngineThread | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(file: string, settings: WorkerSettings) {
    super();
    this.#file = file;
    this.#settings = settings;
    keepOpusLoaded();
    this.#start();
  }

  /**
   * Asks the worker.
   * @param transfer memory of the question that is handed over: it is gone here, and costs no copy. Never
   *   that of a message: others hold it, too.
   * @throws RemoteMediaError with the worker's code, EngineEndedError if it ends before it answers
   */
  async call<Name extends keyof Calls>(
    name: Name,
    ask: Calls[Name]['ask'],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Calls[Name]['reply']> {
    const thread = this.#thread;
    if (!thread) throw new EngineEndedError('it is not running');
    // What cannot be cloned throws here.
    return this.#pending.ask<Calls[Name]['reply']>(number =>
      thread.post({ call: name, number, ask } as ToWorker, transfer),
    );
  }

  /** Stands for the worker that runs: another one after each restart. Undefined while none does. */
  get run(): string | undefined {
    return this.#thread?.id;
  }

  /** Calls that wait for their replies. */
  get pendingCalls(): number {
    return this.#pending.size;
  }

  /** Settles when a worker runs, after `restarted`; at the latest after some seconds without one. */
  async ready(): Promise<void> {
    if (this.#thread || this.#closing) return;
    await new Promise<void>(resolve => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, WAIT_MS);
      this.#waiting.add(done);
    });
  }

  /** Tells the worker that the flow has taken what it was handed last. */
  taken(tap: string): void {
    this.#thread?.post({ taken: tap });
  }

  /** Tells the worker that the flow has taken messages of these peers. */
  takenMessages(takenMessages: readonly TakenMessages[]): void {
    this.#thread?.post({ takenMessages });
  }

  /** Idempotent, never rejects; settles when the thread is gone. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  #start(): void {
    const startedMs = performance.now();
    const thread: EngineThread = new EngineThread(this.#file, this.#settings, {
      note: note => this.#take(note),
      ended: reason => {
        if (performance.now() - startedMs > STABLE_MS) this.#schedule.reset();
        this.#ended(thread, reason);
      },
    });
    this.#thread = thread;
    this.#threads.add(thread);
  }

  #take(note: EngineNote): void {
    if (note.event === 'reply') this.#pending.resolve(note.number, note.value);
    else if (note.event === 'refused') {
      this.#pending.reject(note.number, new RemoteMediaError(note.error));
    } else this.emit('note', note);
  }

  #ended(thread: EngineThread, reason: string): void {
    this.#thread = undefined;
    void thread.close().then(() => this.#threads.delete(thread));
    const error = new EngineEndedError(reason);
    this.#pending.rejectAll(error);
    if (this.#closing) return;
    this.emit('died', error);
    this.#timer = setTimeout(() => {
      this.#start();
      this.emit('restarted');
      this.#wake();
    }, this.#schedule.next());
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all([...this.#threads].map(thread => thread.close()));
    this.#wake();
    this.removeAllListeners();
  }
}
