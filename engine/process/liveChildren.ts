import type { ChildProcess } from 'node:child_process';

/** Gets the process ids of the children that this thread starts, and again when they are gone. */
export type ChildWatcher = (pid: number, isRunning: boolean) => void;

/**
 * The children of this thread, so that none outlives it. A worker that is terminated from outside
 * gets no event `exit`: whoever watches the children ends what is left of them then.
 */
const live = new Set<ChildProcess>();
let watcher: ChildWatcher = () => {};

/** Tells of children from now on, to this one alone. */
export function watchChildren(watch: ChildWatcher): void {
  watcher = watch;
}

/** Remembers a running child; the first one arms the killing at the end of the thread. */
export function keepChild(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (live.size === 0 && !process.listeners('exit').includes(killAll)) {
    process.once('exit', killAll);
  }
  live.add(child);
  watcher(child.pid, true);
}

/** The child is gone. */
export function forgetChild(child: ChildProcess): void {
  if (live.delete(child) && child.pid !== undefined) watcher(child.pid, false);
}

function killAll(): void {
  for (const child of live) child.kill('SIGKILL');
}
