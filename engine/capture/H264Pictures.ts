import { ContainerError } from '../media/containers/ContainerError';
import {
  hasBSlice,
  isRecoveryPoint,
  isSlice,
  NAL,
  nalType,
  nalUnits,
  type SpsInfo,
  spsInfo,
} from '../media/h264/h264';
import { ParameterSets, withParameterSets } from '../media/h264/ParameterSets';
import { pixelAspectOf, withColour } from '../media/h264/spsColour';
import { type Clock, systemClock } from '../model/Clock';
import { likelyColour } from '../model/Colour';
import type { PictureHandlers } from './Picture';

/** Profiles that browsers decode: baseline, main, high, all with 8-bit 4:2:0 (H.264, table A-2 onwards). */
const PROFILES = new Set([66, 77, 100]);
/** Why a stream of fields is refused. */
export const INTERLACED = 'interlaced pictures';
/** Pixels that are by so much wider or higher look square. */
const ALMOST_SQUARE = 0.02;

/** Why a stream is refused that browsers cannot begin with. */
export const NO_KEYFRAMES = 'no keyframes';
/** Where keyframes are rare they come after so long at the latest, in ms. */
const MOST_WAIT_MS = 65_000;
/** A stream with recovery points gets so long for a keyframe, in ms: most of these have none. */
const MOST_RECOVERY_MS = 2000;

/**
 * Makes H.264 access units fit for WebRTC: begins with a keyframe, puts the parameter sets before
 * each; or finds out why that cannot be.
 */
export class H264Pictures {
  readonly #handlers: PictureHandlers;
  /** The newest of the stream. */
  readonly sets = new ParameterSets();
  #sps: Buffer | undefined;
  #info: SpsInfo | undefined;
  readonly #clock: Clock;
  #started = false;
  /** Since when pictures have come none of which one can begin with, in ms. */
  #waitsSinceMs: number | undefined;
  /** Some of them can be begun with by who decodes. */
  #recovers = false;
  #refused = false;

  constructor(handlers: PictureHandlers, clock = systemClock) {
    this.#handlers = handlers;
    this.#clock = clock;
  }

  /** True once the stream was refused: nothing more comes of it. */
  get isRefused(): boolean {
    return this.#refused;
  }

  /** Takes parameter sets that come beside the stream. */
  configure(sps: readonly Buffer[], pps: readonly Buffer[]): void {
    for (const set of [...sps, ...pps]) this.sets.take(set);
    for (const set of sps) this.#use(set);
  }

  /**
   * Takes an access unit, its NAL units behind 4-byte lengths.
   * @param timeMs by the clock of who coded it, in ms
   */
  take(data: Buffer, timeMs?: number): void {
    let key = false;
    let slice: Buffer | undefined;
    for (const nal of nalUnits(data)) {
      if (nalType(nal) === NAL.idr) key = true;
      if (isSlice(nal)) slice ??= nal;
      this.sets.take(nal);
    }
    if (hasBSlice(data)) this.refuse('B-frames');
    const sps = slice && this.sets.spsOf(slice);
    if (sps) this.#use(sps);
    if (this.#refused) return;
    this.#started ||= key && this.#info !== undefined;
    // Nobody can begin with a picture that refers to one that was never sent.
    if (!this.#started) {
      this.#wait(data);
      return;
    }
    if (!this.#info) return;
    const { width, height } = this.#info;
    const sets = withParameterSets(data, this.sets.all);
    // Browsers take for BT.709 what says nothing, other players judge by the size: so it is said.
    const whole = key
      ? withColour(sets, told => ({ ...likelyColour(width, height), ...told }))
      : sets;
    this.#handlers.picture({ codec: 'H264', data: whole, key, width, height }, timeMs);
  }

  /**
   * Keyframes may be a minute apart. A stream that is refreshed bit by bit has none at all: who
   * decodes can begin at its recovery points, a browser cannot.
   */
  #wait(data: Buffer): void {
    this.#waitsSinceMs ??= this.#clock.now();
    this.#recovers ||= [...nalUnits(data)].some(isRecoveryPoint);
    const waitedMs = this.#clock.now() - this.#waitsSinceMs;
    if (waitedMs >= (this.#recovers ? MOST_RECOVERY_MS : MOST_WAIT_MS)) this.refuse(NO_KEYFRAMES);
  }

  /** The stream is of no use; told once. */
  refuse(reason: string): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#handlers.refused(reason);
  }

  /** What pictures are made by from now on. */
  #use(sps: Buffer): void {
    if (this.#sps?.equals(sps)) return;
    try {
      this.#info = spsInfo(sps);
      this.#sps = sps;
    } catch (error) {
      if (!(error instanceof ContainerError)) throw error;
      this.refuse(error.problem);
      return;
    }
    const { profileIdc, isInterlaced } = this.#info;
    if (!PROFILES.has(profileIdc)) this.refuse(`H.264 profile ${profileIdc}`);
    // Browsers show both as if it were otherwise: squeezed, and combed.
    if (Math.abs(pixelAspectOf(sps) - 1) > ALMOST_SQUARE) this.refuse('pixels that are not square');
    if (isInterlaced) this.refuse(INTERLACED);
  }
}
