import { i420Bytes } from '../../model/AccessUnit';

/** The programs that show video in a window, best first. */
export const WINDOW_PROGRAMS = ['mpv', 'ffplay', 'ffmpeg'] as const;

/** A program that shows video in a window. */
export type WindowProgram = (typeof WINDOW_PROGRAMS)[number];

/** What a window shows, and how. */
export interface WindowLook {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  readonly title: string;
  readonly fullScreen: boolean;
  /** The player's choice, or, where that is known to be bad, what is right. */
  readonly drawing: Drawing;
}

/** How pictures get to the screen. */
export type Drawing = 'automatic' | 'graphics card' | 'software';

/** How a program is run; it then shows the I420 pictures of its standard input as they come. */
export interface WindowPlayer {
  readonly program: string;
  readonly args: string[];
}

/** Where the screen is, for a Node-RED that runs as a service and has no screen of its own. */
export interface ScreenSettings {
  /** X display, like `:0`. */
  readonly display?: string | undefined;
  /** Wayland socket, like `wayland-0`. */
  readonly waylandDisplay?: string | undefined;
  /** Directory of the Wayland socket, like `/run/user/1000`. */
  readonly runtimeDirectory?: string | undefined;
}

/** Far above any camera's rate, so that no player waits for the time of a picture. */
const NO_WAITING_RATE = '1000';

/** How to show pictures of this look with this program. */
export function windowPlayer(program: WindowProgram, look: WindowLook): WindowPlayer {
  switch (program) {
    case 'mpv':
      return { program, args: mpv(look) };
    case 'ffplay':
      return { program, args: ffplay(look) };
    case 'ffmpeg':
      return { program, args: ffmpeg(look) };
    default:
      return program satisfies never;
  }
}

/**
 * What is right on this machine.
 * @param hasCard whether there is a graphics card; asked on Linux only
 */
export function drawingOf(
  env: NodeJS.ProcessEnv,
  hasCard: () => boolean,
  platform: NodeJS.Platform = process.platform,
): Drawing {
  if (!isLinux(platform)) return 'automatic';
  return env.DISPLAY && !hasCard() ? 'software' : 'graphics card';
}

/** The environment of a player: this one, and where the screen is. */
export function screenEnvironment(
  env: NodeJS.ProcessEnv,
  { display, waylandDisplay, runtimeDirectory }: ScreenSettings,
  platform: NodeJS.Platform = process.platform,
): NodeJS.ProcessEnv {
  return {
    ...env,
    // What the players say is read: it must not be translated.
    LC_ALL: 'C',
    ...(display && { DISPLAY: display }),
    ...(waylandDisplay && { WAYLAND_DISPLAY: waylandDisplay }),
    ...(runtimeDirectory && { XDG_RUNTIME_DIR: runtimeDirectory }),
    // ffplay and ffmpeg would else show nothing, without a word, when the display is not there.
    ...(isLinux(platform) && { SDL_VIDEODRIVER: display || env.DISPLAY ? 'x11' : 'wayland' }),
  };
}

/** Why no window can open in this environment; undefined where one may. Only Linux has to be told. */
export function screenProblem(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  if (!isLinux(platform)) return undefined;
  if (env.DISPLAY) return undefined;
  if (!env.WAYLAND_DISPLAY) return 'neither DISPLAY nor WAYLAND_DISPLAY is set';
  return env.XDG_RUNTIME_DIR ? undefined : 'XDG_RUNTIME_DIR is not set';
}

function isLinux(platform: NodeJS.Platform): boolean {
  return platform !== 'win32' && platform !== 'darwin';
}

function mpv({ width, height, title, fullScreen, drawing }: WindowLook): string[] {
  return [
    // The user's own settings may do anything; keys of a display are not for it.
    ...['--no-config', '--no-terminal', '--msg-level=all=error', '--no-osc', '--osd-level=0'],
    ...['--no-input-terminal', '--load-scripts=no', '--ytdl=no'],
    ...MPV_OUTPUTS[drawing],
    ...['--profile=low-latency', '--untimed', '--no-cache', '--no-audio'],
    ...['--demuxer=rawvideo', `--demuxer-rawvideo-w=${width}`, `--demuxer-rawvideo-h=${height}`],
    ...['--demuxer-rawvideo-mp-format=yuv420p', `--demuxer-rawvideo-fps=${NO_WAITING_RATE}`],
    `--demuxer-rawvideo-size=${i420Bytes(width, height)}`,
    // It would guess from the size, and show red as orange in 640x480, blue as violet in 720p.
    '--vf=format=colormatrix=bt.601:colorlevels=limited:primaries=bt.709',
    ...[`--title=${escaped(title)}`, `--fullscreen=${fullScreen ? 'yes' : 'no'}`],
    '-',
  ];
}

/**
 * Of the outputs that mpv knows, some need no screen: it would not notice that there is none. And it
 * looks for a graphics card for seconds where there is none.
 */
const MPV_OUTPUTS: Readonly<Record<Drawing, readonly string[]>> = {
  automatic: [],
  'graphics card': ['--vo=gpu,xv,x11'],
  software: ['--vo=x11'],
};

/** mpv takes `${name}` in a title for the value of a property. */
function escaped(title: string): string {
  return title.replaceAll('$', '$$$$');
}

function rawInput({ width, height }: WindowLook, pixelFormat: string): string[] {
  return ['-f', 'rawvideo', pixelFormat, 'yuv420p', '-video_size', `${width}x${height}`];
}

function ffplay(look: WindowLook): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error', '-probesize', '32', '-analyzeduration', '0'],
    ...['-flags', 'low_delay', '-framedrop', '-sync', 'ext', '-an', '-autoexit'],
    ...['-window_title', look.title, ...(look.fullScreen ? ['-fs'] : [])],
    // SDL would take large pictures for BT.709.
    ...['-vf', 'setparams=colorspace=smpte170m'],
    ...[...rawInput(look, '-pixel_format'), '-framerate', NO_WAITING_RATE, '-i', 'pipe:0'],
  ];
}

function ffmpeg(look: WindowLook): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error', '-probesize', '32', '-analyzeduration', '0'],
    ...[...rawInput(look, '-pix_fmt'), '-framerate', '30', '-i', 'pipe:0'],
    ...['-an', '-vsync', 'passthrough', '-pix_fmt', 'yuv420p', '-flush_packets', '1'],
    ...['-f', 'sdl2', '-window_fullscreen', look.fullScreen ? '1' : '0', look.title],
  ];
}
