import { i420Bytes } from '../../model/AccessUnit';
import { ByteQueue } from './ByteQueue';

/** Brightness and colour of full range, 0 to 255, as those of video: 16 to 235, and 16 to 240. */
const LUMA = Uint8Array.from({ length: 256 }, (_, value) => Math.round(16 + (value * 219) / 255));
const CHROMA = Uint8Array.from({ length: 256 }, (_, value) =>
  Math.round(128 + ((value - 128) * 224) / 255),
);

/**
 * Cuts a bare stream of I420 pictures, all of one size, without anything between them. Their range
 * is made that of video, which all of ours have: camera programs write the full one, as JPEG has it.
 */
export class I420Cutter {
  readonly #queue = new ByteQueue();
  readonly #bytes: number;
  readonly #lumaBytes: number;
  readonly #picture: (data: Buffer) => void;

  /**
   * @param width in pixels
   * @param height in pixels
   * @param picture gets each picture, in memory of its own
   */
  constructor(width: number, height: number, picture: (data: Buffer) => void) {
    this.#bytes = i420Bytes(width, height);
    this.#lumaBytes = width * height;
    this.#picture = picture;
  }

  push(chunk: Buffer): void {
    this.#queue.push(chunk);
    while (this.#queue.length >= this.#bytes) {
      const data = this.#queue.read(this.#bytes);
      translate(data, 0, this.#lumaBytes, LUMA);
      translate(data, this.#lumaBytes, this.#bytes, CHROMA);
      this.#picture(data);
    }
  }
}

function translate(data: Uint8Array, start: number, end: number, table: Uint8Array): void {
  // Every index is inside: no number of a byte is beyond the table.
  for (let at = start; at < end; at += 1) data[at] = table[data[at] as number] as number;
}
