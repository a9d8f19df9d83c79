import { type Clock, systemClock } from '../model/Clock';

/** Options of a `Watchdog`. */
export interface WatchdogOptions {
  /** How long a peer may be silent, in ms. Default 8000: a browser checks its path every 2.7 to 4.1 s. */
  silenceMs?: number;
  /** Source of time. Default: the system's. */
  clock?: Clock;
}

/** What a `Watchdog` does. */
export interface WatchdogHandlers {
  /** Half of the time has passed in silence: a peer that lives will answer. Once in a silence. */
  ask(): void;
  /** Nothing was heard for too long. Called once. */
  bark(): void;
}

/** Watches from `start` on whether something is heard of a peer; it is asked before it is given up. */
export class Watchdog {
  readonly #handlers: WatchdogHandlers;
  readonly #silenceMs: number;
  readonly #clock: Clock;
  #heardMs: number;
  /** When it was asked in this silence. */
  #askedMs: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(
    handlers: WatchdogHandlers,
    { silenceMs = 8000, clock = systemClock }: WatchdogOptions = {},
  ) {
    this.#handlers = handlers;
    this.#silenceMs = silenceMs;
    this.#clock = clock;
    this.#heardMs = clock.now();
  }

  /** Begins to watch. */
  start(): void {
    this.heard();
    this.#watch();
  }

  /** Something came from the peer. Cheap enough for every packet. */
  heard(): void {
    this.#heardMs = this.#clock.now();
    this.#askedMs = undefined;
  }

  /** Idempotent. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #watch(): void {
    const sinceMs = this.#askedMs ?? this.#heardMs;
    const leftMs = sinceMs + this.#silenceMs / 2 - this.#clock.now();
    this.#cancel = this.#clock.after(leftMs, () => this.#look());
  }

  #look(): void {
    const nowMs = this.#clock.now();
    const halfMs = this.#silenceMs / 2;
    // What was asked gets its time, also where we ourselves have slept.
    if (this.#askedMs !== undefined && nowMs - this.#askedMs >= halfMs) {
      this.#handlers.bark();
      return;
    }
    if (this.#askedMs === undefined && nowMs - this.#heardMs >= halfMs) {
      this.#askedMs = nowMs;
      this.#handlers.ask();
    }
    this.#watch();
  }
}
