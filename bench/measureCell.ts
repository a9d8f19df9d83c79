import { setTimeout as sleep } from 'node:timers/promises';
import { cameraToBrowser } from '../test/support/flows';
import { NodeRed } from '../test/support/NodeRed';
import { type Reading, readClock } from '../test/support/pictureClock';
import type { TestBrowser, TestPage } from '../test/support/TestBrowser';
import { type Cell, FRAME_RATE } from './cells';
import { LOOP_GLOBALS, type LoopDelay, loopNodes, takeLoopDelay } from './eventLoop';
import { type Load, Meter } from './Meter';
import { percentile } from './percentile';
import { untilQuiet } from './untilQuiet';

/** What one cell showed. Times in ms. */
export interface CellResult extends Cell {
  /** Capture to presented, of the one viewer whose pictures are read. */
  readonly latencyP50: number;
  readonly latencyP95: number;
  /** Pictures read for the latency. */
  readonly readings: number;
  /** Pictures a second, of the slowest and of the average viewer. */
  readonly fpsMin: number;
  readonly fpsMean: number;
  /** From the start of the navigation to the first presented picture: of the first visit. */
  readonly firstFrameFirst: number;
  /** The same of later page loads, median. */
  readonly firstFrameLater: number;
  readonly load: Load;
  /** Delay of the main thread of an idle Node-RED beside, at the same time: what the machine's own load makes. */
  readonly idleBeside: LoopDelay;
}

const RELOADS = 5;
const WARM_UP_MS = 4000;

/**
 * Measures one cell with a Node-RED of its own. One viewer reads the clock in its pictures, the
 * others only play.
 * @param installed directory with the package to measure (see `NodeRedOptions`)
 */
export async function measureCell(
  cell: Cell,
  { browser, installed, seconds }: { browser: TestBrowser; installed: string; seconds: number },
): Promise<CellResult> {
  const nodeRed = await NodeRed.start({ installed, globals: LOOP_GLOBALS, flows: flowsOf(cell) });
  const idle = await startIdle(installed);
  const pages: TestPage[] = [];
  const address = `${nodeRed.origin}/rtcbot`;
  try {
    await untilQuiet(nodeRed);
    const reader = await browser.open(address);
    pages.push(reader);
    const [firstFrameFirst = Number.NaN, ...later] = await firstFrames(reader);
    while (pages.length < cell.viewers) pages.push(await browser.open(address));
    for (const page of pages) await page.evaluate('inPage.firstFrameMs');
    await readClock(reader, { count: FRAME_RATE });
    await sleep(WARM_UP_MS);

    await reader.evaluate('inPage.takeReadings()');
    const before = await framesOf(pages);
    await takeLoopDelay(idle);
    const meter = await Meter.start(nodeRed, browser);
    await sleep(seconds * 1000);
    const load = await meter.stop();
    const idleBeside = await takeLoopDelay(idle);
    const after = await framesOf(pages);
    const readings = await reader.evaluate<Reading[]>('inPage.takeReadings()');

    const latencies = readings.map(({ captureMs, seenMs }) => seenMs - captureMs);
    const fps = after.map((count, index) => (count - (before[index] ?? 0)) / load.seconds);
    return {
      ...cell,
      latencyP50: percentile(latencies, 50),
      latencyP95: percentile(latencies, 95),
      readings: latencies.length,
      fpsMin: Math.min(...fps),
      fpsMean: fps.reduce((sum, each) => sum + each, 0) / fps.length,
      firstFrameFirst,
      firstFrameLater: percentile(later, 50),
      load,
      idleBeside,
    };
  } finally {
    await Promise.all(pages.map(page => page.close()));
    await nodeRed.stop();
    await idle.stop();
  }
}

/** Measures a Node-RED that has the package installed and no node of it in its flows. */
export async function measureIdle(installed: string, seconds: number): Promise<Load> {
  const nodeRed = await startIdle(installed);
  try {
    await untilQuiet(nodeRed);
    const meter = await Meter.start(nodeRed);
    await sleep(seconds * 1000);
    return await meter.stop();
  } finally {
    await nodeRed.stop();
  }
}

function startIdle(installed: string): Promise<NodeRed> {
  const flows = flowsOf({ width: 640, height: 480 }).filter(({ type }) => !type.startsWith('rtc-'));
  return NodeRed.start({ installed, globals: LOOP_GLOBALS, flows });
}

function flowsOf({ width, height }: Pick<Cell, 'width' | 'height'>) {
  const camera = { width: `${width}`, height: `${height}`, frameRate: `${FRAME_RATE}` };
  return [...cameraToBrowser({ camera }), ...loopNodes()];
}

/** Page load to first picture, of this load and of some more, in ms. */
async function firstFrames(page: TestPage): Promise<number[]> {
  const times = [await page.evaluate<number>('inPage.firstFrameMs')];
  while (times.length <= RELOADS) {
    await page.reload();
    times.push(await page.evaluate<number>('inPage.firstFrameMs'));
  }
  return times;
}

/** Pictures that each page has presented since it was loaded. */
function framesOf(pages: readonly TestPage[]): Promise<number[]> {
  return Promise.all(pages.map(page => page.evaluate<number>('inPage.presentedFrames()')));
}
