/**
 * npm run bench:handshakes [-- --small | --only NAME]: what becomes of many viewers that come at the
 * same time, beside others that watch; over a good network and over one that loses packets. A table,
 * and JSON.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../test/support/packedPackage';
import { linkedCheckout } from '../linkedCheckout';
import { resultsJson } from '../resultsJson';
import { measureRush, type Rush, type RushResult, type Spread } from './measure';

const FAULTS = { loss: 0.1, delayMs: 10, seed: 1 };
const RUSHES: readonly Rush[] = [
  { name: 'good', viewers: 200, watching: 25, withinMs: 10_000 },
  { name: 'passing', viewers: 200, watching: 25, withinMs: 10_000, leave: true },
  { name: 'at once', viewers: 60, watching: 25, withinMs: 0 },
  { name: 'lossy', viewers: 100, watching: 25, withinMs: 10_000, faults: FAULTS },
];
/** To see that all of it works. */
const SMALL: readonly Rush[] = [
  { name: 'good', viewers: 10, watching: 2, withinMs: 1000 },
  { name: 'lossy', viewers: 10, watching: 2, withinMs: 1000, faults: FAULTS },
];

main().catch(error => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { small: { type: 'boolean', default: false }, only: { type: 'string' } },
  });
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const installed = linkedCheckout(mkdtempSync(join(tmpdir(), 'rtcbot-bench-')));
  const results: RushResult[] = [];
  try {
    for (const rush of values.small ? SMALL : RUSHES) {
      if (values.only !== undefined && values.only !== rush.name) continue;
      results.push(await measureRush(rush, installed));
      process.stderr.write(`${tableOf(results)}\n`);
    }
  } finally {
    rmSync(installed, { recursive: true, force: true });
  }
  process.stdout.write(`${resultsJson({ results })}\n`);
}

function tableOf(results: readonly RushResult[]): string {
  const text = ({ p50, p95, max }: Spread) => [p50, p95, max].map(Math.round).join('/');
  const rows = [
    ['rush', 'came', 'connected', 'connect p50/p95/max ms', 'handshake', 'first packet'].concat(
      'CPU ms a viewer own/children',
      'watched part',
      'gap',
      'machine %',
      'steal %',
    ),
    ...results.map(each => [
      each.name,
      `${each.viewers}`,
      `${each.connected}`,
      text(each.connectMs),
      text(each.handshakeMs),
      text(each.firstPacketMs),
      `${each.cpuMsPerViewer.toFixed(1)}/${each.childrenCpuMsPerViewer.toFixed(1)}`,
      each.watchedPart.toFixed(2),
      text(each.watchedGapMs),
      each.machinePercent.toFixed(0),
      each.stealPercent.toFixed(1),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map(row => row[column]?.length ?? 0)),
  );
  return rows
    .map(row => row.map((each, column) => each.padStart(widths[column] ?? 0)).join('  '))
    .join('\n');
}
