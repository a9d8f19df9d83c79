import { constants, open as openWithCallback } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LineSplitter } from './LineSplitter';
import { outputOf } from './outputOf';

/** Gives the bare descriptor: the stream owns and closes it, and nobody else may. */
const open = promisify(openWithCallback);

/**
 * A named pipe that a program writes lines to. The pipes that Node.js makes for its children are
 * sockets, which cannot be opened by name: programs that take a file name need this.
 */
export class Fifo {
  /** To be given to the program. */
  readonly path: string;
  readonly #directory: string;
  readonly #stream: Socket;
  #closing: Promise<void> | undefined;

  private constructor(directory: string, path: string, fd: number) {
    this.path = path;
    this.#directory = directory;
    this.#stream = new Socket({ fd, readable: true, writable: false });
    // What was in the pipe is lost with it; who reads it notices that lines are missing.
    this.#stream.on('error', () => {});
  }

  /** Undefined where there are none (Windows), or nowhere to put it. Never rejects. */
  static async make(): Promise<Fifo | undefined> {
    const directory = await mkdtemp(join(tmpdir(), `rtcbot-fifo-${process.pid}-`)).catch(
      () => undefined,
    );
    if (!directory) return undefined;
    const path = join(directory, 'fifo');
    try {
      const { code } = await outputOf({ program: 'mkfifo', args: ['-m', '600', path] });
      if (code === 0) {
        // Open for writing, too: neither side ever waits for the other, and the end never comes.
        const fd = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
        return new Fifo(directory, path, fd);
      }
    } catch {
      // No pipe, then: who asked can do without.
    }
    await rm(directory, { recursive: true, force: true });
    return undefined;
  }

  /** Hands over each line that comes, empty ones left out. To be called once. */
  onLine(line: (line: string) => void): void {
    const lines = new LineSplitter(line);
    this.#stream.on('data', (chunk: Buffer) => lines.push(chunk));
  }

  /** Idempotent, never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = new Promise(resolve => this.#stream.once('close', resolve));
    this.#stream.destroy();
    await closed;
    await rm(this.#directory, { recursive: true, force: true }).catch(() => {});
  }
}
