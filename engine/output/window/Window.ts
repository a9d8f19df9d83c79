import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type { AccessUnit } from '../../model/AccessUnit';
import { type Clock, systemClock } from '../../model/Clock';
import { type MediaError, NoDisplayError, PlayerMissingError } from '../../model/errors/errors';
import { RetrySchedule } from '../../model/RetrySchedule';
import type { Subscription, Track } from '../../model/Track';
import { Child, type ChildExit } from '../../process/Child';
import { PictureFit } from './PictureFit';
import { isClosedByUser, windowFailure } from './windowEnd';
import {
  drawingOf,
  type ScreenSettings,
  screenEnvironment,
  screenProblem,
  WINDOW_PROGRAMS,
  type WindowProgram,
  windowPlayer,
} from './windowPlayer';

/** Options of a `Window`. */
export interface WindowOptions extends ScreenSettings {
  readonly title: string;
  readonly fullScreen: boolean;
}

/** What a window needs; all has a default. */
export interface WindowDependencies {
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Environment of the players, to which the options are added. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** The players to try, best first. Default: all. */
  readonly programs?: readonly WindowProgram[];
  /** Default: that of this machine. */
  readonly platform?: NodeJS.Platform;
}

/**
 * How a window stands. It is `open` once its player has run for a while; `closed by user` stays until
 * `open()` is called.
 */
export type WindowState = 'idle' | 'waiting' | 'open' | 'closed by user' | 'backingOff';

/** What a window tells about itself. */
export type WindowEvents = {
  /** `retryMs` comes with `backingOff`: the pause until the next attempt. */
  state: [state: WindowState, retryMs?: number];
  failed: [error: MediaError];
};

/** A player that ran for so long was fine: the next one is started after the shortest pause, in ms. */
const STABLE_MS = 5000;
/** Longest pause between two attempts to open the window, in ms. */
const LONGEST_RETRY_MS = 10_000;

/** A player that runs for so long has found the screen, in ms. */
const PROVEN_MS = 1000;
/** Players show a picture late, or drop it: the card is sent so often, */
const CARDS = 4;
/** and with such pauses, in ms. */
const CARD_PAUSE_MS = 250;

/** A running player and what it was started for. */
interface Player {
  readonly child: Child;
  readonly fit: PictureFit;
  readonly startedAtMs: number;
}

/**
 * A window on the host's screen that shows the newest picture of a track. It opens with the first
 * picture, and then stays, with a plain card while there is no track. Pictures of another shape, or
 * larger ones, mean another player.
 */
export class Window extends EventEmitter<WindowEvents> {
  readonly #options: WindowOptions;
  readonly #clock: Clock;
  readonly #env: NodeJS.ProcessEnv;
  readonly #platform: NodeJS.Platform;
  /** The players that may be installed, best first: one that is not is not tried again. */
  #programs: readonly WindowProgram[];
  readonly #allPrograms: readonly WindowProgram[];
  readonly #schedule = new RetrySchedule({ longestMs: LONGEST_RETRY_MS });
  #state: WindowState = 'idle';
  #track: Track | undefined;
  #subscription: Subscription | undefined;
  #player: Player | undefined;
  #closing: Promise<void> = Promise.resolve();
  #cancelRetry: (() => void) | undefined;
  #cancelProof: (() => void) | undefined;
  #cancelCard: (() => void) | undefined;
  #shown = 0;
  #dropped = 0;
  #closed = false;

  constructor(
    options: WindowOptions,
    {
      clock = systemClock,
      env = process.env,
      programs = WINDOW_PROGRAMS,
      platform = process.platform,
    }: WindowDependencies = {},
  ) {
    super();
    this.#options = options;
    this.#clock = clock;
    this.#env = screenEnvironment(env, options, platform);
    this.#platform = platform;
    this.#allPrograms = programs;
    this.#programs = programs;
  }

  get state(): WindowState {
    return this.#state;
  }

