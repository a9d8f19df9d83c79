import type { HardwareEncoder } from '../../model/H264Encoder';
import type { Ffmpeg } from '../../process/ffmpeg';

/** What a hardware encoder adds to ffmpeg's arguments. */
export interface HardwareArguments {
  /** Before the input. */
  readonly device: readonly string[];
  /** Filters behind all others. */
  readonly filters: readonly string[];
  /** The encoder and its options, without rate and container. */
  readonly encoder: readonly string[];
}

/** Constrained baseline: a number, because older versions know no name for it everywhere. */
const CONSTRAINED_BASELINE = '578';

/** The first GPU; the name is the kernel's. */
const RENDER_NODE = '/dev/dri/renderD128';

/**
 * Options for the least delay: no B-frames, which WebRTC cannot carry, no look-ahead, nothing in
 * flight that the next picture does not need. Sources: `ffmpeg -h encoder=NAME` of 4.1 to 5.1.
 */
export function hardwareArguments(name: HardwareEncoder, ffmpeg: Ffmpeg): HardwareArguments {
  switch (name) {
    case 'h264_v4l2m2m':
      // Its profile is the general option, which takes numbers only.
      return plain(['-c:v', name, '-profile:v', CONSTRAINED_BASELINE, '-pix_fmt', 'yuv420p']);
    case 'h264_nvenc':
      return plain([
        ...['-c:v', name, ...nvencPreset(ffmpeg), '-zerolatency', '1', '-delay', '0'],
        ...['-rc', 'cbr', '-profile:v', 'baseline', '-bf', '0', '-pix_fmt', 'yuv420p'],
      ]);
    case 'h264_vaapi':
      return {
        device: ['-vaapi_device', RENDER_NODE],
        filters: ['format=nv12', 'hwupload'],
        encoder: ['-c:v', name, '-profile:v', CONSTRAINED_BASELINE, '-bf', '0', ...depth(ffmpeg)],
      };
    case 'h264_qsv':
      return plain([
        ...['-c:v', name, '-preset', 'veryfast', '-async_depth', '1', '-look_ahead', '0'],
        ...['-profile:v', 'baseline', '-bf', '0', '-pix_fmt', 'nv12'],
      ]);
    case 'h264_videotoolbox':
      return plain([
        ...['-c:v', name, '-realtime', '1', '-allow_sw', '0'],
        ...['-profile:v', 'baseline', '-bf', '0', '-pix_fmt', 'yuv420p'],
      ]);
    default:
      return name satisfies never;
  }
}

function plain(encoder: readonly string[]): HardwareArguments {
  return { device: [], filters: [], encoder };
}

/** The presets got new names with ffmpeg 4.4; the old ones are gone from later SDKs. */
function nvencPreset({ libavformat }: Ffmpeg): string[] {
  return libavformat >= 59 ? ['-preset', 'p1', '-tune', 'ull'] : ['-preset', 'llhp'];
}

/** Since 5.1 (which also brought -fps_mode) VAAPI keeps two pictures in flight if not told otherwise. */
function depth({ passthrough }: Ffmpeg): string[] {
  return passthrough.includes('-fps_mode') ? ['-async_depth', '1'] : [];
}
