import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { type EngineEndedError, MediaError, noteOf, RemoteMediaError } from '../model/errors';
import type { CloseCause } from '../peer/Peer';
import type { ConnectionRequest } from './protocol';
import type { TrackHandle } from './TrackHandle';
import type { WorkerLink, WorkerNote } from './WorkerLink';

/** What a connection tells. */
export type ConnectionProxyEvents = {
  /** It is ready for offers: at first, and after the engine was restarted. */
  opened: [];
  connected: [peer: string];
  disconnected: [peer: string, cause: CloseCause];
  message: [peer: string, channel: string, data: string | Buffer];
  failed: [error: MediaError];
  closed: [];
};

/** A connection in the engine, as the main thread sees it. */
export class ConnectionProxy extends EventEmitter<ConnectionProxyEvents> {
  readonly id = randomUUID();
  readonly #link: WorkerLink;
  readonly #request: ConnectionRequest;
  readonly #tracks = new Map<string, TrackHandle>();
  readonly #peers = new Set<string>();
  #closing: Promise<void> | undefined;

  constructor(link: WorkerLink, request: ConnectionRequest) {
    super();
    this.#link = link;
    this.#request = request;
  }

  /** Peers that are connected. */
  get peers(): ReadonlySet<string> {
    return this.#peers;
  }

  /** Opens it in the worker; again after that was restarted. */
  open(): void {
    if (this.#closing) return;
    this.#link
      .call('openConnection', { id: this.id, ...this.#request })
      .then(() => this.emit('opened'))
      .catch(error => this.#fail(error));
    this.#sendTracks();
  }

  /** Sends this track to the peers; it takes the place of an earlier one of the same origin and kind. */
  addTrack(track: TrackHandle): void {
    const key = `${track.kind} ${track.origin}`;
    if (this.#tracks.get(key)?.id === track.id) return;
    this.#tracks.set(key, track);
    this.#sendTracks();
  }

  /** Answers an offer. @throws MediaError with code offer-invalid or too-many-peers */
  async answer(offer: {
    readonly sdp: string;
  }): Promise<{ peer: string; description: { type: 'answer'; sdp: string } }> {
    const { peer, sdp } = await this.#link.call('answer', { id: this.id, sdp: offer.sdp });
    return { peer, description: { type: 'answer', sdp } };
  }

  /** A browser will come soon: what it is to be sent is started. */
  expect(): void {
    this.#link.call('expect', { id: this.id }).catch(() => {
      // Only a head start is lost.
    });
  }

  /**
   * Sends to one peer, or to all.
   * @throws MediaError with code peer-gone or message-unsendable
   */
  send(data: string | Buffer, peer?: string, channel?: string): Promise<void> {
    return this.#link.call('send', {
      id: this.id,
      data,
      ...(peer === undefined ? {} : { peer }),
      ...(channel === undefined ? {} : { channel }),
    });
  }

  /** Closes one peer, or all. @throws MediaError with code peer-gone */
  closePeer(peer?: string): Promise<void> {
    return this.#link.call('closePeer', { id: this.id, ...(peer === undefined ? {} : { peer }) });
  }

  /** Takes what the worker says of this connection. */
  take(note: Extract<WorkerNote, { event: 'connected' | 'disconnected' | 'message' }>): void {
    switch (note.event) {
      case 'connected':
        this.#peers.add(note.peer);
        this.emit('connected', note.peer);
        return;
      case 'disconnected':
        this.#left(note.peer, note.cause);
        return;
      case 'message':
        this.emit('message', note.peer, note.channel, received(note.data));
        return;
      default:
        note satisfies never;
    }
  }

  engineDied(error: EngineEndedError): void {
    for (const peer of this.#peers) this.#left(peer, 'connection failed');
    this.#fail(error);
  }

  /** Idempotent, never rejects; settles when all peers are closed. */
  close(): Promise<void> {
    this.#closing ??= this.#link
      .call('closeConnection', { id: this.id })
      .catch(() => {
        // The worker is gone, and with it the connection.
      })
      .then(() => {
        this.emit('closed');
        this.removeAllListeners();
      });
    return this.#closing;
  }

  #left(peer: string, cause: CloseCause): void {
    this.#peers.delete(peer);
    this.emit('disconnected', peer, cause);
  }

  #sendTracks(): void {
    const captures = [...this.#tracks.values()].map(({ id }) => id);
    this.#link.call('setCaptures', { id: this.id, captures }).catch(error => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (this.#closing) return;
    this.emit('failed', error instanceof MediaError ? error : new RemoteMediaError(noteOf(error)));
  }
}

/** Structured clone turns a Buffer into a Uint8Array. */
function received(data: string | Uint8Array): string | Buffer {
  return typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.length);
}
