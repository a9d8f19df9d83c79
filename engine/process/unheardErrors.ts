import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Keeps this thread alive when a socket, a stream or a child emits an event `error` that nobody
 * listens to: Node.js throws it at the top, where it would end the thread and with it every peer.
 * What emitted it is broken by then, and whoever uses it finds out by its silence. All that did not
 * come from the system is a fault of the program, after which nothing can be relied on: it ends the
 * thread as ever, as soon as the peers were told.
 * @param farewell tells them, so that their pages connect again at once
 */
export function surviveUnheardErrors(
  tell: (text: string) => void,
  farewell: () => Promise<void>,
): void {
  let isOver = false;
  process.on('uncaughtException', error => {
    if (isOfSystem(error)) {
      tell(error.stack ?? error.message);
      return;
    }
    if (isOver) throw error;
    isOver = true;
    void Promise.race([farewell(), sleep(FAREWELL_MS)])
      .catch(() => {
        // It ends anyway.
      })
      .then(() => {
        // Out of the promise, where it would be an unhandled rejection.
        setImmediate(() => {
          throw error;
        });
      });
  });
}

/** What is not said within this time, in ms, is left unsaid. */
const FAREWELL_MS = 100;

/** The system's errors name the call that failed. */
function isOfSystem(error: NodeJS.ErrnoException): boolean {
  return error.syscall !== undefined && error.code !== undefined;
}

/**
 * Keeps this thread alive when a promise is left unhandled. The WebRTC stack leaves some, such as that
 * of a data channel message of unknown kind: what one peer sends must not end the thread and with it
 * all others.
 */
export function surviveUnhandledRejections(tell: (text: string) => void): void {
  process.on('unhandledRejection', reason => {
    tell(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  });
}
