/** What v4l2-ctl and ffmpeg say about cameras, turned into values. */
import { addMode, type CameraMode } from './modes';

type Format = CameraMode['format'];

/** The formats that V4L2 knows by a FourCC and that are not raw. Other compressed ones are of no use. */
const BY_FOURCC: Readonly<Record<string, Format>> = { MJPG: 'mjpeg', JPEG: 'mjpeg', H264: 'h264' };

/** The modes in the output of `v4l2-ctl --list-formats-ext`. Ranges of sizes are left out. */
export function parseV4l2Ctl(text: string): CameraMode[] {
  const modes: CameraMode[] = [];
  let format: Format | undefined;
  let size: { width: number; height: number } | undefined;
  for (const line of text.split('\n')) {
    const fourcc = /^\s*\[\d+\]: '(.{4})'(.*)/.exec(line);
    if (fourcc) {
      const isCompressed = /\bcompressed\b/.test(fourcc[2] ?? '');
      format = BY_FOURCC[fourcc[1] ?? ''] ?? (isCompressed ? undefined : 'raw');
      size = undefined;
    }
    const discrete = /^\s*Size: (?:Discrete (\d+)x(\d+))?/.exec(line);
    if (discrete) size = discrete[1] ? sizeOf(discrete[1], discrete[2]) : undefined;
    const rate = /^\s*Interval: Discrete .*\(([\d.]+) fps\)/.exec(line)?.[1];
    if (format && size && (discrete || rate)) {
      addMode(modes, { format, ...size, frameRates: rate ? [rounded(rate)] : [] });
    }
  }
  return modes;
}

/** The modes in what `ffmpeg -f v4l2 -list_formats all` says; it knows no rates. */
export function parseV4l2Formats(text: string): CameraMode[] {
  const modes: CameraMode[] = [];
  for (const line of text.split('\n')) {
    const [, kind, codec = '', sizes = ''] =
      /\b(Raw|Compressed)\s*:\s*(\S+) :.* :((?: \d+x\d+)+)\s*$/.exec(line) ?? [];
    const format = kind === 'Raw' ? 'raw' : formatOf(codec);
    if (!kind || codec === 'Unsupported' || !format) continue;
    for (const [, width, height] of sizes.matchAll(/(\d+)x(\d+)/g)) {
      addMode(modes, { format, ...sizeOf(width, height), frameRates: [] });
    }
  }
  return modes;
}

/** The modes in what `ffmpeg -f dshow -list_options true` says. */
export function parseDshowOptions(text: string): CameraMode[] {
  const modes: CameraMode[] = [];
  const pattern =
    /(pixel_format|vcodec)=(\S+)\s+min s=\S+ fps=([\d.]+) max s=(\d+)x(\d+) fps=([\d.]+)/g;
  for (const [, kind, codec = '', least = '', width, height, most = ''] of text.matchAll(pattern)) {
    const format = kind === 'pixel_format' ? 'raw' : formatOf(codec);
    if (!format) continue;
    addMode(modes, {
      format,
      ...sizeOf(width, height),
      frameRates: [rounded(most), rounded(least)],
    });
  }
  return modes;
}

/** The names of the cameras in what `ffmpeg -f dshow -list_devices true` says, before 5.0 and since. */
export function parseDshowDevices(text: string): string[] {
  const names: string[] = [];
  let inVideo = false;
  for (const line of text.split('\n')) {
    if (/DirectShow (video|audio) devices/.test(line)) inVideo = /DirectShow video/.test(line);
    const [, name, kind] = /\]\s+"(.+)"(?: \((.+)\))?\s*$/.exec(line) ?? [];
    if (name && (kind ? /video/.test(kind) : inVideo)) names.push(name);
  }
  return names;
}

/** The names of the cameras in what `ffmpeg -f avfoundation -list_devices true` says. */
export function parseAvfoundationDevices(text: string): string[] {
  const names: string[] = [];
  let inVideo = false;
  for (const line of text.split('\n')) {
    if (/AVFoundation (video|audio) devices/.test(line)) inVideo = /AVFoundation video/.test(line);
    const name = /\] \[\d+\] (.+?)\s*$/.exec(line)?.[1];
    if (name && inVideo && !/^Capture screen/.test(name)) names.push(name);
  }
  return names;
}

function formatOf(codec: string): Format | undefined {
  return codec === 'mjpeg' || codec === 'h264' ? codec : undefined;
}

function sizeOf(width = '0', height = '0'): { width: number; height: number } {
  return { width: Number(width), height: Number(height) };
}

/** Rates are told with noise such as 30.00003. */
function rounded(rate: string): number {
  return Math.round(Number(rate) * 100) / 100;
}
