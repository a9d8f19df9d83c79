import { FfmpegMissingError, type MediaError } from '../../model/errors/errors';
import { SoundMissingError } from '../../model/errors/soundErrors';
import { FfmpegFinder } from '../ffmpeg';
import { outputOf } from '../outputOf';
import type { SoundBackend, SoundSystem } from './soundSystem';

/** Runs a program and gives what it said. */
export type Run = typeof outputOf;

export interface SoundFinderOptions {
  /** Default: one that looks in the same environment. */
  ffmpeg?: FfmpegFinder;
  /** Environment of the programs. Default: that of this process. */
  env?: NodeJS.ProcessEnv;
  /** Default: that of this machine. */
  platform?: NodeJS.Platform;
  /** Default: really runs it. */
  run?: Run;
}

/** A sound server that hangs is not waited for longer, in ms. */
const ANSWER_MS = 3000;

/** Finds the best way to record and play that works: a sound server before the bare cards. */
export class SoundFinder {
  /** Environment for the programs that record and play. */
  readonly env: NodeJS.ProcessEnv;
  readonly #ffmpeg: FfmpegFinder;
  readonly #platform: NodeJS.Platform;
  readonly #run: Run;
  #found: Promise<SoundSystem> | undefined;

  constructor({
    env = process.env,
    ffmpeg = new FfmpegFinder({ env }),
    platform = process.platform,
    run = outputOf,
  }: SoundFinderOptions = {}) {
    // What the tools say is read: it must not be translated.
    this.env = { ...env, LC_ALL: 'C' };
    this.#ffmpeg = ffmpeg;
    this.#platform = platform;
    this.#run = run;
  }

  /**
   * Looks once; after a failure, or `forget()`, it looks again when asked again.
   * @param backend that the user chose: no other is tried, and whether it works shows when it is used
   * @throws {SoundMissingError} when there is no way
   * @throws {FfmpegMissingError} when there is no ffmpeg, on systems where that is the only way
   */
  find(backend?: SoundBackend): Promise<SoundSystem> {
    if (backend) return this.#chosen(backend);
    if (!this.#found) {
      const search = this.#search();
      this.#found = search;
      search.catch(() => {
        if (this.#found === search) this.#found = undefined;
      });
    }
    return this.#found;
  }

  /** The system that was found does not work any more: the next `find()` looks again. */
  forget(): void {
    this.#found = undefined;
  }

  /** Runs one of the sound tools in their environment. For `listMicrophones` and `listSpeakers`. */
  readonly run: Run = options =>
    this.#run({ timeoutMs: ANSWER_MS, ...options, env: options.env ?? this.env });

  async #search(): Promise<SoundSystem> {
    if (this.#platform !== 'linux') return this.#byFfmpeg();
    const reasons: string[] = [];
    for (const { backend, program, args, works } of QUESTIONS) {
      const { code, stdout, stderr, error } = await this.run({ program, args });
      if (code === 0 && works(stdout)) return this.#chosen(backend);
      const reason = error ? 'not installed' : stderr.split('\n').at(-1);
      reasons.push(`${program}: ${reason || 'no sound card'}`);
    }
    if (await this.#hasCards()) return this.#byFfmpeg();
    throw new SoundMissingError([...new Set(reasons)].join('; '));
  }

  async #chosen(backend: SoundBackend): Promise<SoundSystem> {
    if (backend === 'ffmpeg') return this.#byFfmpeg();
    if (backend !== 'pipewire') return { backend };
    const { stdout } = await this.run({ program: 'pw-record', args: ['--help'] });
    return { backend, needsRawOption: /\s--raw\b/.test(stdout) };
  }

  async #byFfmpeg(): Promise<SoundSystem> {
    const format = FFMPEG_FORMATS[this.#platform] ?? 'alsa';
    try {
      const { path, libavformat } = await this.#ffmpeg.find();
      return { backend: 'ffmpeg', ffmpeg: { path, libavformat, format } };
    } catch (error) {
      const cause = { cause: error };
      const missing: MediaError =
        format === 'alsa'
          ? new SoundMissingError('neither sound tools nor ffmpeg are installed', cause)
          : new FfmpegMissingError(cause);
      throw missing;
    }
  }

  /** Whether the kernel knows sound cards, even where no tool of ALSA is installed. */
  async #hasCards(): Promise<boolean> {
    const { stdout } = await this.run({ program: 'cat', args: ['/proc/asound/cards'] });
    return /^\s*\d+ \[/m.test(stdout);
  }
}

const FFMPEG_FORMATS: Partial<Record<NodeJS.Platform, 'avfoundation' | 'dshow'>> = {
  darwin: 'avfoundation',
  win32: 'dshow',
};

const hasCard = (text: string) => /^card \d+:/m.test(text);

/** What is asked to find out whether a backend works, the best backend first. */
const QUESTIONS: readonly {
  backend: SoundBackend;
  program: string;
  args: readonly string[];
  works: (stdout: string) => boolean;
}[] = [
  { backend: 'pulse', program: 'pactl', args: ['info'], works: () => true },
  { backend: 'pipewire', program: 'pw-cli', args: ['info', '0'], works: () => true },
  { backend: 'alsa', program: 'arecord', args: ['-l'], works: hasCard },
  { backend: 'alsa', program: 'aplay', args: ['-l'], works: hasCard },
];
