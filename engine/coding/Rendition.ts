import type { AccessUnit, VideoCodec } from '../model/AccessUnit';
import { type Clock, systemClock } from '../model/Clock';
import { type Colour, hasSamePixels, JPEG_COLOUR, VIDEO_COLOUR } from '../model/Colour';
import { FfmpegMissingError, MediaError } from '../model/errors';
import { type EncoderSetting, type H264Encoder, isHardwareEncoder } from '../model/H264Encoder';
import type { State } from '../model/lifeCycle';
import { match } from '../model/match';
import type { Origin, OriginListener, OriginRun } from '../model/Origin';
import type { Subscription, Track } from '../model/Track';
import type { Ffmpeg } from '../process/ffmpeg';
import { automaticBitrate, type Conversion } from './Conversion';
import { type Converter, converterFor } from './Converter';
import { FrameRateMeter } from './FrameRateMeter';
import { GopCache } from './GopCache';
import type { HardwareEncoders } from './HardwareEncoders';
import { nalType, nalUnits } from './h264';
import { colourTold } from './spsColour';

/** What is wanted of a source. */
export interface RenditionSettings {
  readonly codec: VideoCodec;
  /** Target of H264 and VP8, in bit/s. Default: by the size of the picture. */
  readonly bitrateBps?: number;
  /** Longest time between two keyframes of H264 and VP8, in ms. Default 10000. */
  readonly keyframeIntervalMs?: number;
  /** Wider pictures are made so wide, in pixels; of JPEG and I420 only. */
  readonly maxWidth?: number;
  /** What makes H264, where it has to be made. Default `automatic`. */
  readonly encoder?: EncoderSetting;
  /** Largest NAL unit of H264, in bytes: what comes in larger ones is coded anew. Default: any. */
  readonly mostNalBytes?: number;
}

/** What a rendition needs. */
export interface RenditionOptions {
  /** Finds ffmpeg; asked only when something must be converted. */
  findFfmpeg: () => Promise<Ffmpeg>;
  /** See `EncoderOptions.spare`. Default true. */
  spare?: boolean;
  /** Knows the hardware that encodes H264. Default: there is none. */
  hardware?: HardwareEncoders | undefined;
  /** Hears what makes H264 from now on; undefined: nothing does. */
  encoding?: (encoder: H264Encoder | undefined) => void;
  /** Source of time. Default: the system's. */
  clock?: Clock;
}

/** Assumed until the source's rate is known, in pictures a second. */
const LIKELY_FRAME_RATE = 30;
/** Up to so many units a late viewer is sent them instead of a keyframe, which costs an encoder's start. */
const SHORT_GOP = 30;
const KEYFRAME_INTERVAL_MS = 10_000;
/** Slices have NAL unit types up to this (H.264, table 7-1). */
const LAST_SLICE = 5;
/** What the converters get to bring out their last pictures when the source has ended, in ms. */
const DRAIN_MS = 1000;

/**
 * A source's stream in one codec, for everybody who wants that: passed through where the source
 * already gives it, else converted by as many steps as `match` says. Follows the source when that
 * changes its codec or size.
 */
export class Rendition implements Origin {
  readonly label: string;
  readonly #source: Track;
  readonly #settings: RenditionSettings;
  readonly #options: Required<RenditionOptions>;

  constructor(
    source: Track,
    settings: RenditionSettings,
    {
      findFfmpeg,
      spare = true,
      hardware,
      encoding = () => {},
      clock = systemClock,
    }: RenditionOptions,
  ) {
    this.label = `${source.label} as ${settings.codec}`;
    this.#source = source;
    this.#settings = settings;
    this.#options = { findFfmpeg, spare, hardware, encoding, clock };
  }

  open(listener: OriginListener): OriginRun {
    return new RenditionRun(this.#source, this.#settings, this.#options, listener);
  }
}

class RenditionRun implements OriginRun {
  readonly #settings: RenditionSettings;
  readonly #options: Required<RenditionOptions>;
  readonly #listener: OriginListener;
  readonly #source: Track;
  readonly #subscription: Subscription;
  readonly #gop = new GopCache();
  #meter = new FrameRateMeter();
  #form = '';
  #colour: Colour = VIDEO_COLOUR;
  #frameRate = LIKELY_FRAME_RATE;
  #steps: Converter[] = [];
  #passes = false;
  /** The source's NAL units are larger than wanted. */
  #isTooCoarse = false;
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
    this.#subscription = source.subscribe({ unit: unit => this.#take(unit) });
  }

