import type { WayResult } from './bothWays';
import type { Load } from './Meter';
import type { CellResult } from './measureCell';

const HEAD = [
  'size',
  'codec',
  'viewers',
  'fps min/mean',
  'latency p50/p95 ms',
  'first frame first/later ms',
  'CPU node+children %',
  'sum %',
  'RSS node+children MB',
  'loop delay p50/p99 ms',
  'browser CPU %',
  'others CPU %',
  'steal %',
  'idle beside p50/p99 ms',
];

/** The results as one table, a line for each cell and way, the idle Node-RED first. */
export function tableOf(
  idle: Load,
  results: readonly CellResult[],
  ways: readonly WayResult[],
): string {
  const rows = [
    HEAD,
    ['idle', '-', '0', '-', '-', '-', ...loadColumns(idle)],
    ...results.map(rowOf),
    ...ways.map(wayRowOf),
  ];
  const widths = HEAD.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows
    .map(row => row.map((text, column) => text.padStart(widths[column] ?? 0)).join('  '))
    .join('\n');
}

function rowOf(result: CellResult): string[] {
  const { width, height, codec, viewers, load, idleBeside } = result;
  return [
    `${width}x${height}`,
    codec,
    `${viewers}`,
    `${result.fpsMin.toFixed(1)}/${result.fpsMean.toFixed(1)}`,
    `${result.latencyP50.toFixed(1)}/${result.latencyP95.toFixed(1)}`,
    `${result.firstFrameFirst.toFixed(0)}/${result.firstFrameLater.toFixed(0)}`,
    ...loadColumns(load),
    `${idleBeside.p50Ms.toFixed(2)}/${idleBeside.p99Ms.toFixed(2)}`,
  ];
}

/** Of a way the pictures a second are those received and those sent. */
function wayRowOf({
  way,
  latencyP50,
  latencyP95,
  fpsReceived,
  fpsSent,
  load,
}: WayResult): string[] {
  const fps = [fpsReceived, fpsSent].map(each => each?.toFixed(1) ?? '-').join('/');
  const latency = `${latencyP50.toFixed(1)}/${latencyP95.toFixed(1)}`;
  return [way, '-', '1', fps, latency, '-', ...loadColumns(load)];
}

function loadColumns(load: Load): string[] {
  return [
    `${load.nodeCpu.toFixed(1)}+${load.childrenCpu.toFixed(1)}`,
    (load.nodeCpu + load.childrenCpu).toFixed(1),
    `${load.nodeRss.toFixed(0)}+${load.childrenRss.toFixed(0)}`,
    `${load.loopDelay.p50Ms.toFixed(2)}/${load.loopDelay.p99Ms.toFixed(2)}`,
    load.browserCpu.toFixed(0),
    load.othersCpu.toFixed(0),
    load.steal.toFixed(1),
  ];
}
