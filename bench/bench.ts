/**
 * npm run bench: what the live picture costs and how late it is, as one table and as JSON.
 * Latency is the time from capture, as written in the picture, to the browser's
 * requestVideoFrameCallback for that picture; of the ways beside the cells as `Way` says. CPU in % of one core, reaped children included.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { launchChromium } from '../test/support/chromium';
import { launchFirefox } from '../test/support/firefox';
import { ROOT } from '../test/support/packedPackage';
import type { TestBrowser } from '../test/support/TestBrowser';
import { measureWay, type WayResult } from './bothWays';
import { cellName } from './cells';
import { linkedCheckout } from './linkedCheckout';
import { type CellResult, measureCell, measureIdle } from './measureCell';
import { type BenchOptions, parseOptions, USAGE } from './options';
import { resultsJson } from './resultsJson';
import { tableOf } from './table';

const RESULTS = join(ROOT, 'bench/results/latest.json');

main(process.argv.slice(2)).catch(error => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exitCode = 1;
});

async function main(args: readonly string[]): Promise<void> {
  let options: BenchOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    process.exitCode = 2;
    return;
  }
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const installed = linkedCheckout(mkdtempSync(join(tmpdir(), 'rtcbot-bench-')));
  try {
    await run(options, installed);
  } finally {
    rmSync(installed, { recursive: true, force: true });
  }
}

async function run({ cells, ways, seconds }: BenchOptions, installed: string): Promise<void> {
  progress('idle');
  const idle = await measureIdle(installed, seconds);
  const results: CellResult[] = [];
  for (const cell of cells) {
    progress(cellName(cell));
    const launch = cell.codec === 'VP8' ? launchFirefox : launchChromium;
    const measure = (browser: TestBrowser) => measureCell(cell, { browser, installed, seconds });
    results.push(await inBrowser(launch, measure));
  }
  const wayResults: WayResult[] = [];
  for (const way of ways) {
    progress(way);
    const measure = (browser: TestBrowser) => measureWay(way, { browser, installed, seconds });
    wayResults.push(await inBrowser(launchChromium, measure));
  }
  const json = resultsJson({ idle, results, ways: wayResults });
  mkdirSync(dirname(RESULTS), { recursive: true });
  writeFileSync(RESULTS, `${json}\n`);
  process.stdout.write(`${tableOf(idle, results, wayResults)}\n\n${json}\n`);
}

async function inBrowser<Result>(
  launch: () => Promise<TestBrowser>,
  measure: (browser: TestBrowser) => Promise<Result>,
): Promise<Result> {
  const browser = await launch();
  try {
    // The start of the browser's own media stack is not part of the measurement.
    const page = await browser.open('about:blank');
    await page.evaluate('inPage.sendToItself()');
    await page.close();
    return await measure(browser);
  } finally {
    await browser.close();
  }
}

/** Progress goes to stderr, so that stdout holds the result alone. */
function progress(what: string): void {
  process.stderr.write(`measuring ${what}\n`);
}
