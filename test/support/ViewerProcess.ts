import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { NetworkFaults } from './LossyRelay';
import type { ViewerReport } from './NativeViewer';

/** Viewers that come. */
export interface Arrival {
  /** Of Node-RED. */
  readonly origin: string;
  readonly count: number;
  /** Each comes at a time of its own within this. */
  readonly withinMs: number;
  /** For those times. */
  readonly seed: number;
  /** Each leaves as soon as its first packet has come. Default: they stay. */
  readonly leaves?: boolean | undefined;
  /** What their network does. Default: nothing. */
  readonly faults?: NetworkFaults | undefined;
}

/** To a process of viewers. */
export type ToViewers = Arrival | 'report' | 'close';
/** From a process of viewers: `came` once each has its answer or a refusal. */
export type FromViewers = 'ready' | 'came' | { readonly reports: readonly ViewerReport[] };

/** Viewers in a process of their own, so that their work is not taken for the server's. */
export class ViewerProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<ViewerProcess> {
    const child = fork(join(__dirname, 'viewers.ts'), { execArgv: ['--import', 'tsx'] });
    const viewers = new ViewerProcess(child);
    await viewers.#heard(message => message === 'ready');
    return viewers;
  }

  /** Settles when all have come, which does not mean that they are connected. */
  async arrive(arrival: Arrival): Promise<void> {
    const came = this.#heard(message => message === 'came');
    this.#child.send(arrival);
    await came;
  }

  /** How they do. */
  async reports(): Promise<readonly ViewerReport[]> {
    const told = this.#heard(message => typeof message === 'object');
    this.#child.send('report');
    const message = await told;
    return typeof message === 'object' ? message.reports : [];
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.send('close');
    await ended;
  }

  #heard(isIt: (message: FromViewers) => boolean): Promise<FromViewers> {
    return new Promise((resolve, reject) => {
      const lost = () => reject(new Error('a process of viewers has ended'));
      const take = (message: unknown) => {
        if (!isIt(message as FromViewers)) return;
        this.#child.off('message', take).off('exit', lost);
        resolve(message as FromViewers);
      };
      this.#child.on('message', take).once('exit', lost);
    });
  }
}
