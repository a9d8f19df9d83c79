import type { Clock } from '../../model/Clock';
import { ownMemory } from '../../model/memory';
import type { AnyUnit, ToThread } from './protocol';

/** A thread that has not taken in this time what it was handed, in ms, is late: more would only wait. */
const LATE_MS = 300;

type Post = (note: ToThread, transfer: ArrayBuffer[]) => void;

/** The units on their way to one thread for peers: each goes once, whomever it is for. */
export class UnitPort {
  readonly #post: Post;
  readonly #clock: Clock;
  /** What is handed out right now, and the subscriptions that it is for. */
  #pending: { readonly unit: AnyUnit; readonly subscriptions: number[] } | undefined;
  /** When those that were not taken yet were posted, in ms. */
  readonly #posted: number[] = [];

  constructor(post: Post, clock: Clock) {
    this.#post = post;
    this.#clock = clock;
  }

  /** What the thread was handed has waited too long: what can be left out is. */
  get isLate(): boolean {
    const [oldestMs] = this.#posted;
    return oldestMs !== undefined && this.#clock.now() - oldestMs > LATE_MS;
  }

  /** Hands a unit to a subscription. A track hands a unit to all that want it in one go. */
  hand(unit: AnyUnit, subscription: number): void {
    if (this.#pending?.unit === unit) {
      this.#pending.subscriptions.push(subscription);
      return;
    }
    this.#flush();
    this.#pending = { unit, subscriptions: [subscription] };
    queueMicrotask(() => this.#flush());
  }

  /** Hands units to one subscription that came before what it is handed from now on. */
  handPast(units: readonly AnyUnit[], subscription: number): void {
    this.#flush();
    const past = units.map(ownUnit);
    this.#post(
      { past, subscription },
      past.map(({ data }) => data.buffer),
    );
  }

  /** The thread has taken one. */
  took(): void {
    this.#posted.shift();
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (!pending) return;
    const unit = ownUnit(pending.unit);
    this.#posted.push(this.#clock.now());
    this.#post({ unit, subscriptions: pending.subscriptions }, [unit.data.buffer]);
  }
}

/** The same with memory of its own, which goes along. */
function ownUnit<Unit extends AnyUnit>(unit: Unit): Unit & { data: Buffer<ArrayBuffer> } {
  return { ...unit, data: Buffer.from(ownMemory(unit.data).buffer) };
}
