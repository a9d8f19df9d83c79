import type { PixelCodec, RenditionCodec, VideoCodec } from '../../model/AccessUnit';
import {
  type Colour,
  hasSamePixels,
  JPEG_COLOUR,
  matrixName,
  VIDEO_COLOUR,
} from '../../model/Colour';
import type { H264Encoder } from '../../model/H264Encoder';
import type { Ffmpeg } from '../../process/ffmpeg';
import { type HardwareArguments, hardwareArguments } from './hardwareArguments';

/** One step of coding, done by one run of ffmpeg. */
export interface CodecJob {
  readonly from: VideoCodec;
  readonly to: RenditionCodec;
  /** Size of the pictures that go in, in pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Pictures a second that go in, a whole number; it steers the rate control. */
  readonly frameRate: number;
  /** Target of H264 and VP8, in bit/s. */
  readonly bitrateBps: number;
  /** Longest time between two keyframes of H264 and VP8, in ms. */
  readonly keyframeIntervalMs: number;
  /** Width of the pictures that come out, in pixels, if it is another; the proportions stay. */
  readonly scaledWidth?: number;
  /** The pictures are turned clockwise by so many degrees. Not together with a scaled width. */
  readonly turned?: 90 | 270;
  /** What makes H264. Default libx264. */
  readonly encoder?: H264Encoder;
  /** Largest NAL unit of H264, in bytes; libx264 only. Default: a picture is one slice. */
  readonly mostNalBytes?: number;
  /** The first so many pictures are decoded and do not come out: newer ones are there already. */
  readonly skipped?: number;
  /** The colours of what goes in. Default: those that its codec has if it says nothing. */
  readonly colour?: Colour;
}

/** The colours of what goes in. */
function inputColour({ from, colour }: CodecJob): Colour {
  return colour ?? (from === 'JPEG' ? JPEG_COLOUR : VIDEO_COLOUR);
}

/**
 * The colours of what comes out. H264 keeps those of its source, as it can say which they are; only
 * the range is always that of video, the one that every decoder knows.
 */
export function outputColour(job: CodecJob): Colour {
  switch (job.to) {
    case 'H264':
      return { ...inputColour(job), range: 'limited' };
    case 'JPEG':
      return JPEG_COLOUR;
    case 'VP8':
    case 'I420':
      return VIDEO_COLOUR;
    default:
      return job.to satisfies never;
  }
}

/** Size of the pictures that come out, in pixels. Encoders of 4:2:0 pictures refuse odd sizes. */
export function outputSize({ to, width, height, scaledWidth = width, turned }: CodecJob): {
  width: number;
  height: number;
} {
  if (turned) return { width: Math.max(2, height & ~1), height: Math.max(2, width & ~1) };
  const scaledHeight = Math.round((height * scaledWidth) / width);
  if (to === 'JPEG' && scaledWidth === width) return { width, height };
  return { width: Math.max(2, scaledWidth & ~1), height: Math.max(2, scaledHeight & ~1) };
}

/** True if both can be done by the same running program. */
export function isSameConversion(a: CodecJob, b: CodecJob): boolean {
  return (
    a.from === b.from &&
    a.to === b.to &&
    a.width === b.width &&
    a.height === b.height &&
    a.frameRate === b.frameRate &&
    a.bitrateBps === b.bitrateBps &&
    a.keyframeIntervalMs === b.keyframeIntervalMs &&
    a.scaledWidth === b.scaledWidth &&
    a.turned === b.turned &&
    a.encoder === b.encoder &&
    a.mostNalBytes === b.mostNalBytes &&
    JSON.stringify(a.colour) === JSON.stringify(b.colour)
  );
}

// A probe larger than this, or any analysis time, delays the first picture; `-fflags nobuffer`
// would throw the probed packets away. One thread per codec: frame threads add a frame or two.
const PROMPT = ['-hide_banner', '-loglevel', 'error', '-probesize', '32', '-analyzeduration', '0'];
const CONTAINER = ['-fpsprobesize', '0', '-flags', 'low_delay', '-threads', '1'];

/** The arguments of an ffmpeg that converts what comes on stdin to stdout. */
export function codecArguments(job: CodecJob, ffmpeg: Ffmpeg): string[] {
  const hardware = hardwareOf(job, ffmpeg);
  const { skipped } = job;
  const filters = [
    ...(skipped ? [`select='gte(n,${skipped})'`] : []),
    ...sizeFilter(job),
    ...colourFilter(job),
    ...(hardware?.filters ?? []),
  ];
  return [
    ...PROMPT,
    ...(hardware?.device ?? []),
    ...inputArguments(job),
    '-an',
    ...ffmpeg.passthrough,
    ...(filters.length > 0 ? ['-vf', filters.join(',')] : []),
    ...outputArguments(job, hardware),
    '-flush_packets',
    '1',
    'pipe:1',
  ];
}

function hardwareOf(
  { to, encoder = 'libx264' }: CodecJob,
  ffmpeg: Ffmpeg,
): HardwareArguments | undefined {
  return to === 'H264' && encoder !== 'libx264' ? hardwareArguments(encoder, ffmpeg) : undefined;
}

function inputArguments({ from, width, height, frameRate }: CodecJob): string[] {
  switch (from) {
    case 'I420':
    case 'RGB24':
    case 'RGBA':
    case 'GRAY8': {
      const size = ['-video_size', `${width}x${height}`, '-framerate', `${frameRate}`];
      return ['-f', 'rawvideo', '-pix_fmt', PIXEL_FORMATS[from], ...size, '-i', 'pipe:0'];
    }
    case 'H264':
      return [...CONTAINER, '-f', 'flv', '-i', 'pipe:0'];
    case 'JPEG':
    case 'VP8':
      return [...CONTAINER, '-f', 'ivf', '-i', 'pipe:0'];
    default:
      return from satisfies never;
  }
}

