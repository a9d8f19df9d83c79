import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { PI_4, type StandInSetup } from './setup';

/** A stand-in for rpicam-vid on disk, and the machine that it believes to be on. */
export class StandInRpicam {
  /** To be set as the path of rpicam-vid. */
  readonly path: string;
  /** Holds the file system as far as the engine looks at it: `/sys` of such a machine. */
  readonly sysRoot: string;
  readonly #directory: string;
  #setup: StandInSetup;

  constructor(setup: StandInSetup = PI_4) {
    this.#setup = setup;
    this.#directory = mkdtempSync(join(tmpdir(), 'rtcbot-rpicam-'));
    this.path = join(this.#directory, 'rpicam-vid');
    this.sysRoot = join(this.#directory, 'root');
    this.change({});
    const code = buildSync({
      entryPoints: [join(__dirname, 'standIn.ts')],
      bundle: true,
      platform: 'node',
      target: 'node20',
      write: false,
      logLevel: 'warning',
    });
    const [bundle] = code.outputFiles;
    const before = `#!${process.execPath}\nprocess.env.RPICAM_STAND_IN = ${JSON.stringify(this.#file)};\n`;
    writeFileSync(this.path, `${before}${bundle?.text}`, { mode: 0o755 });
  }

  /** Changes the machine: from the next start on, and a camera that is gone is gone at once. */
  change(setup: Partial<StandInSetup>): void {
    this.#setup = { ...this.#setup, ...setup };
    // In one step: who watches it must not read half of it.
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#setup));
    renameSync(`${this.#file}.new`, this.#file);
    const encoder = join(this.sysRoot, 'sys/class/video4linux/video11');
    rmSync(this.sysRoot, { recursive: true, force: true });
    mkdirSync(encoder, { recursive: true });
    const name = this.#setup.hasHardware ? 'bcm2835-codec-encode' : 'pispbe-output';
    writeFileSync(join(encoder, 'name'), `${name}\n`);
  }

  /** Removes it from disk. */
  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get #file(): string {
    return join(this.#directory, 'setup.json');
  }
}
