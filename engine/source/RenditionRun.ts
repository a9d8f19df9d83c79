import { automaticBitrate, type CodecJob } from '../media/codec/CodecJob';
import { type Transcoder, transcoderFor } from '../media/codec/Transcoder';
import { nalType, nalUnits } from '../media/h264/h264';
import { unitColour } from '../media/h264/unitColour';
import { GopCache } from '../media/picture/GopCache';
import type { Size } from '../media/picture/pixels';
import { resized } from '../media/picture/resized';
import { type AccessUnit, isPicture, type RenditionCodec } from '../model/AccessUnit';
import { type Colour, hasSamePixels, VIDEO_COLOUR } from '../model/Colour';
import { FfmpegMissingError, MediaError } from '../model/errors/errors';
import { type H264Encoder, isHardwareEncoder } from '../model/H264Encoder';
import type { State } from '../model/lifeCycle';
import { match } from '../model/match';
import type { OriginListener, OriginRun } from '../model/Origin';
import type { Subscription, Track } from '../model/Track';
import type { Ffmpeg } from '../process/ffmpeg';
import { FrameRateMeter } from './FrameRateMeter';
import type { RenditionOptions, RenditionSettings } from './RenditionSettings';
import { SteadySize } from './SteadySize';
import { Stopgap } from './Stopgap';

/** Assumed until the source's rate is known, in pictures a second. */
const LIKELY_FRAME_RATE = 30;
/** Up to so many units a late viewer is sent them instead of a keyframe, which costs an encoder's start. */
const SHORT_GOP = 30;
const KEYFRAME_INTERVAL_MS = 10_000;
/** Slices have NAL unit types up to this (H.264, table 7-1). */
const LAST_SLICE = 5;
/** What the transcoders get to bring out their last pictures when the source has ended, in ms. */
const DRAIN_MS = 1000;
/** Shortest time between two starts of transcoders for pictures that change their form, in ms. */
const REBUILD_MS = 1000;

/** One run of a `Rendition`. */
export class RenditionRun implements OriginRun {
  readonly #settings: RenditionSettings;
  readonly #options: Required<RenditionOptions>;
  readonly #listener: OriginListener;
  readonly #source: Track;
  #subscription: Subscription = { requestKeyframe() {}, close() {} };
  /** Makes keyframes where the source does not in time. */
  #stopgap: Stopgap | undefined;
  /** Units that come all at once are taken together. */
  #gathered: AccessUnit[] | undefined;
  readonly #gop = new GopCache();
  #meter = new FrameRateMeter();
  #form = '';
  #colour: Colour = VIDEO_COLOUR;
  readonly #steady = new SteadySize();
  /** When the transcoders were started last. */
  #builtMs = Number.NEGATIVE_INFINITY;
  #frameRate = LIKELY_FRAME_RATE;
  #steps: Transcoder[] = [];
  #passes = false;
  /** The source's NAL units are larger than wanted. */
  #isTooCoarse = false;
  /** A keyframe is made as soon as there is an ffmpeg. */
  #owesKeyframe = false;
  #ffmpeg: Ffmpeg | undefined;
  /** Why there is no ffmpeg. */
  #failure: MediaError | undefined;
  #closing: Promise<void> = Promise.resolve();
  #cancelDrain: (() => void) | undefined;
  #closed = false;

