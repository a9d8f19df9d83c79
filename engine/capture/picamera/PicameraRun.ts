import { GopCache } from '../../media/picture/GopCache';
import type { AccessUnit } from '../../model/AccessUnit';
import type { Clock } from '../../model/Clock';
import { CaptureEndedError, MediaError, SourceStalledError } from '../../model/errors/errors';
import {
  PicameraMissingError,
  PicameraStalledError,
  RpicamMissingError,
} from '../../model/errors/picameraErrors';
import type { OriginListener, OriginRun } from '../../model/Origin';
import type { FfmpegFinder } from '../../process/ffmpeg';
import type { RpicamFinder } from '../../process/rpicam';
import { Silence } from '../../source/Silence';
import type { PicameraOptions } from '../CaptureOptions';
import { captureLabel } from '../failures';
import { TestPattern } from '../testPattern/TestPattern';
import { PicameraProcess } from './PicameraProcess';
import { picameraSize } from './picameraSize';
import { hasH264Hardware, type PicameraWay, picameraWay } from './picameraWay';
import { microseconds } from './raspividArguments';

/** What a capture tells of itself, for the status of its nodes. */
export interface PicameraAbout {
  /** Who codes: `hw`, `x264`, `yuv`, `jpeg`; `test` for the test pattern. Undefined before the first run. */
  readonly via?: string;
  /** Options that this version of the camera program does not know. */
  readonly leftOut?: readonly string[];
}

/** What earlier runs found out. */
export interface PicameraKnowledge {
  /** The camera program's own H.264 is of no use to browsers. */
  readonly isH264Refused?: boolean;
}

export interface PicameraRunDependencies {
  readonly rpicam: RpicamFinder;
  readonly ffmpeg: FfmpegFinder;
  readonly sysRoot: string;
  readonly clock: Clock;
  readonly log: (text: string) => void;
  readonly known: PicameraKnowledge;
  readonly learn: (known: PicameraKnowledge) => void;
  readonly tell: (about: PicameraAbout) => void;
}

/** Longest wait for the first picture, in ms. */
const START_MS = 15_000;
/** Longest wait for the next, in ms. */
const STALL_MS = 10_000;

const VIA = { h264: 'hw', libav: 'x264', yuv420: 'yuv', mjpeg: 'jpeg' } as const;

/**
 * One run of a `PicameraCapture`: one camera program after the other, each with the controls of its
 * time, until it is closed or one fails.
 */
export class PicameraRun implements OriginRun {
  readonly #listener: OriginListener;
  readonly #deps: PicameraRunDependencies;
  readonly #label: string;
  readonly #silence: Silence;
  readonly #gop = new GopCache();
  #options: PicameraOptions;
  #known: PicameraKnowledge;
  #process: PicameraProcess | undefined;
  #pattern: OriginRun | undefined;
  /** The end of what is being started or stopped. */
  #work: Promise<void> = Promise.resolve();
  #over = false;

  constructor(
    options: PicameraOptions,
    listener: OriginListener,
    dependencies: PicameraRunDependencies,
  ) {
    this.#options = options;
    this.#listener = listener;
    this.#deps = dependencies;
    this.#known = dependencies.known;
    this.#label = captureLabel(options);
    this.#silence = new Silence(dependencies.clock, silentMs => this.#stalled(silentMs));
    this.#restart();
  }

  /** The units since the newest keyframe of a stream that is passed through; none of others. */
  catchUp(): readonly AccessUnit[] {
    return this.#gop.units;
  }

