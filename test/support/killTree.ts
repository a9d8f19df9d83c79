import { descendantsOf } from './processes';

/** Ends a process and everything below it at once. */
export function killTree(pid: number): void {
  for (const each of [pid, ...descendantsOf(pid).map(child => child.pid)]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // Ended by itself meanwhile.
    }
  }
}
