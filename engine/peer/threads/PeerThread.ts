import { Worker } from 'node:worker_threads';
import { systemClock } from '../../model/Clock';
import { asError } from '../../model/errors/asError';
import { EngineEndedError, RemoteMediaError } from '../../model/errors/errors';
import { asMessage } from '../../model/memory';
import type { Subscribable } from '../../model/Track';
import { PendingCalls } from '../../process/PendingCalls';
import { awaitSilence } from '../../process/suddenEnd';
import { WORKER_LIMITS } from '../../process/workerLimits';
import type { CloseCause } from '../CloseCause';
import type { ChannelData } from '../data/ChannelData';
import type { HandshakeReport } from '../PeerHandshake';
import { FarSubscription } from './FarSubscription';
import type { AnyUnit, FarCalls, PeerThreadData, ToEngine, ToThread } from './protocol';
import { UnitPort } from './UnitPort';

/** Who stands for a peer of a thread in the engine. */
export interface FarMember {
  connected(): void;
  /** @param handshake how far it came, if it was not through; absent where the thread is over */
  closed(cause: CloseCause, handshake?: HandshakeReport): void;
  message(label: string, data: ChannelData): void;
  log(text: string): void;
  /** The track that a number stands for, undefined where that has changed meanwhile. */
  track(number: number): Subscribable<AnyUnit> | undefined;
}

/** Who hears of a thread. */
export interface PeerThreadHandlers {
  /** It can take peers. */
  ready(): void;
  /** It is over, once, with all its peers. */
  ended(reason: string): void;
  log(text: string): void;
}

/** One more thread for peers, from its start to its end: what the engine says to it and hears of it. */
export class PeerThread {
  readonly units: UnitPort;
  readonly #worker: Worker;
  readonly #handlers: PeerThreadHandlers;
  readonly #members = new Map<string, FarMember>();
  readonly #subscriptions = new Map<number, FarSubscription>();
  readonly #pending = new PendingCalls();
  readonly #gone: Promise<void>;
  #reason = 'it ended';
  #isOver = false;

  /** @param file the compiled entry of the thread */
  constructor(file: string, data: PeerThreadData, handlers: PeerThreadHandlers) {
    this.#handlers = handlers;
    this.#worker = new Worker(file, {
      workerData: data,
      name: 'rtcbot-peers',
      resourceLimits: WORKER_LIMITS,
    });
    this.units = new UnitPort((note, transfer) => this.post(note, transfer), systemClock);
    this.#worker.on('message', (note: ToEngine) => this.#take(note));
    this.#worker.on('error', error => {
      this.#reason = asError(error).message;
    });
    this.#gone = new Promise(resolve => {
      this.#worker.on('exit', () => {
        this.#end();
        resolve();
      });
    });
  }

  /** From now on what happens to the peer of this id is told to this one, until it has closed. */
  enter(peer: string, member: FarMember): void {
    this.#members.set(peer, member);
  }

  /** Says something; nothing is heard where it is over. The memory of `transfer` goes along. */
  post(note: ToThread, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(note, transfer);
  }

  /** @throws RemoteMediaError with the thread's code, EngineEndedError if it ends before it answers */
  ask<Name extends keyof FarCalls>(
    name: Name,
    ask: FarCalls[Name]['ask'],
  ): Promise<FarCalls[Name]['reply']> {
    if (this.#isOver) return Promise.reject(new EngineEndedError(this.#reason));
    return this.#pending.ask(number => this.post({ call: name, number, ask } as ToThread));
  }

  /** Waits until it receives nothing any more: see `awaitSilence`. */
  silence(): void {
    if (!this.#isOver) awaitSilence(note => this.post(note));
  }

  /** Its peers were closed before. Idempotent, never rejects; settles when the thread is gone. */
  async close(): Promise<void> {
    this.post('end');
    await this.#gone;
  }

  #take(note: ToEngine): void {
    if ('reply' in note) this.#pending.resolve(note.reply, note.value);
    else if ('refused' in note) {
      this.#pending.reject(note.refused, new RemoteMediaError(note.error));
    } else if ('subscribe' in note) this.#subscribe(note);
    else if ('unsubscribe' in note) this.#unsubscribe(note.unsubscribe);
    else if ('keyframeFor' in note) this.#subscriptions.get(note.keyframeFor)?.requestKeyframe();
    else this.#hear(note);
  }

  #hear(note: Extract<ToEngine, { event: string }>): void {
    if (note.event === 'ready') this.#handlers.ready();
    else if (note.event === 'tookUnit') this.units.took();
    else if (note.event === 'threadLog') this.#handlers.log(note.text);
    else this.#tell(note);
  }

  #tell(note: Extract<ToEngine, { event: string; peer: string }>): void {
    const { peer } = note;
    const member = this.#members.get(peer);
    if (note.event === 'log') member?.log(note.text);
    else if (note.event === 'connected') member?.connected();
    else if (note.event === 'message') member?.message(note.label, asMessage(note.data));
    else {
      this.#members.delete(peer);
      member?.closed(note.cause, note.handshake);
    }
  }

  #subscribe({ subscribe: number, peer, track }: Extract<ToEngine, { subscribe: number }>): void {
    const stream = this.#members.get(peer)?.track(track);
    if (!stream) return;
    this.#subscriptions.set(number, new FarSubscription(number, stream, this.units));
  }

  #unsubscribe(number: number): void {
    this.#subscriptions.get(number)?.close();
    this.#subscriptions.delete(number);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const number of [...this.#subscriptions.keys()]) this.#unsubscribe(number);
    this.#pending.rejectAll(new EngineEndedError(this.#reason));
    const members = [...this.#members.values()];
    this.#members.clear();
    for (const member of members) member.closed('connection failed');
    this.#handlers.ended(this.#reason);
  }
}
