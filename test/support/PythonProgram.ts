import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { LineSplitter } from '../../engine/process/LineSplitter';
import { NoUseError, waitFor } from './waitFor';

/** One line of JSON that a program wrote: what happened, and details. */
export interface Happening {
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** How long a program may take to end when its standard input has ended, in ms. */
const END_MS = 5000;
/** Debian's Python; another one in front of it does not see Debian's packages. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** A program of this directory in Debian's Python, which tells what happens as lines of JSON. */
export class PythonProgram {
  readonly happenings: Happening[] = [];
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  #errors = '';

  /**
   * @param file name of the program in this directory
   * @param module that it needs, `aiortc` or `gi`
   */
  constructor(file: string, args: readonly string[] = [], module: Module = 'aiortc') {
    this.#process = spawn(python(module), [join(__dirname, file), ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const lines = new LineSplitter(line => this.happenings.push(JSON.parse(line)));
    this.#process.stdout.on('data', chunk => lines.push(chunk));
    this.#process.stderr.setEncoding('utf8').on('data', text => {
      this.#errors += text;
    });
    // A program that has ended takes nothing any more; that is found out by who waits for it.
    this.#process.stdin.on('error', () => {});
  }

  /** What it wrote to its standard error. */
  get errors(): string {
    return this.#errors;
  }

  /** Writes a line to its standard input. */
  write(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** Waits for something to happen that fits. */
  heard(
    event: string,
    limitMs: number,
    fits: (happening: Happening) => boolean = () => true,
  ): Promise<Happening> {
    return waitFor(`${event} from ${this.#process.spawnargs[1]}`, limitMs, () => {
      const found = this.happenings.find(each => each.event === event && fits(each));
      if (!found && this.#process.exitCode !== null) {
        throw new NoUseError(`it ended with ${this.#process.exitCode}:\n${this.#errors}`);
      }
      return found;
    });
  }

  /** Ends it without a word to anybody, as a crash does. */
  async kill(): Promise<void> {
    await this.#end(() => this.#process.kill('SIGKILL'));
  }

  /** Lets it end by itself. Idempotent. */
  async stop(): Promise<void> {
    const late = setTimeout(() => this.#process.kill('SIGKILL'), END_MS);
    await this.#end(() => this.#process.stdin.end());
    clearTimeout(late);
  }

  async #end(ask: () => void): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'close');
    ask();
    await ended;
  }
}

type Module = 'aiortc' | 'gi';

const found = new Map<Module, string>();

function python(module: Module): string {
  const program =
    found.get(module) ??
    PYTHONS.find(
      each => spawnSync(each, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0,
    );
  if (!program) throw new Error(`no Python with ${module}: sudo apt install python3-${module}`);
  found.set(module, program);
  return program;
}