  /** Goes on with other options. */
  change(options: PicameraOptions): void {
    this.#options = options;
    if (!this.#over && !this.#pattern) this.#restart();
  }

  async close(): Promise<void> {
    this.#finish();
    await this.#work;
  }

  /** Puts a new program in the place of the one that runs. Of several changes the last one counts. */
  #restart(): void {
    const options = this.#options;
    this.#silence.limit(START_MS + this.#slownessMs());
    this.#retire();
    this.#work = this.#work.then(async () => {
      if (this.#over || options !== this.#options) return;
      try {
        await this.#start(options);
      } catch (error) {
        this.#fail(asMediaError(error, this.#label));
      }
    });
  }

  /** Stops the program that runs, and forgets what came from it. */
  #retire(): void {
    const process = this.#process;
    this.#process = undefined;
    this.#gop.clear();
    // At once, not after what waits: the camera is to be free when its turn comes.
    const stopped = process?.stop();
    if (stopped) this.#work = this.#work.then(() => stopped);
  }

  async #start(options: PicameraOptions): Promise<void> {
    const { ffmpeg, rpicam: finder, sysRoot, clock } = this.#deps;
    const rpicam = await finder.find();
    const hasHardware = await hasH264Hardware(sysRoot);
    const way = picameraWay({ ...options, ...this.#known, rpicam, hasHardware });
    const process = new PicameraProcess(
      { options, way, rpicam, ffmpeg, clock },
      {
        unit: unit => this.#deliver(unit, process),
        refused: reason => this.#refuse(reason, process),
        failed: error => {
          if (process === this.#process) this.#fail(error);
        },
      },
    );
    if (this.#over || options !== this.#options) return;
    this.#process = process;
    const { leftOut } = await process.start();
    this.#tell(way, leftOut);
    this.#deps.log(`${this.#label}: ${way} by ${rpicam.path} ${rpicam.version}`);
  }

  #deliver(unit: AccessUnit, from: PicameraProcess): void {
    if (this.#over || from !== this.#process) return;
    this.#silence.limit(STALL_MS + this.#slownessMs());
    if (unit.codec === 'H264') this.#gop.push(unit);
    this.#listener.unit(unit);
  }

  #refuse(reason: string, from: PicameraProcess): void {
    if (this.#over || from !== this.#process) return;
    this.#known = { isH264Refused: true };
    this.#deps.learn(this.#known);
    this.#deps.log(`${this.#label}: its H.264 cannot be passed on (${reason})`);
    this.#restart();
  }

  #tell(way: PicameraWay, leftOut: readonly string[]): void {
    this.#deps.tell({ via: VIA[way], ...(leftOut.length > 0 ? { leftOut } : {}) });
  }

  /** By how much one picture may take longer than usual: exposures can last for minutes. */
  #slownessMs(): number {
    const { shutter } = this.#options.controls;
    const { frameRate } = picameraSize(this.#options.controls);
    const shutterMs = shutter === undefined ? 0 : microseconds(String(shutter)) / 1000;
    return 3 * Math.max(1000 / frameRate, shutterMs);
  }

  #stalled(silentMs: number): void {
    this.#fail(
      this.#process?.hasTimedOut
        ? new PicameraStalledError(this.#label)
        : new SourceStalledError(this.#label, silentMs),
    );
  }

  #fail(error: MediaError): void {
    if (this.#over) return;
    const isMissing = error instanceof PicameraMissingError || error instanceof RpicamMissingError;
    if (isMissing && this.#options.hasTestPattern) {
      this.#showPattern();
      return;
    }
    this.#finish();
    this.#listener.failed(error);
  }

  #showPattern(): void {
    this.#retire();
    this.#silence.end();
    this.#deps.tell({ via: 'test' });
    this.#pattern = new TestPattern(picameraSize(this.#options.controls)).open(this.#listener);
  }

  /** The listener of a failed run closes it later: until then nothing more may run. */
  #finish(): void {
    this.#over = true;
    this.#silence.end();
    this.#retire();
    const pattern = this.#pattern;
    this.#pattern = undefined;
    void pattern?.close();
  }
}

function asMediaError(error: unknown, label: string): MediaError {
  if (error instanceof MediaError) return error;
  return new CaptureEndedError(label, String(error), { cause: error });
}
