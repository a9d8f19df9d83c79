/** How a picture travels on a wire: a JPEG file, packed RGB or RGBA, one byte of brightness, or the planes of I420. */
export type FrameFormat = 'jpeg' | 'rgb24' | 'rgba' | 'gray8' | 'yuv420p';

/** One picture for a flow. */
export interface Frame {
  /** One complete JPEG, or raw pixels without padding. */
  readonly data: Uint8Array;
  readonly format: FrameFormat;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Capture time, in ms since the epoch. */
  readonly timestampMs: number;
  /** Counts the pictures of the source that were offered to the flow, from 0; gaps are drops. */
  readonly sequence: number;
}

/** How a picture comes from a flow: as one that goes there, or as an image file of another kind. */
export type InputFormat = FrameFormat | 'image';

/** One picture of a flow. */
export interface InputFrame {
  /** One complete file, or raw pixels without padding. */
  readonly data: Uint8Array;
  readonly format: InputFormat;
  /** In pixels; only of raw pixels, files say it themselves. */
  readonly width: number;
  /** As `width`. */
  readonly height: number;
}

/** Which stream of pictures of a flow one belongs to. */
export interface FrameTarget {
  /** Whose it is; absent: nobody's, for all. */
  readonly peer?: string | undefined;
  /** What its source is called. Default: empty. */
  readonly topic?: string | undefined;
}