  requestKeyframe(): boolean {
    if (this.#passes) return this.#source.requestKeyframe();
    const encoder = this.#steps.at(-1);
    encoder?.requestKeyframe?.();
    return encoder !== undefined;
  }

  catchUp(): readonly AccessUnit[] {
    const { units } = this.#gop;
    return this.#passes || units.length <= SHORT_GOP ? units : [];
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
        // What came before could not be converted, and a decoder needs what a late viewer needs.
        if (!this.#closed && !this.#form) this.#subscription.requestKeyframe();
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

  #take(unit: AccessUnit): void {
    if (this.#closed) return;
    this.#look(unit);
    this.#colour = this.#colourOf(unit);
    const coarse = this.#isTooCoarse ? ' coarse' : '';
    const form = `${unit.codec} ${unit.width}x${unit.height}${coarse} ${JSON.stringify(this.#colour)}`;
    if (form !== this.#form && !this.#build(unit, form)) return;
    if (this.#passes) {
      this.#give(unit);
      return;
    }
    this.#followFrameRate(unit);
    this.#steps[0]?.push(unit);
  }

  /** What comes in larger pieces than wanted is decoded from its next keyframe on. */
  #look(unit: AccessUnit): void {
    if (this.#isTooCoarse || !hasLargerNal(unit, this.#settings.mostNalBytes)) return;
    this.#isTooCoarse = true;
    if (!unit.key) this.#subscription.requestKeyframe();
  }

  #give(unit: AccessUnit): void {
    this.#gop.push(unit);
    this.#listener.unit(unit);
  }

  /** Units of H264 that are no keyframes have the colours of the keyframe before. */
  #colourOf({ codec, key, data, colour }: AccessUnit): Colour {
    switch (codec) {
      case 'I420':
        return colour ?? VIDEO_COLOUR;
      case 'JPEG':
        return JPEG_COLOUR;
      case 'VP8':
        return VIDEO_COLOUR;
      case 'H264': {
        const told = key ? colourTold(data) : undefined;
        return told ? { ...VIDEO_COLOUR, ...told } : this.#colour;
      }
      default:
        return codec satisfies never;
    }
  }

  /** Makes the steps for a source of this form. False while that cannot be done. */
  #build(unit: AccessUnit, form: string): boolean {
    const path = this.#pathFrom(unit);
    if (path.length > 0 && !this.#ffmpeg) {
      if (this.#failure) this.#fail(this.#failure);
      return false;
    }
    this.#drop();
    this.#form = form;
    this.#passes = path.length === 0;
    if (!this.#passes && this.#ffmpeg) this.#chain(unit, path, this.#ffmpeg);
    return true;
  }

  #pathFrom(unit: AccessUnit): readonly VideoCodec[] {
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
  #chain(unit: AccessUnit, path: readonly VideoCodec[], ffmpeg: Ffmpeg): void {
    const { width, height } = unit;
    const frameRate = this.#frameRate;
    const {
      bitrateBps = automaticBitrate(width, height, frameRate),
      keyframeIntervalMs = KEYFRAME_INTERVAL_MS,
    } = this.#settings;
    const { maxWidth } = this.#settings;
    const scale = maxWidth && this.#isTooWide(unit) ? { scaledWidth: maxWidth } : {};
    let take = (made: AccessUnit) => this.#give(made);
    for (let step = path.length - 1; step >= 0; step -= 1) {
      const from = step === 0 ? unit.codec : path[step - 1];
      const to = path[step];
      if (!from || !to) continue;
      const encoder = to === 'H264' ? this.#chooseEncoder() : {};
      const converter = converterFor(
        {
          from,
          to,
          width,
          height,
          frameRate,
          bitrateBps,
          keyframeIntervalMs,
          ...(step === 0 ? { colour: this.#colour } : {}),
          ...scale,
          ...encoder,
        },
        { unit: take, failed: error => this.#fail(error), softened: this.#softened },
        { ffmpeg, spare: this.#options.spare, clock: this.#options.clock },
      );
      this.#steps.unshift(converter);
      take = made => converter.push(made);
    }
  }

  #chooseEncoder(): Pick<Conversion, 'encoder' | 'mostNalBytes'> {
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
    this.#gop.clear();
    if (steps.length > 0) this.#options.encoding(undefined);
    for (const step of steps) this.#closing = this.#closing.then(() => step.close());
  }
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
