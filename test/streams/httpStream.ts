import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { HttpServer } from '../support/HttpServer';
import type { ServedStream } from './ServedStream';

/** What an `httpStream` answers with. */
export interface HttpStreamOptions {
  /** Path of the address. Default `/camera`. */
  readonly path?: string;
  /** Header fields of the answer, by their lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** A program and its arguments, run for each request: the body is what it writes to standard output. */
  readonly command: readonly [string, ...string[]];
}

/** Serves what a program writes over HTTP, as fast as it writes. Its last words go to standard error. */
export async function httpStream({
  path = '/camera',
  headers,
  command: [program, ...args],
}: HttpStreamOptions): Promise<ServedStream> {
  const running = new Set<ChildProcess>();
  const server = await HttpServer.start((request, response) => {
    if (request.url !== path) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, headers);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.stdout.pipe(response);
    response.once('close', () => child.kill('SIGKILL'));
  });
  let closing: Promise<void> | undefined;
  return {
    url: server.url(path),
    close: () => {
      closing ??= (async () => {
        const exits = [...running].map(child => once(child, 'exit'));
        for (const child of running) child.kill('SIGKILL');
        await Promise.all([server.close(), ...exits]);
      })();
      return closing;
    },
  };
}
