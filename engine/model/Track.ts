import { EventEmitter } from 'node:events';
import type { AccessUnit } from './AccessUnit';
import { type Clock, systemClock } from './Clock';
import { asError } from './errors/asError';
import { CaptureEndedError, type MediaError } from './errors/errors';
import { type Happening, nextState, type State } from './lifeCycle';
import type { Origin, OriginListener, OriginRun } from './Origin';
import { RetrySchedule, type RetryScheduleOptions } from './RetrySchedule';

/** Options of a `Track`. */
export interface TrackOptions<Unit = AccessUnit> {
  /** How long the origin stays open after the last subscriber left, in ms. Default 5000. */
  lingerMs?: number;
  /** Pauses between attempts while the origin fails. */
  retry?: RetryScheduleOptions;
  /** Source of time. Default: the system's. */
  clock?: Clock;
  /** Sees every unit without keeping the origin open. */
  observe?: (unit: Unit) => void;
  /** Gets a line when a subscriber throws. */
  log?: (text: string) => void;
}

/** What a track tells about itself. */
export type TrackEvents = {
  /** `retryMs` comes with `backingOff`: the pause until the next attempt. */
  state: [state: State, retryMs?: number];
  failed: [error: MediaError];
  /** A subscriber has left. */
  left: [];
};

/** Who gets a track's units. */
export interface Subscriber<Unit = AccessUnit> {
  unit(unit: Unit): void;
  /** What it needs to start: units that came before, the newest last. Default: `unit` for each. */
  past?(units: readonly Unit[]): void;
}

/** What can be subscribed to: a track, or what stands for one of another thread. */
export interface Subscribable<Unit = AccessUnit> {
  subscribe(subscriber: Subscriber<Unit>): Subscription;
}

/** One subscriber's hold on a track. */
export interface Subscription {
  /** This subscriber needs a keyframe; it may be handed the units since the newest one instead. */
  requestKeyframe(): void;
  /**
   * Idempotent.
   * @param unwantedSinceMs since when nobody wanted it: the time for which the origin stays open counts
   *   from there. Default: now.
   */
  close(unwantedSinceMs?: number): void;
}

/** A run that was live for so long counts as a success, in ms: the next failure is retried at once. */
const STABLE_MS = 10_000;

/**
 * A live stream: opens its origin while somebody subscribes, hands every unit to all subscribers,
 * and keeps trying when the origin fails. The states are those of `lifeCycle`.
 */
