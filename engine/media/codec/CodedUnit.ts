/** One unit as a transcoder wrote it. */
export interface CodedUnit {
  readonly data: Buffer;
  readonly key: boolean;
  /** Which of the pictures that went in it is, from 0. */
  readonly index: number;
}

/** Takes a program's stdout in pieces of any size. Throws ContainerError on garbage. */
export interface UnitReader {
  push(chunk: Buffer): void;
}
