import type { Colour } from './Colour';

/** One coded picture, the unit that is queued, fanned out and dropped: never a part of it. */
export interface AccessUnit {
  readonly codec: VideoCodec;
  /**
   * H264: NAL units, each behind a 4-byte big-endian length, without access unit delimiters;
   * a keyframe starts with its SPS and PPS, which tell the colours. VP8: one frame. JPEG: one complete file.
   * I420: the planes Y, U, V without padding, width * height * 3 / 2 bytes.
   * RGB24, RGBA, GRAY8: the pixels row by row without padding, 3, 4 or 1 bytes each.
   * Shared by all subscribers: never written to.
   */
  readonly data: Buffer;
  /** Decodable without any earlier unit. Always true for pictures (see `isPicture`). */
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

/**
 * How a picture is coded. The first two go over WebRTC, the next two feed encoders and flows; the
 * pixels are only what flows put in.
 */
export type VideoCodec = 'H264' | 'VP8' | 'JPEG' | 'I420' | PixelCodec;

/** Pixels as flows have them: converted by the program that codes them. */
export type PixelCodec = 'RGB24' | 'RGBA' | 'GRAY8';

/** What a source can be had in. */
export type RenditionCodec = Exclude<VideoCodec, PixelCodec>;

/** The video codecs that a browser can be sent. */
export type PeerVideoCodec = 'H264' | 'VP8';

/** Bytes of an I420 picture; its chroma planes are rounded up for odd sizes. */
export function i420Bytes(width: number, height: number): number {
  return width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
}

/** Whether each unit is a whole picture, so that any of them can be left out. */
export function isPicture(codec: VideoCodec): boolean {
  return codec !== 'H264' && codec !== 'VP8';
}
