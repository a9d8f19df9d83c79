import { setTimeout as sleep } from 'node:timers/promises';
import { cameraToBrowser } from '../../test/support/flows';
import type { NetworkFaults } from '../../test/support/LossyRelay';
import type { ViewerReport } from '../../test/support/NativeViewer';
import { NodeRed } from '../../test/support/NodeRed';
import { machineCpu, treeUsage } from '../../test/support/usage';
import { ViewerProcess } from '../../test/support/ViewerProcess';
import { percentile } from '../percentile';

/** Who comes, and how. */
export interface Rush {
  readonly name: string;
  /** Viewers that come. */
  readonly viewers: number;
  /** So many others watch already. */
  readonly watching: number;
  /** They come within this time. */
  readonly withinMs: number;
  /** Each leaves with its first packet, so that what they are sent afterwards is not counted. */
  readonly leave?: boolean;
  readonly faults?: NetworkFaults;
}

/** What became of it. Times in ms. */
export interface RushResult extends Rush {
  readonly connected: number;
  /** Viewers that were given no answer, and why, each reason once. */
  readonly refusals: readonly string[];
  /** States of those that are not connected. */
  readonly states: readonly string[];
  /** What Node-RED's log says of handshakes that came to nothing. */
  readonly lines: readonly string[];
  /** From the first step of a viewer to the end of its handshake. */
  readonly connectMs: Spread;
  /** From the answer to the end of the handshake: checks of the path, and DTLS. */
  readonly handshakeMs: Spread;
  /** From the end of the handshake to the first packet. */
  readonly firstPacketMs: Spread;
  /** CPU of Node-RED for each viewer that came, beyond what it takes for those that watch. */
  readonly cpuMsPerViewer: number;
  /** The same of its children, which are encoders. */
  readonly childrenCpuMsPerViewer: number;
  /** Pictures that those who watch got in the rush, as a part of those in the same time before. */
  readonly watchedPart: number;
  /** Longest time without a picture, of those who watch. */
  readonly watchedGapMs: Spread;
  /** What the whole machine did in the rush, in % of all cores. */
  readonly machinePercent: number;
  readonly stealPercent: number;
}

export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Viewers of one process: more would wait for each other. */
const PER_PROCESS = 50;
/** How long the load of those that watch is looked at before the rush, in ms. */
const CALM_MS = 4000;
/** Longest time that viewers are waited for, in ms: the time for a handshake, and some. */
const LIMIT_MS = 15_000;

/** @param installed directory with the package to measure (see `NodeRedOptions`) */
export async function measureRush(rush: Rush, installed: string): Promise<RushResult> {
  const { viewers: count, watching, withinMs, leave, faults } = rush;
  const flows = cameraToBrowser({ connection: { maxPeers: '400' } });
  const nodeRed = await NodeRed.start({ installed, flows });
  const processes: ViewerProcess[] = [];
  const start = async () => {
    const viewers = await ViewerProcess.start();
    processes.push(viewers);
    return viewers;
  };
  try {
    const { origin, pid } = nodeRed;
    const watchers = await start();
    await watchers.arrive({ origin, count: watching, withinMs: watching * 100, seed: 1 });
    const coming = await Promise.all(parts(count).map(start));
    await sleep(CALM_MS);

    const calm = await during(pid, watchers, () => sleep(CALM_MS));
    let reports: ViewerReport[] = [];
    const rushed = await during(pid, watchers, async () => {
      await Promise.all(
        parts(count).map((each, index) => {
          const seed = 10 + index;
          const theirs = faults && { ...faults, seed: faults.seed + 1000 * index };
          const arrival = { origin, count: each, withinMs, seed, leaves: leave, faults: theirs };
          return coming[index]?.arrive(arrival);
        }),
      );
      reports = await settled(coming);
    });
    const lines = nodeRed.log.match(/.*(did not get through|does not get on|thread).*/g) ?? [];
    return resultOf(rush, reports, { calm, rushed, lines });
  } finally {
    await Promise.all(processes.map(each => each.close()));
    await nodeRed.stop();
  }
}