  constructor(
    source: Track,
    settings: RenditionSettings,
    options: Required<RenditionOptions>,
    listener: OriginListener,
  ) {
    this.#settings = settings;
    this.#options = options;
    this.#listener = listener;
    this.#source = source;
    source.on('state', this.#follow);
    this.#prepare();
    this.#gather(() => {
      this.#subscription = source.subscribe({ unit: unit => this.#receive(unit) });
    });
  }

  requestKeyframe(): boolean {
    if (this.#passes) return this.#requestOfSource();
    const encoder = this.#steps.at(-1);
    encoder?.requestKeyframe?.();
    return encoder !== undefined;
  }

  catchUp(): readonly AccessUnit[] {
    const { units, isShort } = this.#gop;
    const isSent = this.#passes && !this.#stopgap ? isShort : units.length <= SHORT_GOP;
    return isSent ? units : [];
  }

  async close(unwantedSinceMs?: number): Promise<void> {
    this.#closed = true;
    this.#cancelDrain?.();
    this.#source.off('state', this.#follow);
    this.#subscription.close(unwantedSinceMs);
    this.#drop();
    await this.#closing;
  }

  /** ffmpeg is looked for while the source starts. Without it a source that passes still works. */
  #prepare(): void {
    this.#options.findFfmpeg().then(
      ffmpeg => {
        this.#ffmpeg = ffmpeg;
        if (!this.#closed && this.#owesKeyframe) this.#bridge();
        // What came before could not be converted, and a decoder needs what a late viewer needs.
        if (!this.#closed && !this.#form) this.#askAnew();
      },
      (error: unknown) => {
        this.#failure =
          error instanceof MediaError ? error : new FfmpegMissingError({ cause: error });
      },
    );
  }

  /** The end of the source is the end of its renditions: the next viewer starts it anew. */
  readonly #follow = (state: State): void => {
    this.#cancelDrain?.();
    this.#cancelDrain = undefined;
    if (state !== 'ended') return;
    const delayMs = this.#passes ? 0 : DRAIN_MS;
    this.#cancelDrain = this.#options.clock.after(delayMs, () => this.#listener.ended());
  };

  #receive(unit: AccessUnit): void {
    if (this.#gathered) this.#gathered.push(unit);
    else this.#take(unit);
  }

  #askAnew(): void {
    this.#gather(() => this.#subscription.requestKeyframe());
  }

  /** What the source hands over at once are the units since its newest keyframe. */
  #gather(ask: () => void): void {
    const units: AccessUnit[] = [];
    this.#gathered = units;
    ask();
    this.#gathered = undefined;
    const [first] = units;
    if (units.length < 2 || !first) {
      if (first) this.#take(first);
      return;
    }
    // In both cases the whole group is known: nothing of it waits for anything.
    if (!this.#ready(first)) return;
    if (this.#passes) this.#giveGroup(units);
    else this.#steps[0]?.catchUp?.(units);
  }

  /** A group that is too long to be sent is kept, and a keyframe is made in its place. */
  #giveGroup(units: readonly AccessUnit[]): void {
    for (const unit of units) this.#gop.push(unit);
    if (this.#gop.isShort) for (const unit of units) this.#listener.unit(unit);
    else if (!this.#bridge()) for (const unit of units) this.#listener.unit(unit);
  }

  /** True when units of this form can be taken. */
  #ready(unit: AccessUnit): boolean {
    this.#look(unit);
    this.#colour = unitColour(unit, this.#colour);
    const coarse = this.#isTooCoarse ? ' coarse' : '';
    const form = `${unit.codec} ${unit.width}x${unit.height}${coarse} ${JSON.stringify(this.#colour)}`;
    return form === this.#form || this.#build(unit, form);
  }

  /** A keyframe of the source, or what has come since the newest if that is short, or one made anew. */
  #requestOfSource(): boolean {
    if (this.#stopgap) {
      this.#stopgap.requestKeyframe();
      return true;
    }
    if (this.#source.requestKeyframe()) return true;
    return this.#gop.isShort ? false : this.#bridge();
  }

  /** Encodes the source's pictures anew until its next keyframe. False where that cannot be. */
  #bridge(): boolean {
    const ffmpeg = this.#ffmpeg;
    const decoded = this.#settings.codec === 'H264' ? this.#options.decoded() : undefined;
    if (!decoded || this.#failure) return false;
    this.#owesKeyframe = !ffmpeg;
    if (!ffmpeg) return true;
    this.#stopgap ??= new Stopgap(decoded, {
      encoder: (picture, made) => {
        const failed = () => this.#endStopgap();
        return this.#transcoders(picture, ['H264'], { ffmpeg, made, failed })[0];
      },
      unit: unit => this.#give(unit),
      ended: encoder => {
        this.#options.encoding(undefined);
        this.#closing = this.#closing.then(() => encoder.close());
      },
    });
    return true;
  }

  #endStopgap(): void {
    const stopgap = this.#stopgap;
    this.#stopgap = undefined;
    stopgap?.close();
  }

  #take(unit: AccessUnit): void {
    const isFirst = this.#form === '';
    if (this.#closed) return;
    const size = this.#sizeFor(unit);
    if (!this.#ready({ ...unit, ...size })) return;
    this.#followFrameRate(unit);
    // The group is too long even to be kept: who came late is helped at once.
    if (this.#passes && isFirst && !unit.key) this.#bridge();
    if (this.#passes) this.#pass(unit);
    else this.#steps[0]?.push(resized(unit, size));
  }

  /**
   * Where pictures are converted, one of another size does not start the transcoders anew: the size in
   * use stays while it comes.
   */
  #sizeFor(unit: AccessUnit): Size {
    const passes = this.#steps.length === 0 && this.#pathFrom(unit).length === 0;
    if (passes || !isPicture(unit.codec)) return unit;
    return this.#steady.take(unit, this.#options.clock.now());
  }

  #pass(unit: AccessUnit): void {
    if (unit.key) {
      this.#owesKeyframe = false;
      this.#endStopgap();
    }
    // Until the stopgap has made a keyframe, those who can go on with the source's own units.
    if (!this.#stopgap?.hasBegun) this.#give(unit);
  }

  /** What comes in larger pieces than wanted is decoded from its next keyframe on. */
  #look(unit: AccessUnit): void {
    if (this.#isTooCoarse || !hasLargerNal(unit, this.#settings.mostNalBytes)) return;
    this.#isTooCoarse = true;
    if (!unit.key) this.#askAnew();
  }

  #give(unit: AccessUnit): void {
    this.#gop.push(unit);
    this.#listener.unit(unit);
  }

  /** Makes the steps for a source of this form. False while that cannot be done. */
  #build(unit: AccessUnit, form: string): boolean {
    const path = this.#pathFrom(unit);
    const nowMs = this.#options.clock.now();
    const isSoon = path.length > 0 && nowMs - this.#builtMs < REBUILD_MS;
    if (isSoon && isPicture(unit.codec)) return false;
    if (path.length > 0 && !this.#ffmpeg) {
      if (this.#failure) this.#fail(this.#failure);
      return false;
    }
    this.#drop();
    this.#form = form;
    this.#passes = path.length === 0;
    const ffmpeg = this.#ffmpeg;
    if (this.#passes || !ffmpeg) return true;
    this.#builtMs = nowMs;
    const made = (coded: AccessUnit) => this.#give(coded);
    const failed = (error: MediaError) => this.#fail(error);
    this.#steps = this.#transcoders(unit, path, { ffmpeg, made, failed });
    return true;
  }

  #pathFrom(unit: AccessUnit): readonly RenditionCodec[] {
    const { codec } = this.#settings;
    if (this.#isTooCoarse) return ['I420', codec];
    const path = match(unit.codec, codec);
    // A picture that only has to be smaller, or of other colours, goes through one step all the same.
    const isOther = codec === 'I420' && !hasSamePixels(this.#colour, VIDEO_COLOUR);
    return path.length === 0 && (isOther || this.#isTooWide(unit)) ? [codec] : path;
  }

  #isTooWide({ width }: AccessUnit): boolean {
    return width > (this.#settings.maxWidth ?? Number.POSITIVE_INFINITY);
  }

  /** Builds from the last step to the first, so that each knows where its units go. */
  #transcoders(
    unit: AccessUnit,
    path: readonly RenditionCodec[],
    { ffmpeg, made, failed }: TranscoderTools,
  ): Transcoder[] {
    const { width, height } = unit;
    const frameRate = this.#frameRate;
    const {
      bitrateBps = automaticBitrate(width, height, frameRate),
      keyframeIntervalMs = KEYFRAME_INTERVAL_MS,
    } = this.#settings;
    const { maxWidth } = this.#settings;
    const scale = maxWidth && this.#isTooWide(unit) ? { scaledWidth: maxWidth } : {};
    const steps: Transcoder[] = [];
    let take = made;
    for (let step = path.length - 1; step >= 0; step -= 1) {
      const from = step === 0 ? unit.codec : path[step - 1];
      const to = path[step];
      if (!from || !to) continue;
      const encoder = to === 'H264' ? this.#chooseEncoder() : {};
      const transcoder = transcoderFor(
        {
          from,
          to,
          width,
          height,
          frameRate,
          bitrateBps,
          keyframeIntervalMs,
          ...(step === 0 ? { colour: unitColour(unit, this.#colour) } : {}),
          ...scale,
          ...encoder,
        },
        { unit: take, failed, softened: this.#softened },
        { ffmpeg, spare: this.#options.spare, clock: this.#options.clock },
      );
      steps.unshift(transcoder);
      take = coded => transcoder.push(coded);
    }
    return steps;
  }

  #chooseEncoder(): Pick<CodecJob, 'encoder' | 'mostNalBytes'> {
    const { hardware, encoding } = this.#options;
    const { mostNalBytes } = this.#settings;
    if (mostNalBytes) {
      // Hardware cuts slices by macroblocks, if at all.
      encoding('libx264');
      return { mostNalBytes };
    }
    const encoder = hardware?.choose(this.#settings.encoder ?? 'automatic') ?? 'libx264';
    encoding(encoder);
    return encoder === 'libx264' ? {} : { encoder };
  }

  readonly #softened = (encoder: H264Encoder, reason: string): void => {
    const { hardware, encoding } = this.#options;
    if (isHardwareEncoder(encoder)) hardware?.failed(encoder, reason);
    if (!this.#closed) encoding('libx264');
  };

  /** Rate control counts pictures: a rate that is far off is corrected. */
  #followFrameRate(unit: AccessUnit): void {
    this.#meter.add(unit.timestampMs, unit.sourceMs);
    const { frameRate: measured } = this.#meter;
    // Encoders count in whole pictures.
    const frameRate = measured && Math.max(1, Math.round(measured));
    if (!frameRate || isNear(frameRate, this.#frameRate)) return;
    this.#frameRate = frameRate;
    this.#meter = new FrameRateMeter();
    for (const step of this.#steps) step.setFrameRate?.(frameRate);
  }

  #fail(error: MediaError): void {
    if (!this.#closed) this.#listener.failed(error);
  }

  #drop(): void {
    const steps = this.#steps;
    this.#steps = [];
    this.#endStopgap();
    this.#gop.clear();
    if (steps.length > 0) this.#options.encoding(undefined);
    for (const step of steps) this.#closing = this.#closing.then(() => step.close());
  }
}

/** What transcoders are made with. */
interface TranscoderTools {
  readonly ffmpeg: Ffmpeg;
  readonly made: (unit: AccessUnit) => void;
  readonly failed: (error: MediaError) => void;
}

/** Of slices: what only informs is not sent. */
function hasLargerNal({ codec, data }: AccessUnit, mostBytes?: number): boolean {
  if (codec !== 'H264' || mostBytes === undefined) return false;
  return [...nalUnits(data)].some(nal => nal.length > mostBytes && nalType(nal) <= LAST_SLICE);
}

/** A busy machine that loses pictures for a second is no other frame rate. */
function isNear(measured: number, assumed: number): boolean {
  return measured > assumed * 0.6 && measured < assumed * 1.5;
}
