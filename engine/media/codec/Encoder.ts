import type { AccessUnit } from '../../model/AccessUnit';
import { type Clock, systemClock } from '../../model/Clock';
import { EncoderError, type MediaError } from '../../model/errors/errors';
import { RetrySchedule } from '../../model/RetrySchedule';
import type { Ffmpeg } from '../../process/ffmpeg';
import { type CodecJob, isSameConversion } from './CodecJob';
import { FfmpegCodec } from './FfmpegCodec';
import { KeyframeGate } from './KeyframeGate';

/** What an encoder needs. */
export interface EncoderOptions {
  ffmpeg: Ffmpeg;
  /** Keep an idle process ready to take over: a keyframe then comes in 15-80 ms instead of 100-200. */
  spare: boolean;
  /** Processes that may die in a row without having made one unit, the last one included. Default 4. */
  mostDeaths?: number;
  /** Source of time. Default: the system's. */
  clock?: Clock;
}

/** Who gets what an encoder makes. */
export interface EncoderHandlers {
  unit(unit: AccessUnit): void;
  /** It failed again and again, and has stopped trying. At most once. */
  failed(error: MediaError): void;
}

/** A process that is to take over as soon as it has made its keyframe and caught up. */
interface Successor {
  readonly process: FfmpegCodec;
  /** What it has made so far. */
  readonly held: AccessUnit[];
  readonly sinceMs: number;
}

/** Units that a successor may need to catch up; then it takes over although it is behind. */
const MOST_HELD = 8;
const MOST_DEATHS = 4;
/** A process that takes pictures but makes nothing any more is replaced after so long, in ms. */
const STALL_MS = 3000;
/** How long a process may take for its first unit, in ms: small machines are slow to start one. */
const START_MS = 10_000;
/** The spare starts when the current process is through its own start. */
const SPARE_DELAY_MS = 300;

/**
 * One shared encoder for H264 or VP8, that can make a keyframe at any time although the ffmpeg
 * program cannot: a fresh process starts with one. The newest picture goes to the spare process;
 * when its first unit is here, it takes over and the old one is ended. Sequence numbers and
 * timestamps are the sender's, so viewers do not notice.
 */
export class Encoder {
  readonly #options: EncoderOptions;
  readonly #handlers: EncoderHandlers;
  readonly #clock: Clock;
  readonly #gate: KeyframeGate;
  #job: CodecJob;
  #current: FfmpegCodec | undefined;
  #spare: FfmpegCodec | undefined;
  #next: Successor | undefined;
  #newest: AccessUnit | undefined;
  /** The current process had no room for the newest picture. */
  #isMissed = false;
  /** Capture time of the newest picture that was sent, in ms. */
  #sentMs = Number.NEGATIVE_INFINITY;
  #deaths = 0;
  /** A second process cannot run beside the first: the hardware has no room for it. */
  #isAlone = false;
  /** The current process is gone, and the next one waits until the hardware is free. */
  #isChanging = false;
  readonly #spareSchedule = new RetrySchedule({ firstMs: SPARE_DELAY_MS });
  #cancelSpare: (() => void) | undefined;
  /** Since when pictures went in without a unit coming out. */
  #owesSinceMs: number | undefined;
  #closed = false;
  readonly #stopping = new Set<Promise<void>>();

  constructor(job: CodecJob, handlers: EncoderHandlers, options: EncoderOptions) {
    this.#job = job;
    this.#handlers = handlers;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#gate = new KeyframeGate(() => this.#takeOver(), { clock: this.#clock });
    this.#current = this.#spawn();
  }

  get job(): CodecJob {
    return this.#job;
  }

