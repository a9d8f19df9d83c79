import { type Transcoder, transcoderFor } from '../../media/codec/Transcoder';
import { I420Cutter } from '../../media/containers/I420Cutter';
import { JpegSplitter } from '../../media/containers/JpegSplitter';
import { AnnexBParser } from '../../media/h264/AnnexBParser';
import { jpegSize } from '../../media/picture/jpeg';
import type { AccessUnit } from '../../model/AccessUnit';
import { type Clock, epochMs } from '../../model/Clock';
import { CaptureEndedError, type MediaError } from '../../model/errors/errors';
import { Child, type ChildExit } from '../../process/Child';
import { Fifo } from '../../process/Fifo';
import type { FfmpegFinder } from '../../process/ffmpeg';
import type { Rpicam } from '../../process/rpicam';
import type { PicameraOptions } from '../CaptureOptions';
import { captureLabel } from '../failures';
import { H264Passthrough } from '../H264Passthrough';
import { H264Pictures } from '../H264Pictures';
import type { Picture, PictureHandlers } from '../Picture';
import { SampleClock } from '../SampleClock';
import type { PicameraCommand } from './PicameraCommand';
import { picameraArguments } from './picameraArguments';
import { picameraFailureOf, TIMEOUT_LINE } from './picameraFailures';
import { picameraSize } from './picameraSize';
import { type PicameraWay, turnsByFfmpeg } from './picameraWay';
import { TimedUnits } from './TimedUnits';

/** What a camera program is started for. */
export interface PicameraProcessOptions {
  readonly options: PicameraOptions;
  readonly way: PicameraWay;
  readonly rpicam: Rpicam;
  readonly ffmpeg: FfmpegFinder;
  readonly clock: Clock;
}

/** Who gets what a camera program gives. Nothing is called after `stop()` was called. */
export interface PicameraProcessHandlers {
  unit(unit: AccessUnit): void;
  /** Its H.264 is of no use to browsers; at most once, and no unit follows. */
  refused(reason: string): void;
  /** It ended, or what it wrote made no sense; at most once. */
  failed(error: MediaError): void;
}

/** The device is free about 0.4 s after SIGINT; other signals leave it in disorder. In ms. */
const GRACE_MS = 1500;
/** The times of a camera program count ms. */
const TIMES_A_SECOND = 1000;

/** One running camera program, and ffmpeg beside it where its pictures have to be turned. */
export class PicameraProcess {
  readonly #request: PicameraProcessOptions;
  readonly #handlers: PicameraProcessHandlers;
  readonly #label: string;
  readonly #times = new SampleClock(TIMES_A_SECOND);
  #child: Child | undefined;
  #fifo: Fifo | undefined;
  #timed: TimedUnits | undefined;
  #passthrough: H264Passthrough | undefined;
  #turner: Transcoder | undefined;
  #starting: Promise<unknown> = Promise.resolve();
  #stopping: Promise<void> | undefined;
  #hasTimedOut = false;

  constructor(request: PicameraProcessOptions, handlers: PicameraProcessHandlers) {
    this.#request = request;
    this.#handlers = handlers;
    this.#label = captureLabel(request.options);
  }

  /** The program said that the camera itself is silent. */
  get hasTimedOut(): boolean {
    return this.#hasTimedOut;
  }

  /** Starts the program; to be called once. @throws FfmpegMissingError where ffmpeg has to turn the pictures */
  start(): Promise<PicameraCommand> {
    const starting = this.#start();
    // Who stops it waits for this, too, and wants no failure.
    this.#starting = starting.catch(() => {});
    return starting;
  }

