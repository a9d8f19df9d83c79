import { Child } from './Child';

export interface OutputOptions {
  program: string;
  args: readonly string[];
  /** Environment of the program. Default: that of this process. */
  env?: NodeJS.ProcessEnv;
  /** After so many ms the program is killed. Default 10000. */
  timeoutMs?: number;
}

/** What a program that ran to its end said. */
export interface Output {
  /** Undefined if it did not start, was killed, or took too long. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** May hold secrets that were in the arguments. */
  readonly stderr: string;
  /** Why it did not start. */
  readonly error?: Error;
}

/** Runs a short program with empty input and collects what it says. Never rejects. */
export function outputOf(options: OutputOptions): Promise<Output> {
  const { program, args, env, timeoutMs = 10_000 } = options;
  return new Promise(resolve => {
    const stdout: Buffer[] = [];
    const stderr: string[] = [];
    const finish = (code: number | undefined, error?: Error): void => {
      clearTimeout(timer);
      const text = Buffer.concat(stdout).toString('utf8');
      resolve({ code, stdout: text, stderr: stderr.join('\n'), ...(error && { error }) });
    };
    const child = new Child(
      { program, args, label: program, ...(env && { env }) },
      {
        data: chunk => stdout.push(chunk),
        stderr: line => stderr.push(line),
        exit: exit => finish(exit.code ?? undefined, exit.error),
      },
    );
    const timer = setTimeout(() => {
      void child.stop().then(() => finish(undefined));
    }, timeoutMs);
    child.endInput();
  });
}