  /** Encodes a picture, or drops it if the encoder is behind. */
  push(picture: AccessUnit): void {
    if (this.#closed) return;
    this.#newest = picture;
    this.#isMissed = !this.#current?.push(picture);
    const nowMs = this.#clock.now();
    if (this.#next && nowMs - this.#next.sinceMs > START_MS) this.#retryNext();
    if (this.#next && this.#next.held.length > 0) this.#next.process.push(picture);
    this.#owesSinceMs ??= nowMs;
    const patienceMs = this.#current?.made ? STALL_MS : START_MS;
    if (nowMs - this.#owesSinceMs > patienceMs) this.#restart('it made nothing');
  }

  /** A viewer needs a keyframe. Requests are merged. */
  requestKeyframe(): void {
    if (!this.#closed) this.#gate.request();
  }

  /** Goes on with other parameters, beginning with a keyframe; a process that starts comes first. */
  reconfigure(job: CodecJob): void {
    if (this.#closed || isSameConversion(job, this.#job)) return;
    this.#job = job;
    this.#discard(this.#spare);
    this.#spare = undefined;
    this.#dropNext();
    this.#takeOver();
  }

  /** Idempotent, never rejects; settles when all processes are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#gate.close();
    this.#cancelSpare?.();
    for (const process of [this.#current, this.#spare, this.#next?.process]) this.#discard(process);
    await Promise.all(this.#stopping);
  }

  #spawn(): FfmpegCodec {
    const process: FfmpegCodec = new FfmpegCodec(this.#job, this.#options.ffmpeg, {
      unit: unit => this.#made(process, unit),
      exit: reason => this.#died(process, reason),
      ready: () => this.#catchUp(process),
    });
    return process;
  }

  /** What comes next may be long in coming, or never: the newest picture of a flow must not be lost. */
  #catchUp(process: FfmpegCodec): void {
    if (process !== this.#current || !this.#isMissed || !this.#newest) return;
    this.#isMissed = !process.push(this.#newest);
  }

  #made(process: FfmpegCodec, unit: AccessUnit): void {
    if (process === this.#current) this.#send(unit);
    else if (this.#next && process === this.#next.process) this.#hold(this.#next, unit);
  }

  #send(unit: AccessUnit): void {
    this.#deaths = 0;
    this.#owesSinceMs = undefined;
    this.#sentMs = unit.timestampMs;
    if (unit.key) {
      this.#gate.keyframeSent();
      this.#spareSchedule.reset();
    }
    this.#handlers.unit(unit);
    // Whoever got it may have had enough.
    if (this.#closed) return;
    // Parameters that changed while this process was starting.
    if (this.#current?.job !== this.#job) this.#takeOver();
    if (!this.#spare && !this.#cancelSpare) this.#prepareSpare();
  }

  /**
   * While the successor worked on its keyframe, newer pictures were sent. It catches up first, so
   * that its units go out together and nobody sees the picture jump back.
   */
  #hold(next: Successor, unit: AccessUnit): void {
    next.held.push(unit);
    const isBehind = unit.timestampMs < this.#sentMs && next.held.length < MOST_HELD;
    if (!isBehind) this.#promote(next);
    else if (unit.key && this.#newest) next.process.push(this.#newest);
  }

  #promote({ process, held }: Successor): void {
    this.#discard(this.#current);
    this.#current = process;
    this.#next = undefined;
    for (const unit of held) this.#send(unit);
  }

  /** What the successor was asked for is still wanted. */
  #retryNext(): void {
    this.#dropNext();
    this.#gate.request();
  }

  #dropNext(): void {
    this.#discard(this.#next?.process);
    this.#next = undefined;
  }

  #prepareSpare(): void {
    if (!this.#options.spare) return;
    this.#cancelSpare = this.#clock.after(this.#spareSchedule.next(), () => {
      this.#cancelSpare = undefined;
      this.#spare ??= this.#spawn();
    });
  }

  /** Lets a fresh process make a keyframe of the newest picture and take over with it. */
  #takeOver(): void {
    if (this.#isChanging) return;
    // Before the first unit there is nothing to repair: it will be a keyframe anyway. Nor is a process
    // replaced that is just starting, for other parameters: where the machine is busy they change
    // often and starts take long, and no process would ever come through its own.
    if (this.#next || !this.#newest || !this.#current?.made) return;
    if (this.#isAlone) {
      this.#changeOver();
      return;
    }
    const process = this.#spare ?? this.#spawn();
    this.#spare = undefined;
    this.#next = { process, held: [], sinceMs: this.#clock.now() };
    process.push(this.#newest);
  }

  /** Ends the current process first, and then lets a fresh one begin: a short gap, but it works. */
  #changeOver(): void {
    this.#isChanging = true;
    const old = this.#current;
    this.#current = undefined;
    this.#discard(old);
    void Promise.all(this.#stopping).then(() => {
      this.#isChanging = false;
      if (this.#closed) return;
      this.#owesSinceMs = undefined;
      this.#current = this.#spare ?? this.#spawn();
      this.#spare = undefined;
      if (this.#newest) this.#current.push(this.#newest);
    });
  }

  #died(process: FfmpegCodec, reason: string): void {
    if (this.#closed) return;
    if (process === this.#spare) {
      this.#spare = undefined;
      this.#prepareSpare();
      return;
    }
    if (process === this.#next?.process) this.#successorDied(process);
    else if (process === this.#current) this.#restart(reason);
  }

  /** Hardware often has room for a few encoders only: one that never worked beside another is told. */
  #successorDied(process: FfmpegCodec): void {
    this.#isAlone ||= this.#job.encoder !== undefined && process.made === 0;
    this.#retryNext();
  }

  /** Puts another process in the place of the current one, at once. */
  #restart(reason: string): void {
    this.#deaths += 1;
    if (this.#deaths >= (this.#options.mostDeaths ?? MOST_DEATHS)) {
      this.#fail(reason);
      return;
    }
    this.#owesSinceMs = this.#clock.now();
    if (this.#next) {
      this.#promote(this.#next);
      return;
    }
    this.#discard(this.#current);
    this.#current = this.#spare ?? this.#spawn();
    this.#spare = undefined;
    if (this.#newest) this.#current.push(this.#newest);
  }

  #fail(reason: string): void {
    const error = new EncoderError(this.#job.to, reason);
    void this.close();
    this.#handlers.failed(error);
  }

  #discard(process: FfmpegCodec | undefined): void {
    if (!process) return;
    const stopping = process.stop().finally(() => this.#stopping.delete(stopping));
    this.#stopping.add(stopping);
  }
}
