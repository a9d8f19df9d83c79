import { SettingError } from '../model/errors/errors';
import { RpicamMissingError } from '../model/errors/picameraErrors';
import { outputOf } from './outputOf';

/** A program that reads the camera module, and what its version knows. */
export interface Rpicam {
  /** Path, or name on PATH. */
  readonly path: string;
  /** `rpicam`: rpicam-vid, or libcamera-vid as it was called at first. `raspivid`: the one before. */
  readonly kind: 'rpicam' | 'raspivid';
  /** As it calls itself, such as `v1.6.0`; empty for raspivid. */
  readonly version: string;
  /** Its long options, without dashes; empty for raspivid, whose options do not change any more. */
  readonly options: ReadonlySet<string>;
}

export interface RpicamFinderOptions {
  /** Path that the user set. If it does not work, no other is tried. */
  setting?: string;
  /** Where `RPICAM_PATH` and `PATH` are looked up. Default: that of this process. */
  env?: NodeJS.ProcessEnv;
  /** Default: really runs it. */
  run?: typeof outputOf;
}

/** The same program under its names, the newest first. */
const NAMES = ['rpicam-vid', 'libcamera-vid', 'raspivid'];

/** Finds the program that reads the camera module, and learns what it can do. */
export class RpicamFinder {
  readonly #setting: string | undefined;
  readonly #env: NodeJS.ProcessEnv;
  readonly #run: typeof outputOf;
  #found: Promise<Rpicam> | undefined;

  constructor({ setting, env = process.env, run = outputOf }: RpicamFinderOptions = {}) {
    this.#setting = setting;
    this.#env = env;
    this.#run = run;
  }

  /** Runs the program that was found. For `listPicameras`. */
  readonly run: typeof outputOf = options => this.#run({ ...options, env: this.#env });

  /**
   * Looks once; after a failure it looks again when asked again.
   * @throws {RpicamMissingError} when there is none
   * @throws {SettingError} when the path that the user set does not work
   */
  find(): Promise<Rpicam> {
    if (!this.#found) {
      this.#found = this.#search();
      this.#found.catch(() => {
        this.#found = undefined;
      });
    }
    return this.#found;
  }

  async #search(): Promise<Rpicam> {
    if (this.#setting) {
      const found = await this.#probe(this.#setting);
      if (typeof found === 'string') throw new SettingError('rpicam-vid', found);
      return found;
    }
    const fromEnv = this.#env.RPICAM_PATH ? [this.#env.RPICAM_PATH] : [];
    const reasons: string[] = [];
    for (const path of [...fromEnv, ...NAMES]) {
      const found = await this.#probe(path);
      if (typeof found !== 'string') return found;
      reasons.push(found);
    }
    throw new RpicamMissingError({ cause: new Error(reasons.join('; ')) });
  }

  /** What the program at this path can do, or a sentence on why it is of no use. */
  async #probe(path: string): Promise<Rpicam | string> {
    const help = await this.run({ program: path, args: ['--help'] });
    if (help.error) return `${path} does not run (${help.error.message})`;
    const text = `${help.stdout}\n${help.stderr}`;
    // raspivid answers on either stream, and with either exit code.
    if (/raspivid/i.test(text)) return { path, kind: 'raspivid', version: '', options: new Set() };
    const options = parseRpicamOptions(help.stdout);
    if (!options.has('codec') || !options.has('list-cameras')) return `${path} is no rpicam-vid`;
    const about = await this.run({ program: path, args: ['--version'] });
    return { path, kind: 'rpicam', version: parseRpicamVersion(about.stdout), options };
  }
}

/** The long options in what `rpicam-vid --help` says: `  -g [ --intra ] arg (=0)  Set …` a line. */
export function parseRpicamOptions(help: string): ReadonlySet<string> {
  const lines = help.matchAll(/^ {1,4}(?:-\w \[ )?--([a-z0-9-]+)/gm);
  return new Set(Array.from(lines, ([, name = '']) => name));
}

/** The version in what `rpicam-vid --version` says: `rpicam-apps build: v1.6.0 …`. Empty if it is not there. */
export function parseRpicamVersion(text: string): string {
  return /apps build: (\S+)/.exec(text)?.[1] ?? '';
}
