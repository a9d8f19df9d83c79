import { ContainerError } from '../coding/ContainerError';
import { hasBSlice, isSlice, NAL, nalType, nalUnits, type SpsInfo, spsInfo } from '../coding/h264';
import { ParameterSets, withParameterSets } from '../coding/ParameterSets';
import { pixelAspectOf, withColour } from '../coding/spsColour';
import { likelyColour } from '../model/Colour';
import type { PictureHandlers } from './Picture';

/** Profiles that browsers decode: baseline, main, high, all with 8-bit 4:2:0 (H.264, table A-2 onwards). */
const PROFILES = new Set([66, 77, 100]);
/** Why a stream of fields is refused. */
export const INTERLACED = 'interlaced pictures';
/** Pixels that are by so much wider or higher look square. */
const ALMOST_SQUARE = 0.02;

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
  #started = false;
  #refused = false;

  constructor(handlers: PictureHandlers) {
    this.#handlers = handlers;
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
    if (!this.sets.isComplete) this.refuse('no parameter sets');
    if (this.#refused || !this.#info) return;
    this.#started ||= key;
    // Nobody can begin with a picture that refers to one that was never sent.
    if (!this.#started) return;
    const { width, height } = this.#info;
    const sets = withParameterSets(data, this.sets.all);
    // Browsers take for BT.709 what says nothing, other players judge by the size: so it is said.
    const whole = key
      ? withColour(sets, told => ({ ...likelyColour(width, height), ...told }))
      : sets;
    this.#handlers.picture({ codec: 'H264', data: whole, key, width, height }, timeMs);
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
