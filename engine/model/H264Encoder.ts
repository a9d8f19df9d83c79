/** Encoders of ffmpeg that work in hardware, in the order in which they are tried. */
export const HARDWARE_ENCODERS = [
  'h264_v4l2m2m',
  'h264_nvenc',
  'h264_vaapi',
  'h264_qsv',
  'h264_videotoolbox',
] as const;

export type HardwareEncoder = (typeof HARDWARE_ENCODERS)[number];

/** What makes H.264: hardware, or libx264, which works everywhere. */
export type H264Encoder = HardwareEncoder | 'libx264';

/** What a user asks for: hardware where it works, no hardware, or this one. */
export type EncoderSetting = 'automatic' | 'software' | HardwareEncoder;

/** Short names for the status of a node. */
export const ENCODER_TITLES = {
  h264_v4l2m2m: 'V4L2',
  h264_nvenc: 'NVENC',
  h264_vaapi: 'VAAPI',
  h264_qsv: 'QSV',
  h264_videotoolbox: 'VTB',
} as const satisfies Record<HardwareEncoder, string>;

/** Whether a text names a hardware encoder. */
export function isHardwareEncoder(name: string): name is HardwareEncoder {
  return (HARDWARE_ENCODERS as readonly string[]).includes(name);
}
