import { type Clock, systemClock } from '../../engine/model/Clock';
import { CallReplacedError } from '../../engine/model/errors/callErrors';
import { RetrySchedule } from '../../engine/model/RetrySchedule';
import type { ConnectionProxy } from '../../engine/port/ConnectionProxy';
import { type CallTarget, callEndpoint, type LaterError } from '../../signaling/call';

/** A connection that can call. */
export type CallingConnection = Pick<
  ConnectionProxy,
  'on' | 'off' | 'offer' | 'accept' | 'closePeer'
>;

/** Who hears how a call does. That it is through, or was lost, the connection tells itself. */
export interface CallingListener {
  calling(): void;
  failed(error: unknown): void;
  /** It calls again after this time, in ms. */
  waiting(pauseMs: number): void;
  /** It does not call again until it is asked to. */
  ended(): void;
}

/** Options of a `Calling`. */
export interface CallingOptions {
  /** Posts the offer and gives the answer. Default: over HTTP. */
  readonly call?: typeof callEndpoint;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
}

/** Tracks come one by one after a deploy, and what is offered depends on them: waited for, in ms. */
const SETTLE_MS = 250;
/** A connection that lasted so long was a good one: the next failure starts with short pauses, in ms. */
const GOOD_MS = 3000;
/** Pauses between calls, in ms. */
const PAUSES = { firstMs: 500, longestMs: 8000 };

/** Keeps one call up: calls an endpoint, and calls again when that fails or ends, until it is closed. */
export class Calling {
  readonly #connection: CallingConnection;
  readonly #target: CallTarget;
  readonly #listener: CallingListener;
  readonly #post: typeof callEndpoint;
  readonly #clock: Clock;
  readonly #schedule = new RetrySchedule(PAUSES);
  /** Ends the attempt that is under way. */
  #attempt: AbortController | undefined;
  #cancelPause: (() => void) | undefined;
  #peer: string | undefined;
  #connectedMs: number | undefined;
  #isClosed = false;

  /** It begins when the connection is opened, each time. */
  constructor(
    connection: CallingConnection,
    target: CallTarget,
    listener: CallingListener,
    { call = callEndpoint, clock = systemClock }: CallingOptions = {},
  ) {
    this.#connection = connection;
    this.#target = target;
    this.#listener = listener;
    this.#post = call;
    this.#clock = clock;
    connection.on('opened', this.#opened).on('disconnected', this.#disconnected);
  }

  /** Calls now, unless the call is through: no waiting, also after it was ended. */
  now(): void {
    if (this.#connectedMs !== undefined || this.#attempt) return;
    this.#schedule.reset();
    this.#callAfter(0);
  }

  /** Does not call any more, until `now`. Whoever asks for it closes the peer. */
  hangUp(): void {
    this.#stop();
    this.#listener.ended();
  }

  /** Idempotent. Whoever closes it closes the connection. */
  close(): void {
    this.#isClosed = true;
    this.#connection.off('opened', this.#opened).off('disconnected', this.#disconnected);
    this.#stop();
  }

  readonly #opened = (): void => {
    this.#stop();
    this.#listener.calling();
    this.#callAfter(SETTLE_MS);
  };

  readonly #disconnected = (peer: string, cause: string): void => {
    if (peer !== this.#peer) return;
    const lastedMs = this.#clock.now() - (this.#connectedMs ?? this.#clock.now());
    if (lastedMs >= GOOD_MS) this.#schedule.reset();
    this.#peer = undefined;
    this.#connectedMs = undefined;
    if (cause === 'replaced') this.#listener.failed(new CallReplacedError());
    else if (cause === 'renewed') this.#renew();
    else if (!this.#isClosed) this.#retry(0);
  };

  #renew(): void {
    this.#listener.calling();
    this.#callAfter(SETTLE_MS);
  }

  #stop(): void {
    this.#cancelPause?.();
    this.#cancelPause = undefined;
    this.#attempt?.abort();
    this.#attempt = undefined;
    this.#peer = undefined;
    this.#connectedMs = undefined;
  }

  #callAfter(pauseMs: number): void {
    if (this.#isClosed) return;
    this.#cancelPause?.();
    this.#cancelPause = this.#clock.after(pauseMs, () => void this.#call());
  }

  #retry(leastMs: number): void {
    const pauseMs = Math.max(this.#schedule.next(), leastMs);
    this.#listener.waiting(pauseMs);
    this.#callAfter(pauseMs);
  }

  /** One attempt. Never rejects. */
  async #call(): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#listener.calling();
    try {
      await this.#connect(attempt.signal);
      if (this.#attempt === attempt) this.#attempt = undefined;
    } catch (error) {
      if (attempt.signal.aborted) return;
      this.#attempt = undefined;
      this.#listener.failed(error);
      const { retryAfterMs = 0 } = error as LaterError;
      this.#retry(Math.min(retryAfterMs, PAUSES.longestMs));
    }
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { peer, sdp } = await this.#connection.offer();
    try {
      signal.throwIfAborted();
      const answer = await this.#post(this.#target, sdp, signal);
      this.#peer = peer;
      await this.#connection.accept(peer, answer);
      signal.throwIfAborted();
      // It may be gone again already.
      if (this.#peer === peer) this.#connectedMs = this.#clock.now();
    } catch (error) {
      if (this.#peer === peer) this.#peer = undefined;
      // The engine frees it at once if it failed there.
      this.#connection.closePeer(peer).catch(() => {});
      throw error;
    }
  }
}
