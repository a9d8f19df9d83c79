import { ByteQueue } from './ByteQueue';
import { ContainerError, unitLength } from './ContainerError';

/** The boundary that ffmpeg's own muxer writes. */
const BOUNDARY = '--ffmpeg';

/** A part's header is about 70 bytes; what is longer is something else. */
const MAX_HEADER_BYTES = 512;

/**
 * Takes the JPEG files out of ffmpeg's multipart output (`-f mpjpeg`), each as soon as its last
 * byte is there, from chunks of any split.
 */
export class MpjpegParser {
  readonly #queue = new ByteQueue();
  readonly #picture: (jpeg: Buffer) => void;
  /** Length of the JPEG that is being waited for; undefined while its header is. */
  #bytes: number | undefined;

  constructor(picture: (jpeg: Buffer) => void) {
    this.#picture = picture;
  }

  /** Takes the next bytes. Throws ContainerError when they are not multipart JPEG. */
  push(chunk: Buffer): void {
    this.#queue.push(chunk);
    while (this.#readHeader() && this.#readPicture());
  }

  /** True once the header of the next picture has been read. */
  #readHeader(): boolean {
    if (this.#bytes !== undefined) return true;
    const start = this.#queue.peek(MAX_HEADER_BYTES).toString('latin1');
    const text = start.trimStart();
    if (!text.startsWith(BOUNDARY.slice(0, text.length))) {
      throw new ContainerError('mpjpeg', `${JSON.stringify(text.slice(0, 40))} is no boundary`);
    }
    const end = start.indexOf('\r\n\r\n', start.length - text.length);
    if (end < 0) {
      if (start.length < MAX_HEADER_BYTES) return false;
      throw new ContainerError('mpjpeg', 'the header of a part does not end');
    }
    const length = /\r\ncontent-length:[ \t]*(\d+)/i.exec(start.slice(0, end))?.[1];
    if (length === undefined) throw new ContainerError('mpjpeg', 'a part without Content-length');
    this.#bytes = unitLength('mpjpeg', Number(length));
    this.#queue.skip(end + 4);
    return true;
  }

  /** True once the picture was whole and handed over. */
  #readPicture(): boolean {
    if (this.#bytes === undefined || this.#queue.length < this.#bytes) return false;
    const jpeg = this.#queue.read(this.#bytes);
    this.#bytes = undefined;
    this.#picture(jpeg);
    return true;
  }
}
