import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { SourceState } from '../capture/Source';
import { type EngineEndedError, MediaError, noteOf, RemoteMediaError } from '../model/errors';
import type { Frame } from '../model/Frame';
import type { CaptureRequest } from './protocol';
import { TrackHandle } from './TrackHandle';
import type { WorkerLink, WorkerNote } from './WorkerLink';

/** A capture and the node that it belongs to. */
export interface CaptureProxyOptions extends CaptureRequest {
  /** Id of the node. */
  readonly origin: string;
  /** Name of the node, for people. */
  readonly label: string;
}

/** A frame as the main thread gets it, in memory of its own. */
export type ReceivedFrame = Omit<Frame, 'data'> & { readonly data: Buffer };

/** What a capture tells. */
export type CaptureProxyEvents = {
  state: [state: SourceState];
  failed: [error: MediaError];
  frame: [frame: ReceivedFrame];
  closed: [];
};

/** A capture in the engine, as the main thread sees it. */
export class CaptureProxy extends EventEmitter<CaptureProxyEvents> {
  readonly id = randomUUID();
  /** For the wires. */
  readonly track: TrackHandle;
  readonly #link: WorkerLink;
  readonly #options: CaptureProxyOptions;
  #closing: Promise<void> | undefined;

  constructor(link: WorkerLink, options: CaptureProxyOptions) {
    super();
    this.#link = link;
    this.#options = options;
    const { origin, label } = options;
    this.track = new TrackHandle({ kind: 'video', id: this.id, origin, label });
  }

  /** Opens it in the worker; again after that was restarted. */
  open(): void {
    if (this.#closing) return;
    const { options, lingerMs, frames } = this.#options;
    this.#link
      .call('openCapture', { id: this.id, options, lingerMs, frames })
      .catch(error => this.#fail(error));
  }

  /** Takes what the worker says of this capture. */
  take(note: Extract<WorkerNote, { event: 'captureState' | 'captureFailed' | 'frame' }>): void {
    if (this.#closing) return;
    switch (note.event) {
      case 'captureState':
        this.emit('state', note.state);
        return;
      case 'captureFailed':
        this.#fail(new RemoteMediaError(note.error));
        return;
      case 'frame': {
        const { buffer, byteOffset, length } = note.frame.data;
        // The next one only after the flow had this one and other work had its turn.
        setImmediate(() => this.#link.frameTaken(this.id));
        this.emit('frame', { ...note.frame, data: Buffer.from(buffer, byteOffset, length) });
        return;
      }
      default:
        note satisfies never;
    }
  }

  engineDied(error: EngineEndedError): void {
    this.#fail(error);
  }

  /** Idempotent, never rejects; settles when the device is free again. */
  close(): Promise<void> {
    this.#closing ??= this.#link
      .call('closeCapture', { id: this.id })
      .catch(() => {
        // The worker is gone, and with it the capture.
      })
      .then(() => {
        this.emit('closed');
        this.removeAllListeners();
      });
    return this.#closing;
  }

  #fail(error: unknown): void {
    if (this.#closing) return;
    this.emit('failed', error instanceof MediaError ? error : new RemoteMediaError(noteOf(error)));
  }
}
