import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { asError } from '../model/errors/asError';
import { withoutSecrets } from '../model/publicAddress';
import { LineSplitter } from './LineSplitter';
import { forgetChild, keepChild } from './liveChildren';

export interface ChildOptions {
  /** Name on PATH or path of the program. */
  program: string;
  /** Handed over as they are: there is never a shell. */
  args: readonly string[];
  /** Name for messages, without secrets. */
  label: string;
  /** What the program may repeat and nobody may read, such as a password. Default: none is known. */
  secrets?: readonly string[];
  /** Environment of the child. Default: that of this process. */
  env?: NodeJS.ProcessEnv;
  /**
   * What `stop()` sends. Default `SIGKILL`, right for filters, which have no state;
   * `SIGINT` or `SIGTERM` for programs that must give a device back.
   */
  stopSignal?: NodeJS.Signals;
  /** After so many ms a stopped child gets `SIGKILL`. Default 1000. */
  graceMs?: number;
}

/** How a child came to its end. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why the program could not be started. */
  readonly error?: Error;
  /** The last lines of stderr, newest last, without secrets. */
  readonly lastWords: readonly string[];
}

/** Who gets what a child says. Nothing is called after `stop()` was called. */
export interface ChildHandlers {
  /** A piece of stdout. */
  data(chunk: Buffer): void;
  /** The end, once, after the last `data` and `stderr`. */
  exit(exit: ChildExit): void;
  /** One line of stderr, as it came: it may hold secrets. */
  stderr?(line: string): void;
  /** Stdin has taken all that was written. */
  drained?(): void;
}

const LAST_WORDS = 20;
/** A grandchild may hold the pipes open for ever: how long to wait for the rest of the output. */
const DRAIN_MS = 500;

/** A child process under supervision: drained, its last words kept, never left behind. */
export class Child {
  readonly #options: ChildOptions;
  readonly #handlers: ChildHandlers;
  readonly #process: ChildProcessWithoutNullStreams | undefined;
  readonly #lastWords: string[] = [];
  readonly #gone: Promise<void>;
  #resolveGone: () => void = () => {};
  #error: Error | undefined;
  #stopped = false;
  #over = false;
  #warned = false;
  #killTimer: NodeJS.Timeout | undefined;
  #drainTimer: NodeJS.Timeout | undefined;

  /** Starts the program. Never throws: a failure to start comes as `exit` with an `error`. */
  constructor(options: ChildOptions, handlers: ChildHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#gone = new Promise(resolve => {
      this.#resolveGone = resolve;
    });
    try {
      const child = spawn(options.program, [...options.args], {
        stdio: ['pipe', 'pipe', 'pipe'],
        shell: false,
        windowsHide: true,
        ...(options.env && { env: options.env }),
      });
      if (hasPipes(child)) this.#process = child;
      else child.once('error', error => this.#failedToStart(error));
    } catch (error) {
      setImmediate(() => this.#failedToStart(asError(error)));
    }
    if (this.#process) this.#attach(this.#process);
  }

  /** Undefined if the program could not be started. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Bytes that wait in stdin. */
  get backlogBytes(): number {
    return this.#process?.stdin.writableLength ?? 0;
  }

  /** Writes the parts to stdin, in order. False when stdin is gone. Never throws. */
  write(...parts: Buffer[]): boolean {
    const stdin = this.#process?.stdin;
    if (!stdin?.writable || this.#stopped || this.#over) return false;
    stdin.cork();
    for (const part of parts) stdin.write(part);
    stdin.uncork();
    return true;
  }

  /** Ends stdin: a filter then writes its rest and exits. */
  endInput(): void {
    this.#process?.stdin.end();
  }

  /** Idempotent, never rejects; resolves when the process is gone. */
  stop(): Promise<void> {
    if (this.#stopped) return this.#gone;
    this.#stopped = true;
    const child = this.#process;
    if (!this.#over && child?.pid !== undefined) {
      const { stopSignal = 'SIGKILL', graceMs = 1000 } = this.#options;
      child.kill(stopSignal);
      if (stopSignal !== 'SIGKILL') {
        this.#killTimer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      }
    }
    return this.#gone;
  }

  #failedToStart(error: Error): void {
    this.#error = error;
    this.#end(null, null);
  }

  #attach(child: ChildProcessWithoutNullStreams): void {
    keepChild(child);
    const lines = new LineSplitter(line => this.#onLine(line));
    // The pipes are read to their end even after stop(): a full or closed one makes programs hang
    // or abort instead of giving their device back.
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.#stopped) this.#guard(() => this.#handlers.data(chunk));
    });
    child.stdin.on('drain', () => {
      if (!this.#stopped) this.#guard(() => this.#handlers.drained?.());
    });
    child.stderr.on('data', (chunk: Buffer) => lines.push(chunk));
    child.stderr.on('end', () => lines.end());
    // A child that dies leaves EPIPE or ECONNRESET on its pipes. Its exit tells the story.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
    child.on('error', error => {
      // Also emitted when a signal cannot be sent; only a failed start has no pid.
      if (child.pid === undefined) this.#failedToStart(error);
    });
    child.on('exit', (code, signal) => {
      // From here on its id may be that of another process.
      forgetChild(child);
      this.#drainTimer = setTimeout(() => this.#end(code, signal), DRAIN_MS);
    });
    child.on('close', (code, signal) => this.#end(code, signal));
  }

  #onLine(line: string): void {
    if (this.#stopped) return;
    this.#lastWords.push(withoutSecrets(line, this.#options.secrets));
    if (this.#lastWords.length > LAST_WORDS) this.#lastWords.shift();
    this.#guard(() => this.#handlers.stderr?.(line));
  }

  #end(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#killTimer);
    clearTimeout(this.#drainTimer);
    const child = this.#process;
    for (const stream of child ? [child.stdin, child.stdout, child.stderr] : []) stream.destroy();
    this.#resolveGone();
    if (this.#stopped) return;
    const error = this.#error;
    const exit = { code, signal, lastWords: this.#lastWords, ...(error && { error }) };
    this.#guard(() => this.#handlers.exit(exit));
  }

  /** A handler's fault must not stop the draining of the pipes; it is told once, not per picture. */
  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      if (this.#warned) return;
      this.#warned = true;
      const { label, secrets } = this.#options;
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.emitWarning(`A handler of ${label} threw: ${withoutSecrets(text, secrets)}`);
    }
  }
}

/** Where the system has no file descriptor left, Node.js makes none, whatever its types say. */
function hasPipes(child: Partial<ChildProcessWithoutNullStreams>): boolean {
  return child.stdin !== undefined;
}
