import { type Clock, systemClock } from '../../engine/model/Clock';

/** Options of a `DeadMan`. */
export interface DeadManOptions {
  /** So long may a peer be silent that has begun to send messages, in ms. */
  readonly silenceMs: number;
  /** Called once for each time that a peer falls silent or leaves. @param reason `silent`, or why it left */
  readonly fire: (peer: string, reason: string) => void;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
}

interface Watched {
  heardMs: number;
  cancel: () => void;
}

/**
 * A dead man's switch for each peer: armed by its first message, held by each further one, and let
 * go when none comes for too long or the peer leaves. It then fires once, and is armed again by the
 * next message. A peer that never sent anything cannot fire it.
 */
export class DeadMan {
  readonly #silenceMs: number;
  readonly #fire: DeadManOptions['fire'];
  readonly #clock: Clock;
  readonly #watched = new Map<string, Watched>();

  constructor({ silenceMs, fire, clock = systemClock }: DeadManOptions) {
    this.#silenceMs = silenceMs;
    this.#fire = fire;
    this.#clock = clock;
  }

  /** A message came from this peer. */
  heard(peer: string): void {
    const watched = this.#watched.get(peer);
    if (watched) watched.heardMs = this.#clock.now();
    else this.#watch(peer, { heardMs: this.#clock.now(), cancel: () => {} }, this.#silenceMs);
  }

  /** This peer has left. */
  left(peer: string, reason: string): void {
    this.#let(peer, reason);
  }

  /** Nobody watches any more: fires for all that are armed. Idempotent. */
  close(reason: string): void {
    for (const peer of [...this.#watched.keys()]) this.#let(peer, reason);
  }

  // A timer for each message would cost more than the message: one looks when the last one came.
  #watch(peer: string, watched: Watched, delayMs: number): void {
    this.#watched.set(peer, watched);
    watched.cancel = this.#clock.after(delayMs, () => {
      // After this thread was busy its messages lie there and have not been looked at yet.
      const turn = setImmediate(() => this.#look(peer, watched));
      watched.cancel = () => clearImmediate(turn);
    });
  }

  #look(peer: string, watched: Watched): void {
    const leftMs = watched.heardMs + this.#silenceMs - this.#clock.now();
    if (leftMs > 0) this.#watch(peer, watched, leftMs);
    else this.#let(peer, 'silent');
  }

  #let(peer: string, reason: string): void {
    const watched = this.#watched.get(peer);
    if (!watched) return;
    watched.cancel();
    this.#watched.delete(peer);
    this.#fire(peer, reason);
  }
}