  /** Idempotent, never rejects; settles when the camera is free. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(): Promise<PicameraCommand> {
    const { options, way, rpicam } = this.#request;
    const { camera, controls } = options;
    if (turnsByFfmpeg(controls, rpicam)) this.#turner = await this.#makeTurner();
    if (way === 'h264' && rpicam.options.has('save-pts')) this.#fifo = await Fifo.make();
    const timesPath = this.#fifo?.path;
    const command = picameraArguments({ camera, controls, way, rpicam, timesPath });
    if (this.#stopping) return command;
    const reader = this.#reader();
    this.#child = new Child(
      {
        program: rpicam.path,
        args: command.args,
        label: this.#label,
        stopSignal: 'SIGINT',
        graceMs: GRACE_MS,
      },
      {
        data: chunk => this.#read(chunk, reader),
        stderr: line => {
          if (TIMEOUT_LINE.test(line)) this.#hasTimedOut = true;
        },
        exit: exit => this.#ended(exit),
      },
    );
    return command;
  }

  async #stop(): Promise<void> {
    this.#timed?.close();
    this.#passthrough?.close();
    const stopped = this.#child?.stop();
    await this.#starting;
    await stopped;
    await this.#child?.stop();
    await this.#turner?.close();
    await this.#fifo?.close();
  }

  /** What takes the program's output apart. Its `push` throws ContainerError when that makes no sense. */
  #reader(): { push(chunk: Buffer): void } {
    const handlers: PictureHandlers = {
      picture: (picture, timeMs) => this.#deliver(picture, timeMs),
      refused: reason => {
        if (!this.#stopping) this.#handlers.refused(reason);
      },
    };
    const { options, way } = this.#request;
    switch (way) {
      case 'h264':
        return this.#hardwareReader(new H264Pictures(handlers));
      case 'libav':
        this.#passthrough = new H264Passthrough(handlers, { clock: this.#request.clock });
        return this.#passthrough;
      case 'mjpeg':
        return new JpegSplitter(data => {
          const size = jpegSize(data);
          if (size) handlers.picture({ codec: 'JPEG', data, key: true, ...size });
        });
      case 'yuv420': {
        const { width, height } = picameraSize(options.controls);
        return new I420Cutter(width, height, data =>
          handlers.picture({ codec: 'I420', data, key: true, width, height }),
        );
      }
      default:
        return way satisfies never;
    }
  }

  #hardwareReader(pictures: H264Pictures): AnnexBParser {
    const timed = new TimedUnits((data, timeMs) => pictures.take(data, timeMs), {
      hasTimes: this.#fifo !== undefined,
    });
    const parser = new AnnexBParser(data => timed.push(data));
    timed.from(parser);
    this.#timed = timed;
    this.#fifo?.onLine(line => timed.line(line));
    return parser;
  }

  #read(chunk: Buffer, reader: { push(chunk: Buffer): void }): void {
    if (this.#stopping) return;
    try {
      reader.push(chunk);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#handlers.failed(new CaptureEndedError(this.#label, text, { cause: error }));
    }
  }

  #deliver(picture: Picture, timeMs: number | undefined): void {
    if (this.#stopping) return;
    const sourceMs = timeMs === undefined ? {} : { sourceMs: timeMs };
    const unit = { ...picture, timestampMs: this.#captureMs(timeMs), ...sourceMs };
    if (this.#turner) this.#turner.push(unit);
    else this.#handlers.unit(unit);
  }

  /** The time by the camera's clock, where it tells it: pictures arrive less evenly than they are taken. */
  #captureMs(timeMs: number | undefined): number {
    const nowMs = epochMs();
    if (timeMs === undefined) return nowMs;
    this.#times.arrived(timeMs, nowMs);
    return this.#times.at(timeMs);
  }

  async #makeTurner(): Promise<Transcoder> {
    const { options, way, ffmpeg, clock } = this.#request;
    const { width, height, frameRate } = picameraSize(options.controls);
    return transcoderFor(
      {
        ...{ from: way === 'mjpeg' ? 'JPEG' : 'I420', to: 'I420', width, height },
        ...{ frameRate: Math.max(1, Math.round(frameRate)), bitrateBps: 0, keyframeIntervalMs: 0 },
        turned: String(options.controls.rotation) === '90' ? 90 : 270,
      },
      {
        unit: unit => {
          if (!this.#stopping) this.#handlers.unit(unit);
        },
        failed: error => {
          if (!this.#stopping) this.#handlers.failed(error);
        },
      },
      { ffmpeg: await ffmpeg.find(), spare: false, clock },
    );
  }

  #ended(exit: ChildExit): void {
    if (!this.#stopping) this.#handlers.failed(picameraFailureOf(this.#label, exit));
  }
}
