import { ByteQueue } from '../../media/containers/ByteQueue';

// What naudiodon records reaches us in frames, because the native module prints to the same
// standard output, as it likes:
//   0         8             12
//   | marker  | length (LE) | PCM ...
const MARKER = Buffer.from('f5c2a90bd3187e64', 'hex');
const LENGTH_OFFSET = MARKER.length;
const HEADER_BYTES = MARKER.length + 4;
/** A longer frame is none of ours. */
const LONGEST_BYTES = 1 << 20;

/** PCM as a frame, ready to be written to the standard output. */
export function naudiodonFrame(pcm: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MARKER.copy(header);
  header.writeUInt32LE(pcm.length, LENGTH_OFFSET);
  return Buffer.concat([header, pcm]);
}

/** Finds the PCM in what the process writes; all else is skipped. */
export class NaudiodonReader {
  readonly #pcm: (pcm: Buffer) => void;
  #queue = new ByteQueue();

  constructor(pcm: (pcm: Buffer) => void) {
    this.#pcm = pcm;
  }

  push(chunk: Buffer): void {
    this.#queue.push(chunk);
    while (this.#readFrame());
  }

  /** Reads or skips something. False when more bytes are needed. */
  #readFrame(): boolean {
    if (this.#queue.length < HEADER_BYTES) return false;
    const header = this.#queue.peek(HEADER_BYTES);
    const bytes = header.readUInt32LE(LENGTH_OFFSET);
    if (!header.subarray(0, LENGTH_OFFSET).equals(MARKER) || bytes > LONGEST_BYTES) {
      this.#skip();
      return true;
    }
    if (this.#queue.length < HEADER_BYTES + bytes) return false;
    this.#queue.skip(HEADER_BYTES);
    this.#pcm(this.#queue.read(bytes));
    return true;
  }

  /** Goes to where the next marker may begin. */
  #skip(): void {
    const all = this.#queue.peek(this.#queue.length);
    const next = all.indexOf(MARKER.subarray(0, 1), 1);
    this.#queue.skip(next < 0 ? all.length : next);
  }
}
