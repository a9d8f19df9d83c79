import type { CaptureOptions } from '../CaptureOptions';
import type { CameraMode } from '../v4l2/modes';
import type { Way } from './way';

export type UsbOptions = Extract<CaptureOptions, { source: 'usb' }>;

/** A device describes itself: there is nothing to probe, and probing costs pictures. */
const NO_PROBE = ['-probesize', '32', '-analyzeduration', '0', '-fpsprobesize', '0'];

/** What ffmpeg calls the codec that a camera is asked for. */
const NAMES = { H264: 'h264', JPEG: 'mjpeg' } as const;

/** Input arguments for a camera at this machine: V4L2 on Linux, AVFoundation on macOS, DirectShow on Windows. */
export function usbInput(
  options: UsbOptions,
  way: Way,
  mode: CameraMode | undefined,
  platform: NodeJS.Platform = process.platform,
): string[] {
  const { device } = options;
  const size = sizeOf(options, mode);
  const rate = options.frameRate ? ['-framerate', String(options.frameRate)] : [];
  switch (platform) {
    case 'darwin': {
      // Its default, 29.97, is a rate that most Macs refuse.
      const always = rate.length > 0 ? rate : ['-framerate', '30'];
      return ['-f', 'avfoundation', ...NO_PROBE, ...always, ...size, '-i', `${device}:none`];
    }
    case 'win32': {
      const codec = way === 'I420' ? [] : ['-vcodec', NAMES[way]];
      const buffer = ['-rtbufsize', '32M'];
      return ['-f', 'dshow', ...buffer, ...codec, ...rate, ...size, '-i', `video=${device}`];
    }
    default: {
      const format = way === 'I420' ? [] : ['-input_format', NAMES[way]];
      return ['-f', 'v4l2', ...NO_PROBE, ...format, ...rate, ...size, '-i', device];
    }
  }
}

/** A size is set whole: where only one side is wanted, the mode knows the other. */
function sizeOf({ width, height }: UsbOptions, mode: CameraMode | undefined): string[] {
  if (!width && !height) return [];
  const whole = { width: width ?? mode?.width, height: height ?? mode?.height };
  return whole.width && whole.height ? ['-video_size', `${whole.width}x${whole.height}`] : [];
}
