import { readdirSync, readFileSync } from 'node:fs';

/** A running process as Linux's /proc shows it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  /** The program's name as the kernel keeps it: at most 15 characters. */
  readonly name: string;
  /** The arguments, the program first. Empty for a process that ended and was not yet reaped. */
  readonly command: readonly string[];
  /** CPU time of the process itself, in ms. */
  readonly cpuMs: number;
  /** CPU time of its children that ended and were reaped, theirs included, in ms. */
  readonly reapedCpuMs: number;
  /** Resident memory, in bytes. */
  readonly rssBytes: number;
}

// proc(5): times in /proc are in clock ticks, and USER_HZ is 100 on every Linux architecture
// that Node.js runs on.
const MS_PER_TICK = 10;
const PAGE_BYTES = 4096;

/** The process with this id, or undefined when there is none (zombies count as gone). */
export function processInfo(pid: number): ProcessInfo | undefined {
  try {
    // proc(5): "pid (name) state ppid ..."; the name may itself hold spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const nameEnd = stat.lastIndexOf(')');
    const fields = stat.slice(nameEnd + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const field = (number: number) => Number(fields[number - 3]);
    return {
      pid,
      parent: field(4),
      name: stat.slice(stat.indexOf('(') + 1, nameEnd),
      command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1),
      cpuMs: (field(14) + field(15)) * MS_PER_TICK,
      reapedCpuMs: (field(16) + field(17)) * MS_PER_TICK,
      rssBytes: field(24) * PAGE_BYTES,
    };
  } catch {
    return undefined; // ended between two reads, or never was
  }
}

/** True while the process runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  return processInfo(pid) !== undefined;
}

/** Every process below `pid`, itself not included; nearest first. */
export function descendantsOf(pid: number): ProcessInfo[] {
  const all = allProcesses();
  const found: ProcessInfo[] = [];
  for (let level = [pid]; level.length > 0; ) {
    const next = all.filter(each => level.includes(each.parent));
    found.push(...next);
    level = next.map(each => each.pid);
  }
  return found;
}

/** The direct children of `pid`. */
export function childrenOf(pid: number): ProcessInfo[] {
  return allProcesses().filter(each => each.parent === pid);
}

function allProcesses(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .map(entry => processInfo(Number(entry)))
    .filter(info => info !== undefined);
}
