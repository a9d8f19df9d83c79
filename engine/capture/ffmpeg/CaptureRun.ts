import { GopCache } from '../../media/picture/GopCache';
import type { AccessUnit } from '../../model/AccessUnit';
import { type Clock, epochMs } from '../../model/Clock';
import type { Colour } from '../../model/Colour';
import {
  CaptureEndedError,
  MediaError,
  NoVideoError,
  SourceStalledError,
  UnpluggedError,
} from '../../model/errors/errors';
import type { OriginListener, OriginRun } from '../../model/Origin';
import { Child, type ChildExit } from '../../process/Child';
import type { Ffmpeg, FfmpegFinder } from '../../process/ffmpeg';
import { Silence } from '../../source/Silence';
import { captureLabel, failureOf } from '../failures';
import { INTERLACED, NO_KEYFRAMES } from '../H264Pictures';
import type { Picture } from '../Picture';
import { patienceMs, startMs } from '../patience';
import { secretsOf } from '../url';
import { modesOf } from '../v4l2/devices';
import { type CameraMode, chooseMode } from '../v4l2/modes';
import type { V4l2Device } from '../v4l2/V4l2Device';
import { captureArguments, type FfmpegCaptureOptions, ownSizes } from './arguments';
import { type CaptureReader, captureReader } from './captureReader';
import { describedColour } from './describedColour';
import {
  findingIn,
  lacksParameterSets,
  refusesCopy,
  type SourceKnowledge,
  type Way,
  wayOf,
} from './way';

export interface CaptureRunDependencies {
  ffmpeg: FfmpegFinder;
  /** The camera of a USB capture under Linux. */
  device?: V4l2Device | undefined;
  clock: Clock;
  /** Gets a line when the run changes its way. */
  log: (text: string) => void;
  /** What earlier runs found out about the source. */
  known: SourceKnowledge;
  /** Takes what this run found out. */
  learn: (known: SourceKnowledge) => void;
}

/**
 * One run of an `FfmpegCapture`. It starts with the cheapest way that may work; when ffmpeg or the
 * stream itself shows that another is needed, ffmpeg is started again, unseen by the listener.
 */
export class CaptureRun implements OriginRun {
  readonly #options: FfmpegCaptureOptions;
  readonly #listener: OriginListener;
  readonly #deps: CaptureRunDependencies;
  readonly #label: string;
  readonly #silence: Silence;
  readonly #gop = new GopCache();
  #known: SourceKnowledge;
  #modes: readonly CameraMode[] = [];
  #mode: CameraMode | undefined;
  #child: Child | undefined;
  #reader: CaptureReader | undefined;
  /** The newest unit that needs no other. */
  #newest: AccessUnit | undefined;
  #closed = false;
  #over = false;
  #delivered = false;

