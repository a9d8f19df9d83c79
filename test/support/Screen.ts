import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { outputOf } from '../../engine/process/outputOf';
import { programPath } from './programPath';

/** A colour of 0..255 each. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** What is on a screen: `width * height * 3` bytes. */
export interface Screenshot {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

/** An X server without hardware, for windows. */
export class Screen {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** As `DISPLAY` has it. */
  readonly display: string;
  readonly #server: ChildProcess;

  private constructor(server: ChildProcess, display: string, width: number, height: number) {
    this.#server = server;
    this.display = display;
    this.width = width;
    this.height = height;
  }

  /** @throws Error when Xvfb is not installed or does not start */
  static async start({ width = 800, height = 600 } = {}): Promise<Screen> {
    // With its last client gone it would start anew, and refuse who comes meanwhile.
    const screen = ['-noreset', '-screen', '0', `${width}x${height}x24`];
    // It chooses a number that is free, and says which when it is ready.
    const server = spawn(programPath('Xvfb'), ['-displayfd', '1', '-nolisten', 'tcp', ...screen], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    if (!server.stdout) throw new Error('Xvfb has no output');
    const [number] = await Promise.race([
      once(server.stdout, 'data'),
      once(server, 'exit').then(() => {
        throw new Error('Xvfb does not start');
      }),
    ]);
    return new Screen(server, `:${String(number).trim()}`, width, height);
  }

  /** @throws Error when it cannot be taken */
  async screenshot(): Promise<Screenshot> {
    const { width, height, display } = this;
    const grab = spawn(
      programPath('ffmpeg'),
      [
        ...['-loglevel', 'error', '-f', 'x11grab', '-draw_mouse', '0'],
        ...['-video_size', `${width}x${height}`, '-i', display, '-frames:v', '1'],
        ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const chunks: Buffer[] = [];
    for await (const chunk of grab.stdout) chunks.push(chunk);
    const data = Buffer.concat(chunks);
    if (data.length !== width * height * 3) throw new Error('no screenshot');
    return { width, height, data };
  }

  /** Sends a key to the window with this title, as if typed there. */
  async type(title: string, key: string): Promise<void> {
    await this.#xdotool('search', '--name', title, 'key', '--window', '%@', key);
  }

  /** The size of the window with this title; undefined if there is none. */
  async windowSize(title: string): Promise<string | undefined> {
    const { stdout } = await this.#xdotool('search', '--name', title, 'getwindowgeometry');
    return /Geometry: (\d+x\d+)/.exec(stdout)?.[1];
  }

  /** What the window with this title shows; undefined if there is none. */
  async shotOf(title: string): Promise<Screenshot | undefined> {
    const { stdout } = await this.#xdotool('search', '--name', title, 'getwindowgeometry');
    const [, x, y] = /Position: (\d+),(\d+)/.exec(stdout) ?? [];
    const [, width, height] = /Geometry: (\d+)x(\d+)/.exec(stdout) ?? [];
    if (!width) return undefined;
    const part = { x: Number(x), y: Number(y), width: Number(width), height: Number(height) };
    return partOf(await this.screenshot(), part);
  }

  /** Ends the server, and with it what has windows there. */
  async close(): Promise<void> {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const exit = once(this.#server, 'exit');
    this.#server.kill('SIGKILL');
    await exit;
  }

  #xdotool(...args: string[]) {
    return outputOf({
      program: programPath('xdotool'),
      args,
      env: { ...process.env, DISPLAY: this.display },
    });
  }
}

/** A rectangle of a screenshot that lies inside it. */
export function partOf(
  shot: Screenshot,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): Screenshot {
  const rows = Array.from({ length: height }, (_, row) => {
    const start = ((y + row) * shot.width + x) * 3;
    return shot.data.subarray(start, start + width * 3);
  });
  return { width, height, data: Buffer.concat(rows) };
}

/** The part of a picture that has nearly this colour. */
export function shareOf(
  { data }: Screenshot,
  [red, green, blue]: Rgb,
  { tolerance = 24 } = {},
): number {
  const near = (value: number | undefined, wanted: number) =>
    Math.abs((value ?? 0) - wanted) < tolerance;
  let found = 0;
  for (let i = 0; i < data.length; i += 3) {
    if (near(data[i], red) && near(data[i + 1], green) && near(data[i + 2], blue)) found += 1;
  }
  return found / (data.length / 3);
}
