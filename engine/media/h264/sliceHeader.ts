import { BitReader } from './BitReader';
import { NAL, nalType, spsInfo } from './h264';

/** What the head of a slice says about its frame (H.264, 7.3.3). */
interface SliceHeader {
  readonly ppsId: number;
  readonly frameNumber: number;
  /** Undefined in pictures that are no IDR pictures, and behind the flags of interlaced ones. */
  readonly idrId: number | undefined;
}

/**
 * Whether two slices may be of the same frame, its two fields included: as far as their heads say
 * it (7.4.1.2.4). Slices that cannot be read are taken to be.
 * @param sps of the stream
 */
export function isSameFrame(a: Buffer, b: Buffer, sps: Buffer | undefined): boolean {
  const isIdr = (slice: Buffer) => nalType(slice) === NAL.idr;
  const isReference = (slice: Buffer) => ((slice[0] ?? 0) & 0x60) !== 0;
  if (isIdr(a) !== isIdr(b) || isReference(a) !== isReference(b)) return false;
  try {
    if (!sps) return true;
    const { frameNumberBits, isInterlaced, hasColourPlanes } = spsInfo(sps);
    const head = (slice: Buffer): SliceHeader => {
      const reader = new BitReader(slice, 1);
      reader.unsigned(); // first_mb_in_slice
      reader.unsigned(); // slice_type
      const ppsId = reader.unsigned();
      if (hasColourPlanes) reader.bits(2); // colour_plane_id
      const frameNumber = reader.bits(frameNumberBits);
      const hasId = isIdr(slice) && !isInterlaced;
      return { ppsId, frameNumber, idrId: hasId ? reader.unsigned() : undefined };
    };
    const [one, other] = [head(a), head(b)];
    return (
      one.ppsId === other.ppsId &&
      one.frameNumber === other.frameNumber &&
      one.idrId === other.idrId
    );
  } catch {
    return true; // Damaged: the decoder will conceal it.
  }
}
