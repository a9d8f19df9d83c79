import { BLOCK_MS } from '../../media/audio/audioBlock';
import type { Clock } from '../../model/Clock';
import type { MediaError } from '../../model/errors/errors';
import { PlaybackError } from '../../model/errors/soundErrors';
import { Child, type ChildExit } from '../../process/Child';
import type { SoundProgram } from '../../process/sound/soundSystem';
import { PlayGauge, parsePlayed } from './PlayGauge';
import { playbackFailure } from './playbackFailure';
import { Ticker } from './Ticker';

/** Options of a `PcmPlayer`. */
export interface PcmPlayerOptions {
  /** Plays what it reads from its standard input. */
  readonly program: SoundProgram;
  /** It says on stderr how far it is, as `PlayGauge` reads it. */
  readonly reports: boolean;
  /** Name of the device for messages. */
  readonly label: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
}

/** Who feeds a player. Nothing is called after `stop()` was called. */
export interface PcmPlayerHandlers {
  /** The next 20 ms. */
  block(): Buffer;
  /** It plays. */
  started(): void;
  /** It plays no more; at most once. */
  failed(error: MediaError): void;
}

/** A player without reports is fed only when it is likely to be ready, in ms after its start. */
const READY_MS = 150;
/**
 * What a full pipe holds beyond what should wait in it, in ms: Linux takes 0.9 s (measured), other
 * systems less than a block or two.
 */
const FULL_PIPE_MS = process.platform === 'linux' ? 800 : 0;
/** A player of which nothing is heard for so long has failed, in ms. */
const STALL_MS = 5000;

/**
 * A program that plays sound, fed at the pace at which it plays, so that no more than 100 ms wait
 * in the pipe: some report how far they are. Of the others only a full pipe is seen: it holds up to
 * 0.9 s, and is brought down when that happens.
 */
export class PcmPlayer {
  readonly #options: PcmPlayerOptions;
  readonly #handlers: PcmPlayerHandlers;
  readonly #child: Child;
  readonly #gauge: PlayGauge | undefined;
  readonly #ticker: Ticker;
  #readyAtMs: number;
  #heardAtMs: number;
  #hasStarted = false;
  #isFull = false;
  #over = false;

  constructor(options: PcmPlayerOptions, handlers: PcmPlayerHandlers) {
    const { program, reports, label, env, clock } = options;
    this.#options = options;
    this.#handlers = handlers;
    this.#gauge = reports ? new PlayGauge() : undefined;
    this.#heardAtMs = clock.now();
    this.#readyAtMs = clock.now() + (reports ? 0 : READY_MS);
    this.#child = new Child(
      {
        ...program,
        label,
        env,
        stopSignal: 'SIGTERM',
        graceMs: 500,
      },
      {
        data: () => {},
        stderr: line => this.#listen(line),
        exit: exit => this.#fail(playbackFailure(label, withoutReports(exit))),
      },
    );
    this.#ticker = new Ticker(clock, BLOCK_MS, () => this.#tick());
  }

  /** Undefined if the program could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Idempotent, never rejects; settles when the program is gone. */
  async stop(): Promise<void> {
    this.#over = true;
    this.#ticker.stop();
    await this.#child.stop();
  }

  #tick(): void {
    const nowMs = this.#options.clock.now();
    if (nowMs < this.#readyAtMs) return;
    const blocks = this.#gauge ? this.#gauge.blocksDue(nowMs) : this.#blocksDue(nowMs);
    for (let i = 0; i < blocks; i += 1) this.#write();
    if (nowMs - this.#heardAtMs > STALL_MS) {
      this.#fail(new PlaybackError(this.#options.label, 'it does not go on'));
    }
  }

  #write(): void {
    this.#child.write(this.#handlers.block());
    this.#gauge?.wrote(BLOCK_MS);
  }

  /** Without reports: bytes that wait in Node.js mean that the pipe is full. */
  #blocksDue(nowMs: number): number {
    if (this.#child.backlogBytes > 0) {
      this.#isFull = true;
      return 0;
    }
    this.#heardAtMs = nowMs;
    if (!this.#hasStarted && nowMs >= this.#readyAtMs + READY_MS) this.#start();
    if (!this.#isFull) return 1;
    this.#isFull = false;
    this.#readyAtMs = nowMs + FULL_PIPE_MS;
    return 0;
  }

  #listen(line: string): void {
    const nowMs = this.#options.clock.now();
    const heardMs = this.#gauge?.heardMs;
    if (!this.#gauge?.line(line, nowMs)) return;
    if (this.#gauge.heardMs === heardMs) return;
    this.#heardAtMs = nowMs;
    if (!this.#hasStarted) this.#start();
  }

  #start(): void {
    this.#hasStarted = true;
    this.#handlers.started();
  }

  #fail(error: MediaError): void {
    if (this.#over) return;
    void this.stop();
    this.#handlers.failed(error);
  }
}

/** The reports would push out what a player said about its end. */
function withoutReports(exit: ChildExit): ChildExit {
  return { ...exit, lastWords: exit.lastWords.filter(line => parsePlayed(line) === undefined) };
}
