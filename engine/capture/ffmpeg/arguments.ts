import { MARK_FILTERS } from '../../media/containers/MarkedPictures';
import type { Ffmpeg } from '../../process/ffmpeg';
import type { CaptureOptions } from '../CaptureOptions';
import { urlInput } from '../url';
import type { CameraMode } from '../v4l2/modes';
import { usbInput } from './usb';
import type { Way } from './way';

/** Options of the captures that ffmpeg feeds. */
export type FfmpegCaptureOptions = Exclude<CaptureOptions, { source: 'test' | 'picamera' }>;

/** What `captureArguments` needs to know. */
export interface CaptureRequest {
  options: FfmpegCaptureOptions;
  way: Way;
  ffmpeg: Ffmpeg;
  /** The mode chosen for a USB device, if its modes are known. */
  mode?: CameraMode | undefined;
  /** Its pictures are taken line by line in turn. Default false. */
  isInterlaced?: boolean | undefined;
  /** Its H.264 comes without parameter sets at first: MPEG-TS is written in the place of FLV. */
  isBare?: boolean | undefined;
  /** Default: that of this machine. */
  platform?: NodeJS.Platform;
}

/**
 * ffmpeg's arguments for a capture that writes one stream to stdout: FLV for H264, mpjpeg for
 * JPEG, YUV4MPEG2 for I420, or marked pictures in NUT where they have `ownSizes`. They hold the credentials: never log them.
 */
export function captureArguments(request: CaptureRequest): string[] {
  // The level info makes ffmpeg describe its input, which tells the codec.
  const general = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info'];
  return [...general, ...inputArguments(request), ...outputArguments(request), 'pipe:1'];
}

function inputArguments({ options, way, ffmpeg, mode, platform }: CaptureRequest): string[] {
  // More decoder threads hold pictures back, one each.
  const decoder = way === 'I420' ? ['-threads', '1'] : [];
  switch (options.source) {
    case 'usb':
      return [...decoder, ...usbInput(options, way, mode, platform)];
    case 'url':
      return [...decoder, ...urlInput(options, ffmpeg)];
    case 'file': {
      const loop = options.loop ? ['-stream_loop', '-1'] : [];
      // With the protocol named, a colon in the path is no protocol.
      return [...decoder, '-re', ...loop, '-i', `file:${options.path}`];
    }
    default:
      return options satisfies never;
  }
}

function outputArguments({ options, way, ffmpeg, isInterlaced, isBare }: CaptureRequest): string[] {
  const select = selection(options);
  const atOnce = ['-flush_packets', '1'];
  switch (way) {
    case 'H264':
      return [
        ...select,
        ...['-c:v', 'copy'],
        // Else it keeps silent until a keyframe, and nobody knows that something comes.
        ...(options.source === 'url' ? ['-copyinkf'] : []),
        ...(isBare ? BARE : ['-f', 'flv', '-flvflags', 'no_duration_filesize']),
        ...atOnce,
      ];
    case 'JPEG':
      return [...select, '-c:v', 'copy', '-f', 'mpjpeg', ...atOnce];
    case 'I420': {
      const wanted = options.source === 'usb' ? [] : filtersFor(options);
      const ownSize = ownSizes(options, ffmpeg);
      const filters = [
        ...(isInterlaced ? [DEINTERLACE] : []),
        ...wanted,
        ...(ownSize ? MARK_FILTERS : []),
      ];
      const container = ownSize ? [ownSize, '-c:v', 'rawvideo', '-f', 'nut'] : Y4M;
      return [
        ...select,
        ...ffmpeg.passthrough,
        ...(filters.length > 0 ? ['-vf', filters.join(',')] : []),
        ...['-pix_fmt', 'yuv420p', '-threads', '1', ...container, ...atOnce],
      ];
    }
    default:
      return way satisfies never;
  }
}

/** It has one size for all pictures: ffmpeg scales each to that of the first. */
const Y4M = ['-f', 'yuv4mpegpipe'];

/**
 * The option by which decoded pictures keep their own sizes, each written into it by `MARK_FILTERS`.
 * Undefined where they have one: that of a device is agreed on, and two sides may be set.
 */
export function ownSizes(options: FfmpegCaptureOptions, ffmpeg: Ffmpeg): string | undefined {
  const isSet = options.width !== undefined && options.height !== undefined;
  return options.source === 'usb' || isSet ? undefined : ffmpeg.ownSizes;
}

/** Takes H.264 without its parameter sets. With lengths, a picture is complete when its last byte is here. */
const BARE = ['-f', 'mpegts', '-muxdelay', '0', '-muxpreload', '0', '-omit_video_pes_length', '0'];

/**
 * The first video that is no cover picture. Where a manifest offers several ffmpeg itself takes the
 * largest, as long as it is not told which.
 */
function selection(options: FfmpegCaptureOptions): string[] {
  const address =
    options.source === 'file' ? options.path : options.source === 'url' && options.url;
  const isManifest = address && /\.(m3u8|mpd)([?#]|$)/i.test(address);
  const isDash = options.source === 'url' && options.kind === 'dash';
  return isDash || isManifest ? ['-an', '-sn', '-dn'] : ['-map', '0:V:0'];
}

/**
 * Of the pictures, only those that say that they are interlaced are changed. The filter looks at the
 * next one for each, also of the others: it costs a picture's time, and is taken only where it must.
 */
const DEINTERLACE = 'bwdif=mode=send_frame:deint=interlaced';

/** Filters that give the wanted rate, size and range, and square pixels. */
function filtersFor({ width, height, frameRate }: CaptureOptions): string[] {
  // Dropped first: a picture that is not wanted need not be scaled.
  return [
    ...(frameRate ? [`select='${dropping(frameRate)}'`] : []),
    `scale=w='${widthFor(width, height)}':h='${heightFor(width, height)}':out_range=tv`,
  ];
}

/** Pixels that are wider than high are made square by more of them, those that are higher by more lines. */
function widthFor(width?: number, height?: number): string {
  if (width) return `${width}`;
  return height ? `2*round(${height}*dar/2)` : 'if(eq(sar,1),iw,2*round(iw*max(1,sar)/2))';
}

function heightFor(width?: number, height?: number): string {
  if (height) return `${height}`;
  return width ? `2*round(${width}/dar/2)` : 'if(eq(sar,1),ih,2*round(ih/min(1,sar)/2))';
}

/**
 * An expression that lets so many pictures a second through. Unlike the filter `fps` it decides on
 * a picture without seeing the next, so it costs no time. Variable 0 holds when the next is due; a
 * picture may be early by 0.4 periods, and after a gap or a jump of the clock the count starts anew.
 */
function dropping(frameRate: number): string {
  const period = `1/${frameRate}`;
  const isDue = `gte(t,ld(0)-0.4*${period})+lt(t,ld(0)-2*${period})`;
  return `if(${isDue},1+0*st(0,clip(ld(0),t-${period},t+0.5*${period})+${period}),0)`;
}
