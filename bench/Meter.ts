import type { NodeRed } from '../test/support/NodeRed';
import type { TestBrowser } from '../test/support/TestBrowser';
import { type MachineCpu, machineCpu, type TreeUsage, treeUsage } from '../test/support/usage';
import { type LoopDelay, takeLoopDelay } from './eventLoop';

/** What Node-RED, its children, the browser and the machine did over a time. CPU in % of one core. */
export interface Load {
  readonly seconds: number;
  readonly nodeCpu: number;
  /** All child processes, those that ended meanwhile included. */
  readonly childrenCpu: number;
  /** Resident memory at the end, in MB. */
  readonly nodeRss: number;
  readonly childrenRss: number;
  readonly loopDelay: LoopDelay;
  /** All processes of the browser. */
  readonly browserCpu: number;
  /** Everything else on the machine, this program and the kernel included: what disturbs the rest. */
  readonly othersCpu: number;
  /** What the hypervisor gave to others, in % of all cores. */
  readonly steal: number;
}

/** Measures the load from `start` to `stop`. */
export class Meter {
  readonly #nodeRed: NodeRed;
  readonly #browser: TestBrowser | undefined;
  readonly #startMs: number;
  readonly #usage: TreeUsage;
  readonly #browserCpuMs: number;
  readonly #machine: MachineCpu;

  private constructor(nodeRed: NodeRed, browser?: TestBrowser) {
    this.#nodeRed = nodeRed;
    this.#browser = browser;
    this.#startMs = performance.now();
    this.#usage = treeUsage(nodeRed.pid);
    this.#browserCpuMs = browserCpuMs(browser);
    this.#machine = machineCpu();
  }

  static async start(nodeRed: NodeRed, browser?: TestBrowser): Promise<Meter> {
    await takeLoopDelay(nodeRed);
    return new Meter(nodeRed, browser);
  }

  async stop(): Promise<Load> {
    const elapsedMs = performance.now() - this.#startMs;
    const usage = treeUsage(this.#nodeRed.pid);
    const machine = machineCpu();
    const ofOneCore = (cpuMs: number) => (cpuMs / elapsedMs) * 100;
    const stolenMs = machine.stolenMs - this.#machine.stolenMs;
    const nodeCpu = ofOneCore(usage.ownCpuMs - this.#usage.ownCpuMs);
    const childrenCpu = ofOneCore(usage.childrenCpuMs - this.#usage.childrenCpuMs);
    const browserCpu = ofOneCore(browserCpuMs(this.#browser) - this.#browserCpuMs);
    const busyCpu = ofOneCore(machine.busyMs - this.#machine.busyMs);
    return {
      seconds: elapsedMs / 1000,
      nodeCpu,
      childrenCpu,
      nodeRss: usage.ownRssBytes / 1e6,
      childrenRss: usage.childrenRssBytes / 1e6,
      loopDelay: await takeLoopDelay(this.#nodeRed),
      browserCpu,
      othersCpu: Math.max(0, busyCpu - nodeCpu - childrenCpu - browserCpu),
      steal: (stolenMs / (machine.totalMs - this.#machine.totalMs)) * 100,
    };
  }
}

function browserCpuMs(browser: TestBrowser | undefined): number {
  if (!browser) return 0;
  const { ownCpuMs, childrenCpuMs } = treeUsage(browser.pid);
  return ownCpuMs + childrenCpuMs;
}