  constructor(
    options: FfmpegCaptureOptions,
    listener: OriginListener,
    dependencies: CaptureRunDependencies,
  ) {
    this.#options = options;
    this.#listener = listener;
    this.#deps = dependencies;
    this.#known = dependencies.known;
    this.#label = captureLabel(options);
    this.#silence = new Silence(dependencies.clock, silentMs => this.#stalled(silentMs));
    this.#silence.limit(startMs(options, this.#known.isSlow));
    dependencies.device?.presence.on('unplugged', this.#unplugged);
    void this.#start();
  }

  /** The units since the newest keyframe of a stream that is passed through; of others the newest. */
  catchUp(): readonly AccessUnit[] {
    return this.#newest ? [this.#newest] : this.#gop.units;
  }

  /** Writes pictures to ffmpeg's standard input. False while it has enough, or is not there. */
  write(...parts: Buffer[]): boolean {
    const isBehind = (this.#child?.backlogBytes ?? 0) > 0;
    return !isBehind && (this.#child?.write(...parts) ?? false);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#finish();
    await this.#child?.stop();
  }

  readonly #unplugged = (): void => {
    this.#fail(new UnpluggedError(this.#label));
  };

  async #start(): Promise<void> {
    try {
      const ffmpeg = await this.#deps.ffmpeg.find();
      // Asked here, where it costs nothing: ffmpeg would be started to say the same.
      const absence = this.#deps.device?.absence;
      if (absence) throw absence;
      if (!this.#closed) await this.#deps.device?.restoreControls();
      if (!this.#closed) await this.#learnMode(ffmpeg);
      if (!this.#over) this.#spawn(ffmpeg);
    } catch (error) {
      this.#fail(
        error instanceof MediaError
          ? error
          : new CaptureEndedError(this.#label, String(error), { cause: error }),
      );
    }
  }

  async #learnMode(ffmpeg: Ffmpeg): Promise<void> {
    if (this.#options.source !== 'usb') return;
    this.#modes = await modesOf(this.#deps.device?.path ?? this.#options.device, { ffmpeg });
    this.#chooseMode(this.#known);
  }

  /** What the device is asked for from now on; of what it gave before nothing is known any more. */
  #chooseMode({ noH264, codec, mustDecode }: SourceKnowledge): void {
    this.#mode = chooseMode(this.#modes, this.#options, { noH264 });
    const format = this.#mode?.format;
    const asks = format === 'h264' || format === 'mjpeg' ? format : undefined;
    const isAsBefore = asks === this.#known.asks;
    this.#known = {
      ...(noH264 ? { noH264 } : {}),
      ...(asks ? { asks } : {}),
      ...(isAsBefore && codec ? { codec } : {}),
      ...(isAsBefore && mustDecode ? { mustDecode } : {}),
    };
    this.#deps.learn(this.#known);
  }

  #spawn(ffmpeg: Ffmpeg): void {
    const way = wayOf(this.#options, this.#known);
    const { isInterlaced = false, isBare = false } = this.#known;
    const state = { reader: undefined, isDescribed: false, isOver: false };
    const attempt: Attempt = { ffmpeg, way, isInterlaced, isBare, ...state };
    attempt.reader = captureReader(
      way,
      {
        picture: (picture, timeMs) => this.#deliver(picture, timeMs, attempt),
        refused: reason => {
          const fields = {
            ...(reason === INTERLACED ? { isInterlaced: true } : {}),
            ...(reason === NO_KEYFRAMES ? { noKeyframes: true } : {}),
          };
          this.#reconsider(attempt, { mustDecode: true, ...fields }, reason);
        },
      },
      { clock: this.#deps.clock, isBare, isMarked: ownSizes(this.#options, ffmpeg) !== undefined },
    );
    this.#reader = attempt.reader;
    const options = this.#optionsAsOpened();
    this.#child = new Child(
      {
        program: ffmpeg.path,
        args: captureArguments({ options, way, ffmpeg, mode: this.#mode, isInterlaced, isBare }),
        label: this.#label,
        secrets: options.source === 'url' ? secretsOf(options) : [],
        // Devices are given back, sessions of cameras ended; a file needs neither.
        stopSignal: options.source === 'file' ? 'SIGKILL' : 'SIGTERM',
      },
      {
        data: chunk => this.#read(chunk, attempt),
        stderr: line => this.#listen(line, attempt),
        exit: exit => this.#ended(exit, attempt),
      },
    );
  }

  /** A server that is gone is told by ffmpeg: one that only gives nothing may be slow. */
  #stalled(silentMs: number): void {
    if (!this.#delivered && this.#options.source === 'url') this.#learn({ isSlow: true });
    this.#fail(new SourceStalledError(this.#label, silentMs));
  }

  #optionsAsOpened(): FfmpegCaptureOptions {
    const { device } = this.#deps;
    const options = this.#options;
    if (options.source === 'url' && this.#known.isSlow) return { ...options, isSlow: true };
    return options.source === 'usb' && device ? { ...options, device: device.path } : options;
  }

  #read(chunk: Buffer, attempt: Attempt): void {
    if (this.#over || attempt.isOver) return;
    const isFile = this.#options.source === 'file';
    this.#silence.limit(isFile ? undefined : patienceMs(this.#options));
    try {
      attempt.reader?.push(chunk);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#fail(new CaptureEndedError(this.#label, text, { cause: error }));
    }
  }

  #deliver(picture: Picture, sourceMs: number | undefined, attempt: Attempt): void {
    if (this.#over || attempt.isOver) return;
    const times = { timestampMs: epochMs(), ...(sourceMs === undefined ? {} : { sourceMs }) };
    const colour = picture.codec === 'I420' && attempt.colour ? { colour: attempt.colour } : {};
    const unit = { ...picture, ...times, ...colour };
    this.#delivered = true;
    if (unit.codec === 'H264') this.#gop.push(unit);
    else this.#newest = unit;
    this.#listener.unit(unit);
  }

  #listen(line: string, attempt: Attempt): void {
    // After its account of the input, ffmpeg describes its own output in the same words.
    if (/^(Stream mapping|Output #0)/.test(line)) attempt.isDescribed = true;
    if (lacksParameterSets(line) && !attempt.isBare) {
      this.#reconsider(attempt, { isBare: true }, 'its parameter sets are still to come');
    }
    if (refusesCopy(line)) this.#reconsider(attempt, { mustDecode: true }, 'it cannot be copied');
    if (attempt.isDescribed) return;
    const finding = findingIn(line);
    if (!finding || (finding.codec && attempt.codec)) return;
    attempt.codec ??= finding.codec;
    // What comes from a device at this machine is BT.601, whatever its size.
    if (this.#options.source !== 'usb') attempt.colour ??= describedColour(line);
    const reason = finding.isInterlaced ? INTERLACED : finding.codec;
    this.#reconsider(attempt, finding, reason ?? 'its pictures are turned');
  }

  /** Starts ffmpeg again if what was learnt means another way. */
  #reconsider(attempt: Attempt, finding: SourceKnowledge, reason: string): void {
    if (this.#over || attempt.isOver) return;
    // A camera has something else to offer, which costs less than to decode its H.264.
    const isNoUse = finding.mustDecode && this.#options.source === 'usb' && attempt.way === 'H264';
    if (isNoUse) this.#chooseMode({ noH264: true });
    else this.#learn(finding);
    const way = wayOf(this.#options, this.#known);
    const { isInterlaced = false, isBare = false } = this.#known;
    const isSame =
      way === 'I420' ? attempt.isInterlaced || !isInterlaced : attempt.isBare === isBare;
    if (way === attempt.way && isSame) return;
    attempt.isOver = true;
    attempt.reader?.close?.();
    this.#forget();
    const change = way === attempt.way ? 'in another form' : `instead of ${attempt.way}`;
    this.#deps.log(`${this.#label}: ${reason}, so ${way} is taken ${change}`);
    void this.#child?.stop().then(() => {
      if (!this.#over) this.#spawn(attempt.ffmpeg);
    });
  }

  #learn(finding: SourceKnowledge): void {
    this.#known = { ...this.#known, ...finding };
    this.#deps.learn(this.#known);
  }

  #ended(exit: ChildExit, attempt: Attempt): void {
    if (this.#over || attempt.isOver) return;
    attempt.reader?.end?.();
    const { source } = this.#options;
    if (exit.code !== 0 || source !== 'file' || this.#options.loop) {
      // Programs tell the end of a device in many ways; that its file is gone is plain.
      this.#fail(this.#deps.device?.absence ?? failureOf(this.#options, exit));
    } else if (!this.#delivered) {
      this.#fail(new NoVideoError(this.#label, 'not one picture'));
    } else {
      this.#finish();
      this.#listener.ended();
    }
  }

  #fail(error: MediaError): void {
    if (this.#over) return;
    this.#finish();
    this.#listener.failed(error);
  }

  #forget(): void {
    this.#gop.clear();
    this.#newest = undefined;
  }

  #finish(): void {
    this.#over = true;
    this.#deps.device?.presence.off('unplugged', this.#unplugged);
    this.#silence.end();
    this.#reader?.close?.();
    this.#forget();
    void this.#child?.stop();
  }
}

/** One ffmpeg of a run. */
interface Attempt {
  readonly ffmpeg: Ffmpeg;
  readonly way: Way;
  reader: CaptureReader | undefined;
  /** The source's codec, as ffmpeg called it. */
  codec?: string | undefined;
  /** Those of the pictures that are decoded, once they are known. */
  colour?: Colour | undefined;
  /** ffmpeg was told that its pictures are. */
  readonly isInterlaced: boolean;
  /** ffmpeg writes what needs no parameter sets. */
  readonly isBare: boolean;
  /** ffmpeg has said all about its input. */
  isDescribed: boolean;
  /** Another takes its place: what it still says is ignored. */
  isOver: boolean;
}
