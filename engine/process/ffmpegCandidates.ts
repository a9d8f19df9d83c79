import { accessSync, chmodSync, constants, statSync } from 'node:fs';

/** A place where ffmpeg may be. */
export interface FfmpegCandidate {
  readonly path: string;
  /** The user named it: if it does not work, that is an error. */
  readonly setting?: boolean;
  /** Called before it is tried. */
  readonly prepare?: () => void;
}

/**
 * Where ffmpeg may be, best first. The system's comes before the packaged ones, because that of
 * Raspberry Pi OS knows its hardware.
 * @param setting path that the user set
 * @param load gives what an npm package exports, or throws
 */
export function ffmpegCandidates(
  setting: string | undefined,
  env: NodeJS.ProcessEnv,
  load: (name: string) => unknown = require,
): readonly FfmpegCandidate[] {
  if (setting) return [{ path: setting, setting: true }];
  const paths = [env.FFMPEG_PATH, env.FFMPEG_BIN, 'ffmpeg'].filter(path => path !== undefined);
  return [
    ...paths.filter(path => path !== '').map(path => ({ path })),
    ...['ffmpeg-static', '@ffmpeg-installer/ffmpeg'].flatMap(name => packaged(name, load)),
  ];
}

/**
 * The program in an npm package. The package may be absent, throw on this platform, give null, or
 * name a file that was never downloaded.
 */
function packaged(name: string, load: (name: string) => unknown): FfmpegCandidate[] {
  try {
    const exported = load(name);
    const path = isPlace(exported) ? exported.path : exported;
    return typeof path === 'string' ? [{ path, prepare: () => makeExecutable(path) }] : [];
  } catch {
    // Optional, and not there: the next candidate is tried.
    return [];
  }
}

function isPlace(value: unknown): value is { path: unknown } {
  return typeof value === 'object' && value !== null && 'path' in value;
}

/** Does what the package's install script would have done, where npm did not run it. */
function makeExecutable(path: string): void {
  try {
    const { uid, mode } = statSync(path);
    if (uid !== process.getuid?.()) return;
    try {
      accessSync(path, constants.X_OK);
    } catch {
      chmodSync(path, mode | 0o755);
    }
  } catch {
    // No such file, or a read-only disk: trying to run it gives the reason.
  }
}