function resultOf(
  rush: Rush,
  reports: readonly ViewerReport[],
  { calm, rushed, lines }: { calm: During; rushed: During; lines: readonly string[] },
): RushResult {
  const connected = reports.filter(({ connectedMs }) => connectedMs !== undefined);
  const between = (from: (each: ViewerReport) => number, to: keyof ViewerReport) =>
    spread(connected.map(each => Number(each[to]) - from(each)).filter(Number.isFinite));
  const cpuMs = (of: 'ownCpuMs' | 'childrenCpuMs') =>
    (rushed[of] - (calm[of] / calm.ms) * rushed.ms) / rush.viewers;
  return {
    ...rush,
    connected: connected.length,
    refusals: [...new Set(reports.flatMap(({ refusal }) => refusal ?? []))],
    lines,
    states: reports.filter(each => each.connectedMs === undefined).map(({ state }) => state),
    connectMs: between(() => 0, 'connectedMs'),
    handshakeMs: between(each => each.answeredMs ?? 0, 'connectedMs'),
    firstPacketMs: between(each => each.connectedMs ?? 0, 'firstPacketMs'),
    cpuMsPerViewer: cpuMs('ownCpuMs'),
    childrenCpuMsPerViewer: cpuMs('childrenCpuMs'),
    watchedPart: rushed.pictures / rushed.ms / (calm.pictures / calm.ms),
    watchedGapMs: spread(rushed.gapsMs),
    machinePercent: rushed.machinePercent,
    stealPercent: rushed.stealPercent,
  };
}

interface During {
  readonly ms: number;
  readonly ownCpuMs: number;
  readonly childrenCpuMs: number;
  readonly pictures: number;
  readonly gapsMs: readonly number[];
  readonly machinePercent: number;
  readonly stealPercent: number;
}

async function during(
  pid: number,
  watchers: ViewerProcess,
  work: () => Promise<unknown>,
): Promise<During> {
  const picturesOf = (reports: readonly ViewerReport[]) => sum(reports.map(each => each.pictures));
  const before = {
    ms: performance.now(),
    usage: treeUsage(pid),
    pictures: picturesOf(await watchers.reports()),
  };
  const machine = machineCpu();
  await work();
  const after = machineCpu();
  const usage = treeUsage(pid);
  const part = (ms: number) => (100 * ms) / (after.totalMs - machine.totalMs);
  const ms = performance.now() - before.ms;
  const reports = await watchers.reports();
  return {
    ms,
    ownCpuMs: usage.ownCpuMs - before.usage.ownCpuMs,
    childrenCpuMs: usage.childrenCpuMs - before.usage.childrenCpuMs,
    pictures: picturesOf(reports) - before.pictures,
    gapsMs: reports.map(each => each.longestGapMs),
    machinePercent: part(after.busyMs - machine.busyMs),
    stealPercent: part(after.stolenMs - machine.stolenMs),
  };
}

/** The reports once all are connected or the time is over. */
async function settled(coming: readonly ViewerProcess[]): Promise<ViewerReport[]> {
  const untilMs = performance.now() + LIMIT_MS;
  for (;;) {
    const reports = (await Promise.all(coming.map(each => each.reports()))).flat();
    const isOver = performance.now() > untilMs;
    const isDone = reports.every(each => each.firstPacketMs !== undefined || each.refusal);
    if (isDone || isOver) return reports;
    await sleep(200);
  }
}

function parts(count: number): number[] {
  const processes = Math.ceil(count / PER_PROCESS);
  return Array.from({ length: processes }, (_, index) =>
    Math.floor((count + processes - 1 - index) / processes),
  );
}

function spread(values: readonly number[]): Spread {
  return {
    p50: percentile(values, 50),
    p95: percentile(values, 95),
    max: percentile(values, 100),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
