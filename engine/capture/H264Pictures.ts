import { ContainerError } from '../coding/ContainerError';
import {
  hasBSlice,
  NAL,
  nalType,
  nalUnits,
  type SpsInfo,
  spsInfo,
  withParameterSets,
} from '../coding/h264';
import type { PictureHandlers } from './Picture';

/** Profiles that browsers decode: baseline, main, high, all with 8-bit 4:2:0 (H.264, table A-2 onwards). */
const PROFILES = new Set([66, 77, 100]);

/**
 * Makes H.264 access units fit for WebRTC: begins with a keyframe, puts the parameter sets before
 * each; or finds out why that cannot be.
 */
export class H264Pictures {
  readonly #handlers: PictureHandlers;
  #sps: Buffer | undefined;
  #pps: Buffer | undefined;
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
  configure(sps: Buffer[], pps: Buffer[]): void {
    if (sps.length > 1 || pps.length > 1) this.refuse('several parameter sets');
    if (sps[0]) this.#setSps(sps[0]);
    this.#pps = pps[0] ?? this.#pps;
  }

  /**
   * Takes an access unit, its NAL units behind 4-byte lengths.
   * @param timeMs by the clock of who coded it, in ms
   */
  take(data: Buffer, timeMs?: number): void {
    let key = false;
    for (const nal of nalUnits(data)) {
      const type = nalType(nal);
      if (type === NAL.idr) key = true;
      // Copied: a view would hold the whole picture in memory for as long as the sets are in use.
      if (type === NAL.sps) this.#setSps(Buffer.from(nal));
      if (type === NAL.pps) this.#pps = Buffer.from(nal);
    }
    if (hasBSlice(data)) this.refuse('B-frames');
    if (!this.#sps || !this.#pps || !this.#info) this.refuse('no parameter sets');
    if (this.#refused || !this.#sps || !this.#pps || !this.#info) return;
    this.#started ||= key;
    // Nobody can begin with a picture that refers to one that was never sent.
    if (!this.#started) return;
    const { width, height } = this.#info;
    const whole = withParameterSets(data, this.#sps, this.#pps);
    this.#handlers.picture({ codec: 'H264', data: whole, key, width, height }, timeMs);
  }

  /** The stream is of no use; told once. */
  refuse(reason: string): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#handlers.refused(reason);
  }

  #setSps(sps: Buffer): void {
    if (this.#sps?.equals(sps)) return;
    try {
      this.#info = spsInfo(sps);
      this.#sps = sps;
    } catch (error) {
      if (!(error instanceof ContainerError)) throw error;
      this.refuse(error.problem);
      return;
    }
    const { profileIdc } = this.#info;
    if (!PROFILES.has(profileIdc)) this.refuse(`H.264 profile ${profileIdc}`);
  }
}
