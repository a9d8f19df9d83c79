import type { PeerVideoCodec } from '../model/AccessUnit';

/** In which form a peer takes pictures. */
export interface VideoForm {
  readonly codec: PeerVideoCodec;
  /** Of H264: packetization-mode 0, a NAL unit has to fit into a packet (RFC 6184 6.2). */
  readonly isSingleNal?: boolean;
}
