/** The process ends this long after at the latest, in ms: a worker that is stuck cannot be helped. */
const WAIT_MS = 1000;

/** Tells a worker that the process ends now; it answers by setting the number to 1. */
export interface SuddenEnd {
  /** One number, in memory that both threads see. */
  readonly endsNow: Int32Array;
}

/**
 * For a thread where nothing can be awaited any more, as in the process's event `exit`: waits until
 * its worker receives nothing. Node-RED ends its process right after its nodes have closed, and by a
 * call of `process.exit` at any time.
 */
export function awaitSilence(post: (note: SuddenEnd) => void): void {
  const endsNow = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  post({ endsNow });
  Atomics.wait(endsNow, 0, 0, WAIT_MS);
}

/** For the worker, once it receives nothing any more: says so. */
export function saySilence({ endsNow }: SuddenEnd): void {
  Atomics.store(endsNow, 0, 1);
  Atomics.notify(endsNow, 0);
}
