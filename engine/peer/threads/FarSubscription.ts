import type { Subscribable, Subscription } from '../../model/Track';
import type { AnyUnit } from './protocol';
import type { UnitPort } from './UnitPort';

/** In the engine: one subscription of a peer that lives in another thread. */
export class FarSubscription {
  readonly #number: number;
  readonly #port: UnitPort;
  readonly #subscription: Subscription;
  /** The thread was late, and a picture was left out: those that build on it are, too. */
  #needsKey = false;
  #hasAsked = false;

  constructor(number: number, track: Subscribable<AnyUnit>, port: UnitPort) {
    this.#number = number;
    this.#port = port;
    this.#subscription = track.subscribe({
      unit: unit => this.#take(unit),
      past: units => this.#handPast(units),
    });
  }

  requestKeyframe(): void {
    this.#subscription.requestKeyframe();
  }

  /** Idempotent. */
  close(): void {
    this.#subscription.close();
  }

  #handPast(units: readonly AnyUnit[]): void {
    this.#needsKey = false;
    this.#port.handPast(units, this.#number);
  }

  #take(unit: AnyUnit): void {
    if (this.#port.isLate) this.#skip(unit);
    else if (this.#needsKey && isDependent(unit)) this.#askOnce();
    else this.#hand(unit);
  }

  #skip(unit: AnyUnit): void {
    if (!('key' in unit)) return;
    this.#needsKey = true;
    this.#hasAsked = false;
  }

  /** Not while the thread is late: a keyframe would only wait as well. */
  #askOnce(): void {
    if (this.#hasAsked) return;
    this.#hasAsked = true;
    this.requestKeyframe();
  }

  #hand(unit: AnyUnit): void {
    this.#needsKey = false;
    this.#port.hand(unit, this.#number);
  }
}

/** Cannot be decoded without what came before. */
function isDependent(unit: AnyUnit): boolean {
  return 'key' in unit && !unit.key;
}
