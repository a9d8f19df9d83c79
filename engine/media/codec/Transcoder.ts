import { type AccessUnit, isPicture } from '../../model/AccessUnit';
import type { Clock } from '../../model/Clock';
import { EncoderError, type MediaError } from '../../model/errors/errors';
import { type H264Encoder, isHardwareEncoder } from '../../model/H264Encoder';
import { RetrySchedule } from '../../model/RetrySchedule';
import type { Ffmpeg } from '../../process/ffmpeg';
import type { CodecJob } from './CodecJob';
import { Encoder } from './Encoder';
import { FfmpegCodec } from './FfmpegCodec';

/** One step from one codec to another. */
export interface Transcoder {
  push(unit: AccessUnit): void;
  /** Takes a stream's units since its newest keyframe; only of the newest something comes out. */
  catchUp?(units: readonly AccessUnit[]): void;
  /** Absent where every unit that comes out is a keyframe. */
  requestKeyframe?(): void;
  /** Goes on with another frame rate. */
  setFrameRate?(frameRate: number): void;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/** Who gets what a transcoder makes. */
export interface TranscoderHandlers {
  unit(unit: AccessUnit): void;
  failed(error: MediaError): void;
  /** A hardware encoder failed, and libx264 has taken its place. */
  softened?(encoder: H264Encoder, reason: string): void;
}

/** What transcoders need. */
export interface TranscoderOptions {
  ffmpeg: Ffmpeg;
  /** See `EncoderOptions.spare`. */
  spare: boolean;
  clock: Clock;
}

/** The transcoder for one step. */
export function transcoderFor(
  job: CodecJob,
  handlers: TranscoderHandlers,
  options: TranscoderOptions,
): Transcoder {
  return job.to === 'H264' || job.to === 'VP8'
    ? new EncoderStep(job, handlers, options)
    : new PictureStep(job, handlers, options);
}

/** To H264 or VP8. A hardware encoder that fails is not tried again here: libx264 goes on at once. */
class EncoderStep implements Transcoder {
  readonly #handlers: TranscoderHandlers;
  readonly #options: TranscoderOptions;
  #encoder: Encoder;
  /** Ends with those that were replaced. */
  #closing: Promise<void> = Promise.resolve();
  #newest: AccessUnit | undefined;

  constructor(job: CodecJob, handlers: TranscoderHandlers, options: TranscoderOptions) {
    this.#handlers = handlers;
    this.#options = options;
    this.#encoder = this.#make(job);
  }

  push(unit: AccessUnit): void {
    this.#newest = unit;
    this.#encoder.push(unit);
  }

  requestKeyframe(): void {
    this.#encoder.requestKeyframe();
  }

  setFrameRate(frameRate: number): void {
    this.#encoder.reconfigure({ ...this.#encoder.job, frameRate });
  }

  async close(): Promise<void> {
    await Promise.all([this.#encoder.close(), this.#closing]);
  }

  #make(job: CodecJob): Encoder {
    const { unit } = this.#handlers;
    const isHardware = isHardwareEncoder(job.encoder ?? '');
    return new Encoder(
      job,
      { unit, failed: error => this.#failed(error) },
      { ...this.#options, ...(isHardware ? { mostDeaths: 1 } : {}) },
    );
  }

  #failed(error: MediaError): void {
    const { encoder, ...job } = this.#encoder.job;
    if (!encoder || !isHardwareEncoder(encoder)) {
      this.#handlers.failed(error);
      return;
    }
    const failed = this.#encoder;
    this.#closing = this.#closing.then(() => failed.close());
    this.#encoder = this.#make(job);
    if (this.#newest) this.#encoder.push(this.#newest);
    this.#handlers.softened?.(encoder, error.message);
  }
}

/** Processes that may end in a row without having made a picture. */
const MOST_DEATHS = 4;

/** To pictures, JPEG or I420: begins at a keyframe; a process that ended is replaced at the next one. */
class PictureStep implements Transcoder {
  readonly #job: CodecJob;
  readonly #handlers: TranscoderHandlers;
  readonly #options: TranscoderOptions;
  readonly #schedule = new RetrySchedule();
  #process: FfmpegCodec | undefined;
  /** The newest picture, if the process had no room for it: the last one of a flow must not be lost. */
  #missed: AccessUnit | undefined;
  #deaths = 0;
  #notBeforeMs = 0;
  #stopping: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(job: CodecJob, handlers: TranscoderHandlers, options: TranscoderOptions) {
    this.#job = job;
    this.#handlers = handlers;
    this.#options = options;
  }

  push(unit: AccessUnit): void {
    if (this.#closed) return;
    const mayStart = unit.key && this.#options.clock.now() >= this.#notBeforeMs;
    if (!this.#process && mayStart) this.#process = this.#spawn();
    const isTaken = this.#process?.push(unit) ?? false;
    this.#missed = isTaken || !isPicture(unit.codec) ? undefined : unit;
    // A decoder that missed a unit shows rubbish until the next keyframe: start anew there.
    if (!isTaken && !isPicture(unit.codec)) this.#stop();
  }

  catchUp(units: readonly AccessUnit[]): void {
    if (this.#closed || !units[0]?.key || this.#options.clock.now() < this.#notBeforeMs) return;
    this.#stop();
    const process = this.#spawn(units.length - 1);
    if (process.catchUp(units)) this.#process = process;
    else this.#stopping = this.#stopping.then(() => process.stop());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    await this.#stopping;
  }

  #spawn(skipped = 0): FfmpegCodec {
    const job = skipped > 0 ? { ...this.#job, skipped } : this.#job;
    return new FfmpegCodec(job, this.#options.ffmpeg, {
      unit: unit => {
        this.#deaths = 0;
        this.#schedule.reset();
        this.#handlers.unit(unit);
      },
      exit: reason => this.#died(reason),
      ready: () => {
        if (this.#missed) this.push(this.#missed);
      },
    });
  }

  #died(reason: string): void {
    this.#stop();
    this.#deaths += 1;
    if (this.#deaths < MOST_DEATHS) {
      this.#notBeforeMs = this.#options.clock.now() + this.#schedule.next();
      return;
    }
    this.#closed = true;
    this.#handlers.failed(new EncoderError(this.#job.to, reason));
  }

  #stop(): void {
    const process = this.#process;
    this.#process = undefined;
    if (process) this.#stopping = this.#stopping.then(() => process.stop());
  }
}
