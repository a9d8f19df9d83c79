/**
 * npm run soak -- [--visits 2000]: pages that come and go, each with a camera sent to it and one of
 * its own. Says, as JSON, what Node-RED holds after each tenth; fails if that grows.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MediaStreamTrack, RtpHeader, RtpPacket } from 'werift';
import { TAB } from '../test/support/flowNode';
import { cameraNode, connectionNode, displayNode } from '../test/support/flows';
import { NodeRed } from '../test/support/NodeRed';
import { ROOT } from '../test/support/packedPackage';
import { processInfo } from '../test/support/processes';
import { WeriftBrowser } from '../test/support/WeriftBrowser';
import { waitFor } from '../test/support/waitFor';
import { linkedCheckout } from './linkedCheckout';

/** What Node-RED holds after so many visits. */
interface Held {
  readonly visits: number;
  /** Resident: with garbage that waits to be collected, and so up and down. */
  readonly memoryMb: number;
  /** Of all threads, after a collection. */
  readonly heapMb: number;
  readonly handles: number;
}

/** Pages at the same time. */
const WIDTH = 4;
/** What may come on top between the first tenth and the last, in MB: code that is compiled later. */
const MOST_MORE_MB = 5;
/** Handles that may come on top: those of the encoders that run at the moment. */
const MOST_MORE_HANDLES = 12;
/** Each thread of Node-RED collects its garbage every second, and says how much is left. */
const COLLECTING = `
const { threadId } = require('node:worker_threads');
require('node:v8').setFlagsFromString('--expose-gc');
const collect = require('node:vm').runInNewContext('gc');
setInterval(() => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  require('node:fs').writeFileSync(process.env.SOAK_HEAPS + '/' + threadId, String(heapUsed + external));
}, 1000).unref();`;
const LIMIT_MS = 30_000;
/** Packets that each page sends of its own camera. */
const SENT_PACKETS = 30;

main().catch(error => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { visits: { type: 'string', default: '2000' } } });
  const count = Number(values.visits);
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const installed = linkedCheckout(mkdtempSync(join(tmpdir(), 'rtcbot-soak-')));
  const size = { width: '320', height: '240', frameRate: '10' };
  const camera = cameraNode({ ...size, linger: '60' });
  const flows = [TAB, camera, connectionNode({ wires: [[], ['display'], [], []] }), displayNode()];
  const heaps = join(installed, 'heaps');
  const preload = join(installed, 'collecting.js');
  mkdirSync(heaps);
  writeFileSync(preload, COLLECTING);
  const env = { NODE_OPTIONS: `--require ${preload}`, SOAK_HEAPS: heaps };
  const nodeRed = await NodeRed.start({ flows, installed, env });
  try {
    const held: Held[] = [];
    for (let done = 0; done < count; done += count / 10) {
      await visits(nodeRed, count / 10);
      held.push(await heldBy(nodeRed, heaps, done + count / 10));
      process.stderr.write(`${JSON.stringify(held.at(-1))}\n`);
    }
    process.stdout.write(`${JSON.stringify(held, null, 2)}\n`);
    const [first, last] = [held[0], held.at(-1)];
    if (!first || !last) return;
    const moreMb = last.heapMb - first.heapMb;
    if (moreMb < MOST_MORE_MB && last.handles <= first.handles + MOST_MORE_HANDLES) return;
    throw new Error(`it grows: ${moreMb.toFixed(1)} MB, ${last.handles - first.handles} handles`);
  } finally {
    await nodeRed.stop();
    rmSync(installed, { recursive: true, force: true });
  }
}

async function visits(nodeRed: NodeRed, count: number): Promise<void> {
  const lanes = Array.from({ length: WIDTH }, async (_, lane) => {
    for (let done = lane; done < count; done += WIDTH) await visit(nodeRed);
  });
  await Promise.all(lanes);
}

/** Watches, sends, and leaves as a page does that is closed. */
async function visit(nodeRed: NodeRed): Promise<void> {
  const browser = new WeriftBrowser({ channels: ['default', 'rtcbot'] });
  const own = new MediaStreamTrack({ kind: 'video' });
  browser.connection.addTransceiver(own, { direction: 'sendonly' });
  try {
    await browser.accept(await answerTo(nodeRed, await browser.offer()));
    await browser.connected();
    for (let sequence = 0; sequence < SENT_PACKETS; sequence += 1) own.writeRtp(packet(sequence));
    await waitFor('picture', LIMIT_MS, () => browser.packets.length > 5, { everyMs: 10 });
    (await browser.channel('rtcbot')).send('{"type":"bye"}');
    const channel = await browser.channel();
    await waitFor('end', LIMIT_MS, () => channel.readyState === 'closed', { everyMs: 5 });
  } finally {
    await browser.close();
  }
}

/** Asks again when the endpoint says that it gets too many at once. */
async function answerTo(nodeRed: NodeRed, sdp: string): Promise<string> {
  const body = JSON.stringify({ type: 'offer', sdp });
  const response = await fetch(`${nodeRed.origin}/rtcbot/connect`, { method: 'POST', body });
  if (response.ok) return ((await response.json()) as { sdp: string }).sdp;
  const text = await response.text();
  if (response.status !== 429) throw new Error(`${response.status} ${text}`);
  await sleep(1000 * Number(response.headers.get('Retry-After')));
  return answerTo(nodeRed, sdp);
}

/** A piece of a picture, which nobody looks at. */
function packet(sequenceNumber: number): RtpPacket {
  const timestamp = sequenceNumber * 3000;
  const header = new RtpHeader({
    payloadType: 96,
    ssrc: 1,
    sequenceNumber,
    timestamp,
    marker: true,
  });
  return new RtpPacket(header, Buffer.alloc(1000, 0x41));
}

async function heldBy(nodeRed: NodeRed, heaps: string, visits: number): Promise<Held> {
  // Peers that have left are closed a moment later, and what they held is collected.
  await sleep(4000);
  const heapBytes = readdirSync(heaps).map(file => Number(readFileSync(join(heaps, file), 'utf8')));
  const heapMb = Math.round(heapBytes.reduce((sum, each) => sum + each, 0) / 2 ** 19) / 2;
  const rssBytes = processInfo(nodeRed.pid)?.rssBytes ?? 0;
  const handles = readdirSync(`/proc/${nodeRed.pid}/fd`).length;
  return { visits, memoryMb: Math.round(rssBytes / 2 ** 20), heapMb, handles };
}
