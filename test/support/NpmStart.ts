import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './packedPackage';
import { NoUseError, waitFor } from './waitFor';

/** A run of what `npm start` starts, with a directory of its own for what it makes. */
export class NpmStart {
  readonly child: ChildProcess;
  /** Settles with exit code and signal. */
  readonly ended: Promise<unknown[]>;
  readonly #scratch = mkdtempSync(join(tmpdir(), 'rtcbot-start-'));
  #text = '';

  /**
   * @param env variables added to the environment
   * @param byNpm the child is npm, as users start it; else the script
   */
  constructor(port: number, env: Readonly<Record<string, string>> = {}, byNpm = false) {
    const [program, ...words] = byNpm
      ? ['npm', 'start']
      : [process.execPath, join(ROOT, 'scripts/start.mjs')];
    this.child = spawn(program as string, words, {
      cwd: ROOT,
      env: {
        ...process.env,
        PORT: String(port),
        HOST: '127.0.0.1',
        TMPDIR: this.#scratch,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = once(this.child, 'exit');
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', more => {
        this.#text += more;
      });
    }
  }

  /** Everything written so far. */
  get text(): string {
    return this.#text;
  }

  /** What it has left in its directory for temporary files. The cache is of Node.js 24's npm. */
  get leftFiles(): string[] {
    return readdirSync(this.#scratch).filter(name => name !== 'node-compile-cache');
  }

  /** Waits for the addresses that it prints: of the live page and of the editor. */
  async addresses(): Promise<{ page: string; editor: string }> {
    const [, page = '', editor = ''] = await waitFor('greeting', 60_000, () => {
      if (this.child.exitCode !== null) throw new NoUseError(`it ended: ${this.#text}`);
      return /Live page +(\S+)\n +Editor +(\S+)\n/.exec(this.#text) ?? undefined;
    });
    return { page, editor };
  }

  /** Stops it as Ctrl-C does, and removes what is left. Idempotent. */
  async stop(): Promise<void> {
    this.child.kill('SIGINT');
    await this.ended;
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}
