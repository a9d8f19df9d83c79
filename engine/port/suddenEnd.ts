import { closeSockets } from '../peer/stack/liveSockets';

/** The process ends this long after at the latest, in ms: a worker that is stuck cannot be helped. */
const WAIT_MS = 1000;

/** Tells the worker that the process ends now; it answers by setting the number to 1. */
export interface SuddenEnd {
  /** One number, in memory that both threads see. */
  readonly endsNow: Int32Array;
}

/**
 * For the main thread in the process's event `exit`, where nothing can be awaited any more: waits
 * until the worker receives nothing. Node-RED ends its process right after its nodes have closed,
 * and by a call of `process.exit` at any time.
 */
export function awaitSilence(post: (note: SuddenEnd) => void): void {
  const endsNow = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  post({ endsNow });
  Atomics.wait(endsNow, 0, 0, WAIT_MS);
}

/** For the worker: receives nothing any more, and says so. */
export function fallSilent({ endsNow }: SuddenEnd): void {
  closeSockets();
  Atomics.store(endsNow, 0, 1);
  Atomics.notify(endsNow, 0);
}
