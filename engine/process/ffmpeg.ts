import { FfmpegMissingError, SettingError } from '../model/errors/errors';
import { type FfmpegCandidate, ffmpegCandidates } from './ffmpegCandidates';
import { outputOf } from './outputOf';

/** An ffmpeg that runs, and what differs between its versions. */
export interface Ffmpeg {
  /** Path, or name on PATH. */
  readonly path: string;
  /** As it calls itself: `5.1.9-0+deb12u1`, `N-47683-g0e8eb07980-static` … */
  readonly version: string;
  /** Major version of libavformat, which tells builds without a release number apart: 58 is 4.x, 59 is 5.x. */
  readonly libavformat: number;
  /** Output option that neither repeats nor drops pictures. */
  readonly passthrough: readonly string[];
  /**
   * Output option by which raw pictures may change their size, in place of being scaled to the first
   * one's. Undefined before 4.4, which had none.
   */
  readonly ownSizes?: string;
  /** Names of its encoders. */
  readonly encoders: ReadonlySet<string>;
  /** The option that bounds the wait for an RTSP server, in microseconds. */
  readonly rtspTimeoutOption: 'timeout' | 'stimeout';
}

export interface FfmpegFinderOptions {
  /** Path that the user set. If it does not work, no other ffmpeg is taken. */
  setting?: string;
  /** Where `FFMPEG_PATH`, `FFMPEG_BIN` and `PATH` are looked up. Default: that of this process. */
  env?: NodeJS.ProcessEnv;
  /** What is tried, in this order. Default: `ffmpegCandidates(setting, env)`. */
  candidates?: () => readonly FfmpegCandidate[];
}

/** Finds an ffmpeg that runs and can encode for browsers, and learns what it can do. */
export class FfmpegFinder {
  readonly #env: NodeJS.ProcessEnv;
  readonly #candidates: () => readonly FfmpegCandidate[];
  #found: Promise<Ffmpeg> | undefined;

  constructor({ setting, env = process.env, candidates }: FfmpegFinderOptions = {}) {
    this.#env = env;
    this.#candidates = candidates ?? (() => ffmpegCandidates(setting, env));
  }

  /**
   * Looks once; after a failure it looks again when asked again.
   * @throws {FfmpegMissingError} when no candidate works
   * @throws {SettingError} when the path that the user set does not work
   */
  find(): Promise<Ffmpeg> {
    if (!this.#found) {
      this.#found = this.#search();
      this.#found.catch(() => {
        this.#found = undefined;
      });
    }
    return this.#found;
  }

  async #search(): Promise<Ffmpeg> {
    const reasons: string[] = [];
    for (const candidate of this.#candidates()) {
      candidate.prepare?.();
      const found = await probe(candidate.path, this.#env);
      if (typeof found !== 'string') return found;
      if (candidate.setting) throw new SettingError('ffmpeg', found);
      reasons.push(found);
    }
    throw new FfmpegMissingError({ cause: new Error(reasons.join('; ')) });
  }
}

/** What the ffmpeg at this path can do, or a sentence on why it is of no use. */
async function probe(path: string, env: NodeJS.ProcessEnv): Promise<Ffmpeg | string> {
  const about = await outputOf({ program: path, args: ['-hide_banner', '-version'], env });
  if (about.code !== 0)
    return `${path} does not run${about.error ? ` (${about.error.message})` : ''}`;
  const version = parseFfmpegVersion(about.stdout);
  if (!version) return `${path} is not ffmpeg`;
  const list = await outputOf({ program: path, args: ['-hide_banner', '-encoders'], env });
  const encoders = parseFfmpegEncoders(list.stdout);
  if (!encoders.has('libx264') && !encoders.has('libvpx')) {
    return `${path} can encode neither H.264 (libx264) nor VP8 (libvpx)`;
  }
  return { path, encoders, ...version };
}

/**
 * What `ffmpeg -version` says. Undefined if that is not ffmpeg. The version of libavformat decides,
 * because builds between releases have names without a number.
 */
export function parseFfmpegVersion(text: string): Omit<Ffmpeg, 'path' | 'encoders'> | undefined {
  const name = /^ffmpeg version (\S+)/m.exec(text)?.[1];
  // "libavformat    59. 27.100 / 59. 27.100": built with, then running with.
  const library = /^libavformat\s.*\/\s*(\d+)\.\s*(\d+)\./m.exec(text);
  if (!name || !library) return undefined;
  const major = Number(library[1]);
  const minor = Number(library[2]);
  // -fps_mode came with 5.1 (libavformat 59.27), which also began to complain about -vsync.
  const hasFpsMode = major > 59 || (major === 59 && minor >= 27);
  return {
    version: name,
    libavformat: major,
    passthrough: [hasFpsMode ? '-fps_mode' : '-vsync', 'passthrough'],
    // The form with a value, -autoscale 0, is refused by 7.0.
    ...(major > 58 || (major === 58 && minor >= 76) ? { ownSizes: '-noautoscale' } : {}),
    // Before 5.0, -timeout of the RTSP demuxer made it a server that listens.
    rtspTimeoutOption: major >= 59 ? 'timeout' : 'stimeout',
  };
}

/** The names in what `ffmpeg -encoders` says: flags, name, description a line. */
export function parseFfmpegEncoders(text: string): ReadonlySet<string> {
  return new Set(
    Array.from(
      text.matchAll(/^\s*[VAS][F.][S.][X.][B.][D.]\s+([\w-]+)/gm),
      match => match[1] ?? '',
    ),
  );
}
