import { readFileSync } from 'node:fs';

/**
 * Ends a child of this process, whichever thread has started it. Never throws. Where that can be
 * seen (Linux), it is made sure that the id has not gone over to a process of somebody else.
 */
export function killOwnChild(pid: number): void {
  if (parentOf(pid) !== process.pid) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

// proc(5): "pid (name) state ppid ..."; the name may itself hold spaces and brackets.
function parentOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return process.pid;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
