/**
 * npm run bench:messages: what messages cost on their way browser -> flow -> browser, as JSON.
 * The flow sends back what comes. Round trips one after the other; rates with as many under way as
 * the browser's window of bytes allows.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '../test/support/chromium';
import { launchFirefox } from '../test/support/firefox';
import { flowNode, TAB } from '../test/support/flowNode';
import { connectionNode } from '../test/support/flows';
import { NodeRed } from '../test/support/NodeRed';
import { ROOT } from '../test/support/packedPackage';
import type { TestBrowser } from '../test/support/TestBrowser';
import { linkedCheckout } from './linkedCheckout';
import { percentile } from './percentile';
import { resultsJson } from './resultsJson';

/** Of one browser. */
interface MessageResult {
  readonly browser: string;
  /** Round trips of 100 bytes, in ms. */
  readonly p50: number;
  readonly p95: number;
  /** Of 100 bytes, there and back. */
  readonly messagesPerSecond: number;
  /** Of 16 KB messages, each way. */
  readonly megabitsPerSecond: number;
}

const ROUND_TRIPS = 2000;
const SMALL = { bytes: 100, count: 20_000, window: 64 };
const LARGE = { bytes: 16_384, count: 1500, window: 32 };

main().catch(error => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const installed = linkedCheckout(mkdtempSync(join(tmpdir(), 'rtcbot-bench-')));
  const results: MessageResult[] = [];
  try {
    for (const launch of [launchChromium, launchFirefox]) {
      const browser = await launch();
      try {
        results.push(await measure(browser, installed));
      } finally {
        await browser.close();
      }
    }
  } finally {
    rmSync(installed, { recursive: true, force: true });
  }
  process.stdout.write(`${resultsJson({ results })}\n`);
}

async function measure(browser: TestBrowser, installed: string): Promise<MessageResult> {
  const nodeRed = await NodeRed.start({ installed, flows: flows() });
  try {
    const page = await browser.open(`${nodeRed.origin}/page`);
    await page.evaluate(TOOLS);
    await page.evaluate(`roundTrips(${ROUND_TRIPS / 4}, 100)`);
    const times = await page.evaluate<number[]>(`roundTrips(${ROUND_TRIPS}, 100)`);
    const rate = ({ bytes, count, window }: typeof SMALL) =>
      page.evaluate<number>(`rate(${bytes}, ${count}, ${window})`);
    const small = await rate(SMALL);
    const large = await rate(LARGE);
    return {
      browser: browser.name,
      p50: percentile(times, 50),
      p95: percentile(times, 95),
      messagesPerSecond: Math.round(small),
      megabitsPerSecond: Math.round(large * LARGE.bytes * 8) / 1e6,
    };
  } finally {
    await nodeRed.stop();
  }
}

function flows() {
  const template = '<!doctype html><script src="/rtcbot/rtcbot.js"></script>';
  return [
    TAB,
    connectionNode({ wires: [['connection'], [], [], []] }),
    flowNode('page-in', 'http in', { url: '/page', method: 'get', wires: [['text']] }),
    flowNode('text', 'template', {
      field: 'payload',
      fieldType: 'msg',
      syntax: 'plain',
      template,
      output: 'str',
      wires: [['page-out']],
    }),
    flowNode('page-out', 'http response', { headers: { 'content-type': 'text/html' } }),
  ];
}

/** In the page: round trips in ms, and messages a second with `window` of them under way. */
const TOOLS = `(async () => {
  const session = rtcbot.connect('/rtcbot', { video: false });
  await new Promise(resolve => session.on('state', state => state === 'connected' && resolve()));
  window.roundTrips = async (count, bytes) => {
    const message = new Uint8Array(bytes);
    const times = [];
    for (let done = 0; done < count; done += 1) {
      const sentAt = performance.now();
      await new Promise(resolve => {
        session.subscribe(resolve);
        session.send(message);
      });
      times.push(performance.now() - sentAt);
    }
    return times;
  };
  window.rate = (bytes, count, window) => new Promise(resolve => {
    const message = new Uint8Array(bytes);
    let sent = 0;
    let back = 0;
    const startedAt = performance.now();
    session.subscribe(() => {
      back += 1;
      if (back === count) resolve((count * 1000) / (performance.now() - startedAt));
      else if (sent < count) send();
    });
    const send = () => {
      sent += 1;
      session.send(message);
    };
    while (sent < window) send();
  });
})()`;