/** As ffmpeg calls them. */
const PIXEL_FORMATS: Readonly<Record<PixelCodec | 'I420', string>> = {
  I420: 'yuv420p',
  RGB24: 'rgb24',
  RGBA: 'rgba',
  GRAY8: 'gray',
};

function sizeFilter(job: CodecJob): string[] {
  // One JPEG may be of another size than the next: what comes out keeps its size.
  const { from, width, height } = job;
  const steady = from === 'JPEG' ? [`scale=${width}:${height}:flags=${EXACT}`] : [];
  return [...steady, ...outputFilter(job)];
}

function outputFilter(job: CodecJob): string[] {
  const { width, height } = outputSize(job);
  if (job.turned) {
    const direction = job.turned === 90 ? 'clock' : 'cclock';
    return [`transpose=${direction},crop=${width}:${height}`];
  }
  if (width === job.width && height === job.height) return [];
  // A side of one pixel is made two, where there is nothing to cut off.
  const isCut = width <= job.width && height <= job.height;
  return job.scaledWidth === undefined && isCut
    ? [`crop=${width}:${height}`]
    : [`scale=${width}:${height}:flags=fast_bilinear`];
}

/**
 * Pictures leave in NUT, the one container that takes raw ones, and all of them with their times: by
 * these it is known which of those that went in one is, whatever a decoder leaves out. Their base is
 * the rate by which they were counted, not what the stream itself may say: pictures of a finer pace
 * would fall together.
 */
function pictureArguments({ frameRate }: CodecJob, ...codec: string[]): string[] {
  return [...codec, '-threads', '1', '-enc_time_base', `1:${frameRate}`, '-f', 'nut'];
}

/** Where only the range changes there is nothing to say: the pixel formats tell it, and ffmpeg follows. */
function colourFilter(job: CodecJob): string[] {
  const before = inputColour(job);
  const after = outputColour(job);
  const isTold = job.from !== 'I420' || before.range === 'limited';
  if (isTold && hasSamePixels({ ...before, range: after.range }, after)) return [];
  const matrices = `in_color_matrix=${matrixName(before)}:out_color_matrix=${matrixName(after)}`;
  const ranges = `in_range=${rangeName(before)}:out_range=${rangeName(after)}`;
  return [`scale=${matrices}:${ranges}:flags=${EXACT}`];
}

/** Without them ffmpeg is off by 3 levels, and 4.1 by 16 where the range changes, too. */
const EXACT = 'bilinear+full_chroma_int+accurate_rnd';

function rangeName({ range }: Colour): string {
  return range === 'full' ? 'pc' : 'tv';
}

function outputArguments(job: CodecJob, hardware?: HardwareArguments): string[] {
  switch (job.to) {
    case 'H264':
      return h264Arguments(job, hardware);
    case 'VP8':
      return vp8Arguments(job);
    case 'JPEG': {
      const quality = ['-q:v', '5', '-pix_fmt', 'yuvj420p'];
      return pictureArguments(job, '-c:v', 'mjpeg', ...quality);
    }
    case 'I420':
      return pictureArguments(job, '-c:v', 'rawvideo', '-pix_fmt', 'yuv420p');
    default:
      return job.to satisfies never;
  }
}

function h264Arguments(job: CodecJob, hardware?: HardwareArguments): string[] {
  const { mostNalBytes } = job;
  const slices = mostNalBytes ? [`slice-max-size=${mostNalBytes}`] : [];
  const encoder = hardware?.encoder ?? [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'],
    ...['-profile:v', 'baseline', '-pix_fmt', 'yuv420p'],
    ...[
      '-x264-params',
      ['repeat-headers=1:sliced-threads=0:threads=1:scenecut=0', ...slices].join(':'),
    ],
  ];
  // FLV carries sizes, so a unit is complete when its last byte is here; Annex B ends only with the next.
  const container = ['-f', 'flv', '-flvflags', 'no_duration_filesize'];
  return [...encoder, ...rateArguments(job), ...container];
}

function vp8Arguments(job: CodecJob): string[] {
  const codec = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-threads', '1'];
  const form = ['-lag-in-frames', '0', '-error-resilient', '1', '-pix_fmt', 'yuv420p'];
  return [...codec, ...form, ...rateArguments(job), '-f', 'ivf'];
}

function rateArguments({ bitrateBps, frameRate, keyframeIntervalMs }: CodecJob): string[] {
  const interval = Math.max(1, Math.round((keyframeIntervalMs * frameRate) / 1000));
  const rate = ['-b:v', `${bitrateBps}`, '-maxrate', `${bitrateBps}`];
  // Half a second: short enough that a keyframe does not fill the path, long enough for its bytes.
  return [...rate, '-bufsize', `${Math.round(bitrateBps / 2)}`, '-g', `${interval}`];
}

/**
 * A bitrate that suits the size, in bit/s: 1.5 Mbit/s for 640x480 at 30 pictures a second, and less
 * per pixel as pictures grow, because detail grows slower than area.
 */
export function automaticBitrate(width: number, height: number, frameRate: number): number {
  const megapixelsPerSecond = (width * height * frameRate) / 1e6;
  return (
    Math.round(clamp(370_000 * megapixelsPerSecond ** 0.63, 150_000, 12_000_000) / 1000) * 1000
  );
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
