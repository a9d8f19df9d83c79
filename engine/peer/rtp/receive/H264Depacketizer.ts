import { ContainerError } from '../../../media/containers/ContainerError';
import { isSlice, joinNals, NAL, nalType, spsInfo } from '../../../media/h264/h264';
import { ParameterSets, withParameterSets } from '../../../media/h264/ParameterSets';
import { FU_A, STAP_A } from '../payloadUnits';
import type { Depacketizer, ReceivedPicture } from './PictureAssembler';

// Payload types beside those of NAL units, RFC 6184 5.2.
const LAST_SINGLE = 23;
const FORBIDDEN_BIT = 0x80;
const FRAGMENT_START = 0x80;
const FRAGMENT_END = 0x40;

/**
 * Reads H.264 payloads of packetization-mode 0 and 1 (RFC 6184): single NAL units, STAP-A, FU-A.
 * Keeps the parameter sets: a keyframe gets them also from senders that sent them once, or apart.
 */
export class H264Depacketizer implements Depacketizer {
  #nals: Buffer[] = [];
  /** The pieces of the NAL unit that is being put together. */
  #fragments: Buffer[] = [];
  readonly #sets = new ParameterSets();

  startsPicture(payload: Buffer): boolean {
    const first = nalType(payload) === STAP_A ? payload.subarray(3) : payload;
    const type = nalType(first);
    return type === NAL.sps || type === NAL.delimiter;
  }

  push(payload: Buffer): boolean {
    const [indicator = FORBIDDEN_BIT] = payload;
    if (indicator & FORBIDDEN_BIT) return false;
    const type = nalType(payload);
    if (type === FU_A) return this.#pushFragment(payload);
    if (this.#fragments.length > 0) return false;
    if (type === STAP_A) return this.#pushAggregate(payload);
    if (type > LAST_SINGLE) return false;
    this.#take(payload);
    return true;
  }

  finish(): ReceivedPicture | 'empty' | 'damaged' {
    const nals = this.#nals;
    const isCutOff = this.#fragments.length > 0;
    this.discard();
    if (isCutOff) return 'damaged';
    const slice = nals.find(isSlice);
    if (!slice) return 'empty';
    const size = this.#size(slice);
    if (!this.#sets.isComplete || !size) return 'damaged';
    const key = nals.some(nal => nalType(nal) === NAL.idr);
    return { data: withParameterSets(joinNals(nals), this.#sets.all), key, ...size };
  }

  discard(): void {
    this.#nals = [];
    this.#fragments = [];
  }

  #take(nal: Buffer): void {
    this.#sets.take(nal);
    if (nalType(nal) !== NAL.delimiter) this.#nals.push(nal);
  }

  // STAP-A (5.7.1): | F NRI type=24 | size u16 | NAL | size u16 | NAL …
  #pushAggregate(payload: Buffer): boolean {
    let at = 1;
    while (at + 2 < payload.length) {
      const start = at + 2;
      at = start + payload.readUInt16BE(at);
      if (at === start || at > payload.length) return false;
      this.#take(payload.subarray(start, at));
    }
    return at === payload.length && at > 1;
  }

  // FU-A (5.8): | F NRI type=28 | S E R type | a piece of the NAL without its first byte
  #pushFragment(payload: Buffer): boolean {
    const [indicator = 0, header = 0] = payload;
    if (payload.length < 3) return false;
    const isStart = (header & FRAGMENT_START) !== 0;
    if (isStart !== (this.#fragments.length === 0)) return false;
    if (isStart) this.#fragments.push(Buffer.from([(indicator & 0x60) | (header & 0x1f)]));
    this.#fragments.push(payload.subarray(2));
    if (header & FRAGMENT_END) {
      const nal = Buffer.concat(this.#fragments);
      this.#fragments = [];
      this.#take(nal);
    }
    return true;
  }

  #size(slice: Buffer): { width: number; height: number } | undefined {
    const sps = this.#sets.spsOf(slice);
    if (!sps) return undefined;
    try {
      const { width, height } = spsInfo(sps);
      return { width, height };
    } catch (error) {
      if (!(error instanceof ContainerError)) throw error;
      return undefined;
    }
  }
}
