import type { Colour } from './Colour';

/** One coded picture, the unit that is queued, fanned out and dropped: never a part of it. */
export interface AccessUnit {
  readonly codec: VideoCodec;
  /**
   * H264: NAL units, each behind a 4-byte big-endian length, without access unit delimiters;
   * a keyframe starts with its SPS and PPS, which tell the colours. VP8: one frame. JPEG: one complete file.
   * I420: the planes Y, U, V without padding, width * height * 3 / 2 bytes.
   * Shared by all subscribers: never written to.
   */
  readonly data: Buffer;
  /** Decodable without any earlier unit. Always true for JPEG and I420. */
  readonly key: boolean;
  /** Capture time, in ms since the epoch (see `epochMs`). */
  readonly timestampMs: number;
  /**
   * When it was taken by the clock of its source, in ms from any point; absent where that is not
   * told. It tells the pace of pictures that arrive in bursts, and nothing else.
   */
  readonly sourceMs?: number;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /**
   * How the colours of an I420 picture are coded. Default `VIDEO_COLOUR`. The parameter sets of H264
   * say it of theirs; VP8 has `VIDEO_COLOUR` and JPEG `JPEG_COLOUR`, always.
   */
  readonly colour?: Colour;
}

/** How a picture is coded. The first two go over WebRTC, the last two feed encoders and flows. */
export type VideoCodec = 'H264' | 'VP8' | 'JPEG' | 'I420';

/** The video codecs that a browser can be sent. */
export type PeerVideoCodec = 'H264' | 'VP8';

/** Bytes of an I420 picture; its chroma planes are rounded up for odd sizes. */
export function i420Bytes(width: number, height: number): number {
  return width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
}
