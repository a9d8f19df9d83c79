import { readFileSync } from 'node:fs';
import { descendantsOf, processInfo } from './processes';

/** What a process and everything below it has used since its start, and holds now. */
export interface TreeUsage {
  /** CPU time of the process itself, in ms. */
  readonly ownCpuMs: number;
  /** CPU time of all its descendants, those that ended included, in ms. */
  readonly childrenCpuMs: number;
  /** Resident memory of the process itself, in bytes. */
  readonly ownRssBytes: number;
  /** Resident memory of its living descendants, in bytes. */
  readonly childrenRssBytes: number;
}

/**
 * The usage of a process and its descendants. A descendant's time moves from its own account into
 * its parent's "reaped" one when it ends, so the sum only ever grows.
 */
export function treeUsage(pid: number): TreeUsage {
  const root = processInfo(pid);
  if (!root) throw new Error(`process ${pid} is not running`);
  const children = descendantsOf(pid);
  const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    ownCpuMs: root.cpuMs,
    childrenCpuMs: root.reapedCpuMs + sum(children.map(each => each.cpuMs + each.reapedCpuMs)),
    ownRssBytes: root.rssBytes,
    childrenRssBytes: sum(children.map(each => each.rssBytes)),
  };
}

/** CPU time of the whole machine since its start, over all cores, in ms. */
export interface MachineCpu {
  /** Everything, idle time included. */
  readonly totalMs: number;
  /** What its programs and its kernel used. */
  readonly busyMs: number;
  /** What the hypervisor gave to others while this machine wanted to run. */
  readonly stolenMs: number;
}

/** Reads the machine's CPU account; two readings give the share of stolen time between them. */
export function machineCpu(): MachineCpu {
  // proc(5): "cpu user nice system idle iowait irq softirq steal guest guest_nice"; guest time
  // is contained in user time already.
  const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n');
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  const totalMs = ticks.reduce((total, each) => total + each, 0) * 10;
  const [, , , idle = 0, waiting = 0, , , stolen = 0] = ticks;
  return { totalMs, busyMs: totalMs - (idle + waiting + stolen) * 10, stolenMs: stolen * 10 };
}
