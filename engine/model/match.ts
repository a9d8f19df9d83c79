import { isPicture, type PeerVideoCodec, type RenditionCodec, type VideoCodec } from './AccessUnit';

/**
 * The conversions that lead from what a source gives to what is wanted, in order; empty where the
 * source already gives it. Each step is one program run: encoders read pictures, decoders
 * write I420, and JPEG is made from anything at once.
 */
export function match(offered: VideoCodec, wanted: RenditionCodec): readonly RenditionCodec[] {
  if (offered === wanted) return [];
  if (isPicture(offered) || wanted === 'I420' || wanted === 'JPEG') return [wanted];
  return ['I420', wanted];
}

/**
 * The codec to send to a browser: what the source gives when the browser takes it, else H264, which
 * costs half of VP8's encoding, else VP8.
 *
 * @param accepted what the browser's offer holds
 * @param native what the source gives, undefined while unknown
 */
export function preferredCodec(
  accepted: readonly PeerVideoCodec[],
  native?: VideoCodec,
): PeerVideoCodec | undefined {
  return (
    accepted.find(codec => codec === native) ?? (accepted.includes('H264') ? 'H264' : accepted[0])
  );
}
