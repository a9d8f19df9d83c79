import type { Subscribable, Subscription } from '../../model/Track';
import type { AnyUnit } from './protocol';
import type { UnitPort } from './UnitPort';

/** In the engine: one subscription of a peer that lives in another thread. */
export class FarSubscription {
  readonly #number: number;
  readonly #port: UnitPort;
  readonly #subscription: Subscription;
  /** What the track hands over while it is asked for something, as opposed to what comes live. */
  #past: AnyUnit[] | undefined;
  /** The thread was late, and a picture was left out: those that build on it are, too. */
  #needsKey = false;
  #hasAsked = false;

  constructor(number: number, track: Subscribable<AnyUnit>, port: UnitPort) {
    this.#number = number;
    this.#port = port;
    this.#past = [];
    this.#subscription = track.subscribe({ unit: unit => this.#take(unit) });
    this.#handPast();
  }

  requestKeyframe(): void {
    this.#past = [];
    this.#subscription.requestKeyframe();
    this.#handPast();
  }

  /** Idempotent. */
  close(): void {
    this.#subscription.close();
  }

  #handPast(): void {
    const units = this.#past ?? [];
    this.#past = undefined;
    if (units.length > 0) this.#needsKey = false;
    this.#port.handPast(units, this.#number);
  }

  #take(unit: AnyUnit): void {
    if (this.#past) this.#past.push(unit);
    else if (this.#port.isLate) this.#skip(unit);
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
