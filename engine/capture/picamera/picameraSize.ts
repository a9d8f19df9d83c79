import { automaticBitrate } from '../../media/codec/CodecJob';
import type { PicameraControls } from '../../model/picameraControls';

/** Size and rate of the pictures that the program is asked for. */
export interface PicameraSize {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** In pictures a second. */
  readonly frameRate: number;
}

const DEFAULT_WIDTH = 640;
const DEFAULT_HEIGHT = 480;
const DEFAULT_FRAME_RATE = 30;
/** What cannot make keyframes on demand makes them often, in seconds. */
const DEFAULT_KEYFRAME_INTERVAL = 2;

/** Size and rate that controls ask for; of a size of which only one side is given, the other is that of 4:3. */
export function picameraSize({ width, height, frameRate }: PicameraControls): PicameraSize {
  const given = { width: Number(width ?? 0), height: Number(height ?? 0) };
  const even = (value: number) => 2 * Math.round(value / 2);
  return {
    width: given.width || even((given.height * 4) / 3) || DEFAULT_WIDTH,
    height: given.height || even((given.width * 3) / 4) || DEFAULT_HEIGHT,
    frameRate: Number(frameRate ?? DEFAULT_FRAME_RATE),
  };
}

/** Keyframe interval and bitrate of H.264 that the camera program makes. */
export function picameraRates(controls: PicameraControls): {
  intraFrames: number;
  bitrateBps: number;
} {
  const { width, height, frameRate } = picameraSize(controls);
  const seconds = Number(controls.keyframeInterval ?? DEFAULT_KEYFRAME_INTERVAL);
  return {
    intraFrames: Math.max(1, Math.round(seconds * frameRate)),
    bitrateBps: Math.round(Number(controls.bitrate ?? automaticBitrate(width, height, frameRate))),
  };
}