export class Track<Unit = AccessUnit>
  extends EventEmitter<TrackEvents>
  implements Subscribable<Unit>
{
  readonly #origin: Origin<Unit>;
  /** How long the origin stays open after the last subscriber left, in ms; from the next leave on. */
  lingerMs: number;
  readonly #schedule: RetrySchedule;
  readonly #clock: Clock;
  readonly #observe: (unit: Unit) => void;
  readonly #log: (text: string) => void;
  readonly #subscribers = new Set<Subscriber<Unit>>();
  #state: State = 'idle';
  #run: OriginRun<Unit> | undefined;
  /** Stands for the run that is being opened or is open; what older runs still say is ignored. */
  #current: object | undefined;
  #closing: Promise<void> = Promise.resolve();
  #cancelTimer: (() => void) | undefined;
  #liveSinceMs = 0;
  /** Since when there is no subscriber, or those that there were only lingered themselves. */
  #unwantedSinceMs: number | undefined;
  #closed = false;

  constructor(
    origin: Origin<Unit>,
    {
      lingerMs = 5000,
      retry = {},
      clock = systemClock,
      observe = () => {},
      log = () => {},
    }: TrackOptions<Unit> = {},
  ) {
    super();
    // As many as there are nodes.
    this.setMaxListeners(0);
    this.#origin = origin;
    this.lingerMs = lingerMs;
    this.#schedule = new RetrySchedule(retry);
    this.#clock = clock;
    this.#observe = observe;
    this.#log = log;
  }

  get label(): string {
    return this.#origin.label;
  }

  /** How many subscribers there are. */
  get subscribers(): number {
    return this.#subscribers.size;
  }

  get state(): State {
    return this.#state;
  }

  /** Starts to hand units to the subscriber. One that comes late first gets what it needs to start. */
  subscribe(subscriber: Subscriber<Unit>): Subscription {
    if (this.#closed) return { requestKeyframe() {}, close() {} };
    const isFirst = this.#subscribers.size === 0;
    this.#subscribers.add(subscriber);
    if (isFirst) this.#unwantedSinceMs = undefined;
    if (isFirst || this.#state === 'ended') this.#happen('wanted');
    this.#welcome(subscriber);
    return {
      requestKeyframe: () => this.#repair(subscriber),
      close: (unwantedSinceMs = this.#clock.now()) => {
        if (!this.#subscribers.delete(subscriber)) return;
        const beforeMs = this.#unwantedSinceMs ?? unwantedSinceMs;
        this.#unwantedSinceMs = Math.max(beforeMs, unwantedSinceMs);
        if (this.#subscribers.size === 0) this.#happen('unwanted');
        this.emit('left');
      },
    };
  }

  /** Asks the origin for a keyframe for everybody. False where it cannot make one now. */
  requestKeyframe(): boolean {
    return this.#run?.requestKeyframe?.() ?? false;
  }

  /** The cause of failures may be gone: the next attempt need not wait any longer. */
  retryNow(): void {
    this.#schedule.reset();
    if (this.#state === 'backingOff') this.#happen('expired');
  }

  /** Closes the origin and drops all subscribers. Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#subscribers.clear();
    this.#cancelTimer?.();
    this.#stopRun();
    this.#state = 'idle';
    await this.#closing;
    this.removeAllListeners();
  }

  /** What is there already is better than a keyframe, which costs all viewers bits. */
  #welcome(subscriber: Subscriber<Unit>): void {
    if (!this.#catchUp(subscriber)) this.#run?.requestKeyframe?.();
  }

  /** After a loss a keyframe is better than old units; where none can be had, they have to do. */
  #repair(subscriber: Subscriber<Unit>): void {
    if (!this.#subscribers.has(subscriber)) return;
    if (!this.#run?.requestKeyframe?.()) this.#catchUp(subscriber);
  }

  #catchUp(subscriber: Subscriber<Unit>): boolean {
    const units = this.#run?.catchUp?.() ?? [];
    if (units.length === 0) return false;
    if (subscriber.past) this.#handPast(units, subscriber);
    else {
      for (const unit of units) {
        if (this.#subscribers.has(subscriber)) this.#hand(unit, subscriber);
      }
    }
    return true;
  }

  #happen(happening: Happening): void {
    const state = this.#closed ? undefined : nextState(this.#state, happening);
    if (!state) return;
    const before = this.#state;
    this.#state = state;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const waitMs = this.#enter(state, before);
    this.emit('state', state, waitMs);
  }

  /** The entry action of each state. Returns the pause that begins with `backingOff`, in ms. */
  #enter(state: State, before: State): number | undefined {
    switch (state) {
      case 'starting':
        this.#open();
        return undefined;
      case 'live':
        if (before !== 'lingering') this.#liveSinceMs = this.#clock.now();
        return undefined;
      case 'lingering':
        this.#expireAfter(this.#restMs());
        return undefined;
      case 'ended':
      case 'idle':
        this.#stopRun(before === 'lingering' ? this.#unwantedSinceMs : undefined);
        return undefined;
      case 'failing':
        if (before === 'live' && this.#clock.now() - this.#liveSinceMs >= STABLE_MS) {
          this.#schedule.reset();
        }
        this.#stopRun();
        void this.#closing.then(() => this.#happen('stopped'));
        return undefined;
      case 'backingOff': {
        const pauseMs = this.#schedule.next();
        this.#expireAfter(pauseMs);
        return pauseMs;
      }
      default:
        return state satisfies never;
    }
  }

  /** What is left of the time for which the origin stays open, in ms. */
  #restMs(): number {
    const sinceMs = this.#unwantedSinceMs ?? this.#clock.now();
    return Math.max(0, sinceMs + this.lingerMs - this.#clock.now());
  }

  #expireAfter(delayMs: number): void {
    this.#cancelTimer = this.#clock.after(delayMs, () => this.#happen('expired'));
  }

  /** Opens the origin once the run before has freed the device. */
  #open(): void {
    const token = {};
    this.#current = token;
    const isCurrent = () => this.#current === token;
    this.#closing = this.#closing.then(() => {
      if (!isCurrent()) return undefined;
      const run = this.#tryToOpen({
        unit: unit => {
          if (isCurrent()) this.#deliver(unit);
        },
        failed: error => {
          if (!isCurrent()) return;
          this.emit('failed', error);
          this.#happen('failed');
        },
        ended: () => {
          if (isCurrent()) this.#happen('ended');
        },
      });
      // The origin may have failed, or the last subscriber left, while it was being opened.
      if (!isCurrent()) return run && this.#free(run);
      this.#run = run;
      return undefined;
    });
  }

  /** What an origin throws against its promise must not spoil the track for ever: it is a failure as others. */
  #tryToOpen(listener: OriginListener<Unit>): OriginRun<Unit> | undefined {
    try {
      return this.#origin.open(listener);
    } catch (error) {
      const { message } = asError(error);
      listener.failed(new CaptureEndedError(this.label, message, { cause: error }));
      return undefined;
    }
  }

  /** Never rejects, whatever the run does: the next one waits for it. */
  async #free(run: OriginRun<Unit>, unwantedSinceMs?: number): Promise<void> {
    try {
      await run.close(unwantedSinceMs);
    } catch (error) {
      this.#log(`${this.label}: did not close: ${asError(error).message}`);
    }
  }

  #stopRun(unwantedSinceMs?: number): void {
    const run = this.#run;
    this.#run = undefined;
    this.#current = undefined;
    if (run) this.#closing = this.#closing.then(() => this.#free(run, unwantedSinceMs));
  }

  #deliver(unit: Unit): void {
    if (this.#state === 'starting') this.#happen('started');
    this.#observe(unit);
    // A copy: who subscribes meanwhile is brought up to this unit already, who leaves gets no more.
    for (const subscriber of [...this.#subscribers]) {
      if (this.#subscribers.has(subscriber)) this.#hand(unit, subscriber);
    }
  }

  #hand(unit: Unit, subscriber: Subscriber<Unit>): void {
    try {
      subscriber.unit(unit);
    } catch (error) {
      this.#blame(error);
    }
  }

  #handPast(units: readonly Unit[], subscriber: Subscriber<Unit>): void {
    try {
      subscriber.past?.(units);
    } catch (error) {
      this.#blame(error);
    }
  }

  #blame(error: unknown): void {
    this.#log(
      `${this.label}: a subscriber failed: ${error instanceof Error ? error.stack : error}`,
    );
  }
}
