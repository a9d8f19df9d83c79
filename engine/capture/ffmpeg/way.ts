import type { VideoCodec } from '../../model/AccessUnit';
import type { CaptureOptions } from '../CaptureOptions';

/** How a source's pictures leave ffmpeg: copied as H.264 or JPEG, or decoded. */
export type Way = Extract<VideoCodec, 'H264' | 'JPEG' | 'I420'>;

/** What is known of a source that bears on the way. */
export interface SourceKnowledge {
  /** ffmpeg's name of the codec, as far as it is known. */
  readonly codec?: string;
  /** Its H.264 cannot be carried by WebRTC, or its pictures have to be turned. */
  readonly mustDecode?: boolean;
  /** It has no keyframes that a browser can begin with. */
  readonly noKeyframes?: boolean;
  /** Its parameter sets come with the stream only. */
  readonly isBare?: boolean;
  /** It let its start time pass without a picture, although it answered. */
  readonly isSlow?: boolean;
  /** Its pictures are taken line by line in turn. */
  readonly isInterlaced?: boolean;
  /** What a USB device is asked for, by ffmpeg's name; absent: raw pictures. */
  readonly asks?: 'h264' | 'mjpeg';
  /** The H.264 of a USB device is of no use: it is asked for something else. */
  readonly noH264?: boolean;
}

/** Chooses the cheapest way; for a codec not known yet the one that is lost least if it was wrong. */
export function wayOf(options: CaptureOptions, known: SourceKnowledge): Way {
  const { codec, mustDecode = false, asks } = known;
  if (mustDecode) return 'I420';
  if (options.source === 'usb') {
    if (!asks || (codec ?? asks) !== asks) return 'I420';
    return asks === 'h264' ? 'H264' : 'JPEG';
  }
  // The device does size and rate itself; for all others that takes decoding.
  if (options.width || options.height || options.frameRate) return 'I420';
  switch (codec) {
    case undefined:
    case 'h264':
      return 'H264';
    case 'mjpeg':
      return 'JPEG';
    default:
      return 'I420';
  }
}

/** What one line of ffmpeg's account of its input says about the way. */
export function findingIn(line: string): SourceKnowledge | undefined {
  // The cover of a film or song is listed like a video.
  if (line.includes('(attached pic)')) return undefined;
  const codec = /^\s*Stream #0:\d+.*?: Video: (\w+)/.exec(line)?.[1];
  // ffmpeg 4 says nothing of fields.
  const isInterlaced = /, \w+\([^)]*\b(top|bottom) (coded )?first/.test(line);
  if (codec) return isInterlaced ? { codec, isInterlaced } : { codec };
  // A picture that has to be turned before it is shown: players of files do it, browsers do not.
  const turn =
    /displaymatrix: rotation of (-?[\d.]+)/.exec(line) ?? /^\s*rotate\s*:\s*(-?\d+)/.exec(line);
  return turn && Number(turn[1]) % 360 !== 0 ? { mustDecode: true } : undefined;
}

/**
 * Lines that mean that the container cannot hold what was to be copied. Pictures with B-frames from
 * an RTSP camera come without the times that it needs.
 */
const COPY_REFUSALS = [
  'Could not write header',
  'not compatible with flv',
  'not currently supported in container',
  'Packet is missing PTS',
  'unknown timestamp',
];

/** Whether a line of stderr means that the stream cannot be copied into its container. */
export function refusesCopy(line: string): boolean {
  return COPY_REFUSALS.some(refusal => line.includes(refusal));
}

/** Whether a line of stderr means that ffmpeg has not found the parameter sets: they may still come. */
export function lacksParameterSets(line: string): boolean {
  return line.includes('dimensions not set');
}
