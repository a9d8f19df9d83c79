import { StringDecoder } from 'node:string_decoder';

/** A line without an end is cut here, in characters: stderr of a foreign program is not trusted. */
const LONGEST_LINE = 4096;

/** Cuts a byte stream into its lines, empty ones left out. A bare CR ends a line too: progress displays use it. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #line: (line: string) => void;
  #rest = '';

  constructor(line: (line: string) => void) {
    this.#line = line;
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split(/[\r\n]+/);
    this.#rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) this.#emit(line);
  }

  /** Gives what is left after the last line's end. */
  end(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    this.#emit(rest);
  }

  #emit(line: string): void {
    const text = line.trimEnd().slice(0, LONGEST_LINE);
    if (text) this.#line(text);
  }
}
