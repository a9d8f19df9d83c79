import type { AccessUnit, VideoCodec } from '../model/AccessUnit';
import type { Clock } from '../model/Clock';
import { EncoderError, type MediaError } from '../model/errors';
import { RetrySchedule } from '../model/RetrySchedule';
import type { Ffmpeg } from '../process/ffmpeg';
import { CodecProcess } from './CodecProcess';
import type { Conversion } from './Conversion';
import { Encoder } from './Encoder';

/** One step from one codec to another. */
export interface Converter {
  push(unit: AccessUnit): void;
  /** Absent where every unit that comes out is a keyframe. */
  requestKeyframe?(): void;
  /** Goes on with another frame rate. */
  setFrameRate?(frameRate: number): void;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/** Who gets what a converter makes. */
export interface ConverterHandlers {
  unit(unit: AccessUnit): void;
  failed(error: MediaError): void;
}

/** What converters need. */
export interface ConverterOptions {
  ffmpeg: Ffmpeg;
  /** See `EncoderOptions.spare`. */
  spare: boolean;
  clock: Clock;
}

/** The converter for one step. */
export function converterFor(
  conversion: Conversion,
  handlers: ConverterHandlers,
  options: ConverterOptions,
): Converter {
  return conversion.to === 'H264' || conversion.to === 'VP8'
    ? new EncoderStep(conversion, handlers, options)
    : new PictureStep(conversion, handlers, options);
}

/** To H264 or VP8. */
class EncoderStep implements Converter {
  readonly #encoder: Encoder;

  constructor(conversion: Conversion, handlers: ConverterHandlers, options: ConverterOptions) {
    this.#encoder = new Encoder(conversion, handlers, options);
  }

  push(unit: AccessUnit): void {
    this.#encoder.push(unit);
  }

  requestKeyframe(): void {
    this.#encoder.requestKeyframe();
  }

  setFrameRate(frameRate: number): void {
    this.#encoder.reconfigure({ ...this.#encoder.conversion, frameRate });
  }

  close(): Promise<void> {
    return this.#encoder.close();
  }
}

/** Processes that may end in a row without having made a picture. */
const MOST_DEATHS = 4;

/** To pictures, JPEG or I420: begins at a keyframe; a process that ended is replaced at the next one. */
class PictureStep implements Converter {
  readonly #conversion: Conversion;
  readonly #handlers: ConverterHandlers;
  readonly #options: ConverterOptions;
  readonly #schedule = new RetrySchedule();
  #process: CodecProcess | undefined;
  #deaths = 0;
  #notBeforeMs = 0;
  #stopping: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(conversion: Conversion, handlers: ConverterHandlers, options: ConverterOptions) {
    this.#conversion = conversion;
    this.#handlers = handlers;
    this.#options = options;
  }

  push(unit: AccessUnit): void {
    if (this.#closed) return;
    const mayStart = unit.key && this.#options.clock.now() >= this.#notBeforeMs;
    if (!this.#process && mayStart) this.#process = this.#spawn();
    if (!this.#process?.push(unit) && !isPicture(unit.codec)) {
      // A decoder that missed a unit shows rubbish until the next keyframe: start anew there.
      this.#stop();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    await this.#stopping;
  }

  #spawn(): CodecProcess {
    return new CodecProcess(this.#conversion, this.#options.ffmpeg, {
      unit: unit => {
        this.#deaths = 0;
        this.#schedule.reset();
        this.#handlers.unit(unit);
      },
      exit: reason => this.#died(reason),
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
    this.#handlers.failed(new EncoderError(this.#conversion.to, reason));
  }

  #stop(): void {
    const process = this.#process;
    this.#process = undefined;
    if (process) this.#stopping = this.#stopping.then(() => process.stop());
  }
}

function isPicture(codec: VideoCodec): boolean {
  return codec === 'I420' || codec === 'JPEG';
}
