import { i420Bytes } from '../../model/AccessUnit';
import { ByteQueue } from './ByteQueue';
import { ContainerError, unitLength } from './ContainerError';

export interface Y4mHandlers {
  /** One picture as I420 without padding; its size in pixels. */
  picture(data: Buffer, width: number, height: number): void;
}

/** Both header lines are shorter; what is longer is something else. */
const MAX_LINE_BYTES = 256;

type Await = 'stream header' | 'frame header' | 'picture';

/**
 * Takes the pictures out of a YUV4MPEG2 stream (`-f yuv4mpegpipe -pix_fmt yuv420p`) that comes in
 * chunks of any split. Unlike bare raw video it carries the size of the pictures.
 */
export class Y4mParser {
  readonly #queue = new ByteQueue();
  readonly #handlers: Y4mHandlers;
  #await: Await = 'stream header';
  #width = 0;
  #height = 0;
  #pictureBytes = 0;

  constructor(handlers: Y4mHandlers) {
    this.#handlers = handlers;
  }

  /** Takes the next bytes. Throws ContainerError when they are not YUV4MPEG2 with 8-bit 4:2:0. */
  push(chunk: Buffer): void {
    this.#queue.push(chunk);
    while (this.#step());
  }

  /** False when more bytes are needed. */
  #step(): boolean {
    if (this.#await === 'picture') {
      if (this.#queue.length < this.#pictureBytes) return false;
      const data = this.#queue.read(this.#pictureBytes);
      this.#await = 'frame header';
      this.#handlers.picture(data, this.#width, this.#height);
      return true;
    }
    const isFirst = this.#await === 'stream header';
    const line = this.#readLine(isFirst ? 'YUV4MPEG2' : 'FRAME');
    if (line === undefined) return false;
    if (isFirst) this.#readStreamHeader(line);
    this.#await = isFirst ? 'frame header' : 'picture';
    return true;
  }

  /** The next line, which must start with `word`; undefined while its end is not there. */
  #readLine(word: string): string | undefined {
    const start = this.#queue.peek(MAX_LINE_BYTES).toString('latin1');
    if (!start.startsWith(word.slice(0, start.length))) {
      throw new ContainerError('YUV4MPEG2', `no ${word} at ${JSON.stringify(start.slice(0, 40))}`);
    }
    const end = start.indexOf('\n');
    if (end < 0) {
      if (start.length < MAX_LINE_BYTES) return undefined;
      throw new ContainerError('YUV4MPEG2', 'a header line does not end');
    }
    this.#queue.skip(end + 1);
    return start.slice(0, end);
  }

  #readStreamHeader(line: string): void {
    const value = (tag: string) => line.split(' ').find((word, i) => i > 0 && word[0] === tag);
    const layout = value('C') ?? 'C420';
    if (!/^C420(jpeg|mpeg2|paldv)?$/.test(layout)) {
      throw new ContainerError('YUV4MPEG2', `its pixels are ${layout}, not 8-bit 4:2:0`);
    }
    this.#width = Number(value('W')?.slice(1));
    this.#height = Number(value('H')?.slice(1));
    if (!(this.#width > 0 && this.#height > 0)) {
      throw new ContainerError('YUV4MPEG2', `no size in ${JSON.stringify(line)}`);
    }
    this.#pictureBytes = unitLength('YUV4MPEG2', i420Bytes(this.#width, this.#height));
  }
}
