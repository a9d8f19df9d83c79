/**
 * Keeps this thread alive when a socket, a stream or a child emits an event `error` that nobody
 * listens to: Node.js throws it at the top, where it would end the thread and with it every peer.
 * What emitted it is broken by then, and whoever uses it finds out by its silence. All that did not
 * come from the system is a fault of the program, after which nothing can be relied on: it ends the
 * thread as ever.
 */
export function surviveUnheardErrors(tell: (text: string) => void): void {
  process.on('uncaughtException', error => {
    if (!isOfSystem(error)) throw error;
    tell(error.stack ?? error.message);
  });
}

/** The system's errors name the call that failed. */
function isOfSystem(error: NodeJS.ErrnoException): boolean {
  return error.syscall !== undefined && error.code !== undefined;
}
