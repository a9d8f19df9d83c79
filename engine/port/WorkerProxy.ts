import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import {
  type EngineEndedError,
  MediaError,
  noteOf,
  RemoteMediaError,
} from '../model/errors/errors';
import type { Calls } from './protocol';
import type { WorkerLink } from './WorkerLink';

/** What everything in the worker tells. */
export type WorkerProxyEvents = { failed: [error: MediaError]; closed: [] };

/** The calls that close something in the worker. */
type CloseCall = Extract<
  keyof Calls,
  'closeCapture' | 'closeConnection' | 'closeSpeaker' | 'closeDisplay'
>;

/** Something that is open in the worker, as the main thread sees it: its id, its failures, its end. */
export abstract class WorkerProxy<
  Events extends WorkerProxyEvents & Record<keyof Events, unknown[]>,
> extends EventEmitter<Events> {
  readonly id = randomUUID();
  readonly #link: WorkerLink;
  readonly #closeCall: CloseCall;
  #closing: Promise<void> | undefined;

  protected constructor(link: WorkerLink, closeCall: CloseCall) {
    super();
    this.#link = link;
    this.#closeCall = closeCall;
  }

  /** Opens it in the worker; again after that was restarted. */
  abstract open(): void;

  engineDied(error: EngineEndedError): void {
    this.fail(error);
  }

  /** Idempotent, never rejects; settles when the worker has freed it. */
  close(): Promise<void> {
    this.#closing ??= this.#link
      .call(this.#closeCall, { id: this.id })
      .catch(() => {
        // The worker is gone, and with it what is to be closed.
      })
      .then(() => {
        this.#common.emit('closed');
        this.removeAllListeners();
      });
    return this.#closing;
  }

  /** `close()` was called: nothing is told any more. */
  protected get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** Tells a failure, whatever it is. */
  protected fail(error: unknown): void {
    if (this.isClosing) return;
    const told = error instanceof MediaError ? error : new RemoteMediaError(noteOf(error));
    this.#common.emit('failed', told);
  }

  /** TypeScript does not see through the type parameter that these events are among them. */
  get #common(): EventEmitter<WorkerProxyEvents> {
    return this as unknown as EventEmitter<WorkerProxyEvents>;
  }
}
