import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Ffmpeg, FfmpegFinder } from '../../process/ffmpeg';
import { outputOf } from '../../process/outputOf';
import {
  parseAvfoundationDevices,
  parseDshowDevices,
  parseDshowOptions,
  parseV4l2Ctl,
  parseV4l2Formats,
} from './deviceTexts';
import type { CameraMode } from './modes';

/** A camera at this machine. */
export interface CameraDevice {
  /** What to put into `CaptureOptions.device`: on Linux a path that stays, where there is one. */
  readonly id: string;
  /** For people. */
  readonly label: string;
  /** Empty if they cannot be found out. */
  readonly modes: readonly CameraMode[];
}

/** Runs a program and gives what it said. */
export type Run = typeof outputOf;

export interface ListCamerasOptions {
  ffmpeg: FfmpegFinder;
  /** Default: that of this machine. */
  platform?: NodeJS.Platform;
  /** Where /sys and /dev are. Default `/`. */
  sysRoot?: string;
  /** Default: really runs it. */
  run?: Run;
}

/** Video nodes of a Raspberry Pi that are no cameras, or only work with libcamera. */
const NO_CAMERA = /bcm2835-(codec|isp)|pispbe|rpi-hevc|rpivid|unicam|rp1-cfe/;

/** A listing takes milliseconds; a device that hangs is not waited for longer, in ms. */
const LISTING_MS = 3000;

/** The cameras that can be opened. Never rejects: what cannot be found out is left out. */
export async function listCameras(options: ListCamerasOptions): Promise<CameraDevice[]> {
  const { platform = process.platform, sysRoot = '/', run = outputOf } = options;
  const pathOf = (id: string) => (platform === 'linux' ? join(sysRoot, id) : id);
  // Without ffmpeg nothing can be captured, but on Linux the cameras can still be named.
  const ffmpeg = await options.ffmpeg.find().catch(() => undefined);
  const found =
    platform === 'linux' ? await linuxCameras(sysRoot) : await namedCameras(platform, ffmpeg, run);
  return Promise.all(
    found.map(async camera => ({
      ...camera,
      modes: await modesOf(pathOf(camera.id), { ffmpeg, platform, run }),
    })),
  );
}

/** The modes of one camera; none if they cannot be found out. Never rejects. */
export async function modesOf(
  device: string,
  {
    ffmpeg,
    platform = process.platform,
    run = outputOf,
  }: {
    ffmpeg: Ffmpeg | undefined;
    platform?: NodeJS.Platform;
    run?: Run;
  },
): Promise<CameraMode[]> {
  if (platform === 'linux') {
    const args = ['--device', device, '--list-formats-ext'];
    const listing = await run({ program: 'v4l2-ctl', args, timeoutMs: LISTING_MS });
    if (listing.code === 0) return parseV4l2Ctl(listing.stdout);
    return parseV4l2Formats(
      await askFfmpeg(ffmpeg, run, ['-f', 'v4l2', '-list_formats', 'all', '-i', device]),
    );
  }
  if (platform !== 'win32') return [];
  const args = ['-f', 'dshow', '-list_options', 'true', '-i', `video=${device}`];
  return parseDshowOptions(await askFfmpeg(ffmpeg, run, args));
}

async function namedCameras(
  platform: NodeJS.Platform,
  ffmpeg: Ffmpeg | undefined,
  run: Run,
): Promise<{ id: string; label: string }[]> {
  const isMac = platform === 'darwin';
  const format = isMac ? 'avfoundation' : 'dshow';
  const input = isMac ? '' : 'dummy';
  const text = await askFfmpeg(ffmpeg, run, ['-f', format, '-list_devices', 'true', '-i', input]);
  const names = isMac ? parseAvfoundationDevices(text) : parseDshowDevices(text);
  return names.map(name => ({ id: name, label: name }));
}

/** What ffmpeg says to a question about devices. It answers on stderr and always ends as failed. */
async function askFfmpeg(ffmpeg: Ffmpeg | undefined, run: Run, args: string[]): Promise<string> {
  if (!ffmpeg) return '';
  const question = { program: ffmpeg.path, args: ['-hide_banner', ...args], timeoutMs: LISTING_MS };
  return (await run(question)).stderr;
}

async function linuxCameras(sysRoot: string): Promise<{ id: string; label: string }[]> {
  const directory = join(sysRoot, 'sys/class/video4linux');
  const stable = await stableIds(sysRoot);
  const cameras: { id: string; label: string }[] = [];
  for (const node of (await names(directory)).sort(byNumber)) {
    const name = await content(join(directory, node, 'name'));
    // A camera has several nodes: pictures come from that with index 0, the others give metadata.
    const index = await content(join(directory, node, 'index'));
    if (index !== '0' || NO_CAMERA.test(name)) continue;
    cameras.push({ id: stable.get(node) ?? `/dev/${node}`, label: `${labelOf(name)} (${node})` });
  }
  return cameras;
}

/** The paths in /dev/v4l/by-id that lead to the nodes: they stay when cameras are plugged elsewhere. */
async function stableIds(sysRoot: string): Promise<Map<string, string>> {
  const directory = join(sysRoot, 'dev/v4l/by-id');
  const ids = new Map<string, string>();
  for (const name of await names(directory)) {
    const target = await realpath(join(directory, name)).catch(() => undefined);
    if (target) ids.set(basename(target), `/dev/v4l/by-id/${name}`);
  }
  return ids;
}

/** Drivers like to say a camera's name twice: "HD Webcam: HD Webcam". */
function labelOf(name: string): string {
  const [first, second] = name.split(': ');
  return first && second && first.startsWith(second) ? first : name;
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** The names in a directory; none if it does not exist. */
async function names(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

/** A short file's content; empty if it does not exist. */
async function content(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).trim();
}
