/**
 * A byte stream is not the container it should be, or announces a unit beyond all measure.
 * There is no way to find the next unit: the process that wrote the stream must be started again.
 */
export class ContainerError extends Error {
  constructor(
    /** The container's name, such as `FLV`. */
    readonly container: string,
    /** What is wrong with it. */
    readonly problem: string,
  ) {
    super(`Not a usable ${container} stream: ${problem}`);
    this.name = 'ContainerError';
  }
}

/** Longest unit that a parser waits for, in bytes. No picture that we handle comes near it. */
const MAX_UNIT_BYTES = 64 * 1024 * 1024;

/** Passes a length found in a stream on, if it is one that a picture can have. Throws ContainerError. */
export function unitLength(container: string, bytes: number): number {
  if (bytes > MAX_UNIT_BYTES) throw new ContainerError(container, `a unit of ${bytes} bytes`);
  return bytes;
}
