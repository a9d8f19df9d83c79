import type { HardwareEncoders } from '../media/codec/HardwareEncoders';
import type { RenditionCodec } from '../model/AccessUnit';
import type { Clock } from '../model/Clock';
import type { EncoderSetting, H264Encoder } from '../model/H264Encoder';
import type { Track } from '../model/Track';
import type { Ffmpeg } from '../process/ffmpeg';

/** What is wanted of a source. */
export interface RenditionSettings {
  readonly codec: RenditionCodec;
  /** Target of H264 and VP8, in bit/s. Default: by the size of the picture. */
  readonly bitrateBps?: number;
  /** Longest time between two keyframes of H264 and VP8, in ms. Default 10000. */
  readonly keyframeIntervalMs?: number;
  /** Wider pictures are made so wide, in pixels; of JPEG and I420 only. */
  readonly maxWidth?: number;
  /** What makes H264, where it has to be made. Default `automatic`. */
  readonly encoder?: EncoderSetting;
  /** Largest NAL unit of H264, in bytes: what comes in larger ones is coded anew. Default: any. */
  readonly mostNalBytes?: number;
}

/** What a rendition needs. */
export interface RenditionOptions {
  /** Finds ffmpeg; asked only when something must be converted. */
  findFfmpeg: () => Promise<Ffmpeg>;
  /** See `EncoderOptions.spare`. Default true. */
  spare?: boolean;
  /** Knows the hardware that encodes H264. Default: there is none. */
  hardware?: HardwareEncoders | undefined;
  /** Hears what makes H264 from now on; undefined: nothing does. */
  encoding?: (encoder: H264Encoder | undefined) => void;
  /**
   * The same source's pictures as I420, where it is H.264: an encoder for late viewers is fed from
   * it, and what is made of pictures takes them from there where a decoder runs already. Default: none.
   */
  decoded?: () => Track | undefined;
  /** Source of time. Default: the system's. */
  clock?: Clock;
}