  /** Pictures handed to the player, and those that it was too slow for. */
  get counters(): { readonly shown: number; readonly dropped: number } {
    return { shown: this.#shown, dropped: this.#dropped };
  }

  /** Shows a track of I420 pictures from now on, in place of the one before. */
  show(track: Track): void {
    if (this.#closed) return;
    this.#unsubscribe();
    this.#track = track;
    if (this.#state !== 'closed by user') this.#begin();
  }

  /** Opens the window again that was closed, with the next picture. */
  open(): void {
    if (this.#closed) return;
    if (this.#state === 'closed by user') this.#become('idle');
    this.#begin();
  }

  /** Shows no track any more. An open window shows a plain card. */
  clear(): void {
    this.#unsubscribe();
    this.#track = undefined;
    this.#endRetry();
    if (this.#player) this.#showCard(CARDS);
    else if (this.#state !== 'closed by user') this.#become('idle');
  }

  /** Closes the window until `open()` is called. */
  hide(): void {
    this.#unsubscribe();
    this.#endRetry();
    this.#drop();
    this.#become('closed by user');
  }

  /** Idempotent, never rejects; settles when the player is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    this.#track = undefined;
    this.#endRetry();
    this.#drop();
    await this.#closing;
    this.removeAllListeners();
  }

  #begin(): void {
    if (!this.#track) return;
    this.#cancelCard?.();
    if (!this.#player) {
      this.#endRetry();
      this.#schedule.reset();
      this.#become('waiting');
    }
    this.#subscribe();
  }

  #subscribe(): void {
    this.#subscription ??= this.#track?.subscribe({ unit: unit => this.#take(unit) });
  }

  #unsubscribe(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
  }

  #take(unit: AccessUnit): void {
    if (this.#state !== 'open' && this.#state !== 'waiting') return;
    if (this.#player && !this.#player.fit.takes(unit)) this.#drop();
    if (!this.#player) this.#start(unit);
    this.#write(unit);
  }

  /** A player that has not yet taken the picture before gets the next one instead. */
  #write(unit: AccessUnit): void {
    if (!this.#player) return;
    const { child, fit } = this.#player;
    if (child.backlogBytes > 0) {
      this.#dropped += 1;
      return;
    }
    this.#shown += 1;
    child.write(fit.pixelsOf(unit));
  }

  #showCard(times: number): void {
    this.#cancelCard?.();
    const { child, fit } = this.#player ?? {};
    if (!child || !fit || times === 0) return;
    if (child.backlogBytes === 0) child.write(fit.card());
    this.#cancelCard = this.#clock.after(CARD_PAUSE_MS, () => this.#showCard(times - 1));
  }

  #start({ width, height }: AccessUnit): void {
    const problem = screenProblem(this.#env, this.#platform);
    if (problem) {
      this.#fail(new NoDisplayError(problem));
      return;
    }
    const [name] = this.#programs;
    if (!name) {
      // One may be installed by the next attempt.
      this.#programs = this.#allPrograms;
      this.#fail(new PlayerMissingError());
      return;
    }
    const { title, fullScreen } = this.#options;
    const drawing = drawingOf(this.#env, () => existsSync('/dev/dri'), this.#platform);
    const look = { width, height, title, fullScreen, drawing };
    const { program, args } = windowPlayer(name, look);
    const child = new Child(
      { program, args, label: `window ${title}`, env: this.#env },
      { data: () => {}, exit: exit => this.#ended(exit, child) },
    );
    this.#player = { child, fit: new PictureFit(width, height), startedAtMs: this.#clock.now() };
    this.#cancelProof?.();
    this.#cancelProof = this.#clock.after(PROVEN_MS, () => this.#become('open'));
  }

  #ended(exit: ChildExit, child: Child): void {
    const player = this.#player;
    if (player?.child !== child) return;
    this.#player = undefined;
    this.#cancelProof?.();
    if (exit.error && 'code' in exit.error && exit.error.code === 'ENOENT') {
      this.#programs = this.#programs.slice(1);
      this.#become('waiting');
    } else if (isClosedByUser(exit)) {
      // Nobody looks: nothing need be decoded.
      this.#unsubscribe();
      this.#become('closed by user');
    } else if (!this.#track) {
      // Only the card is gone.
      this.#become('idle');
    } else {
      if (this.#clock.now() - player.startedAtMs >= STABLE_MS) this.#schedule.reset();
      this.#fail(
        windowFailure(exit, this.#env.DISPLAY || this.#env.WAYLAND_DISPLAY || 'the screen'),
      );
    }
  }

  #fail(error: MediaError): void {
    this.emit('failed', error);
    if (this.#closed || !this.#track) return;
    const retryMs = this.#schedule.next();
    this.#cancelRetry = this.#clock.after(retryMs, () => {
      this.#become('waiting');
      // Who subscribes gets the newest picture at once, though no other may come.
      this.#unsubscribe();
      this.#subscribe();
    });
    this.#become('backingOff', retryMs);
  }

  #endRetry(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  /** Closes the window, if there is one; nothing of that is told. */
  #drop(): void {
    const player = this.#player;
    this.#player = undefined;
    this.#cancelProof?.();
    this.#cancelCard?.();
    if (player) this.#closing = Promise.all([this.#closing, player.child.stop()]).then(() => {});
  }

  #become(state: WindowState, retryMs?: number): void {
    if (state === this.#state || this.#closed) return;
    this.#state = state;
    this.emit('state', state, retryMs);
  }
}
