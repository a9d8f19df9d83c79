import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { flowNode, TAB } from '../support/flowNode';
import { cameraNode, connectionNode, microphoneNode, speakerNode } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { observers } from '../support/observers';
import { CAMERA_ID, StandInCameras } from '../support/StandInCameras';
import { treeUsage } from '../support/usage';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 30_000;
const WATCH_MS = 5000;
/** Collecting what the start left behind wakes threads too, but ends; a timer that polls does not. */
const SETTLE_LIMIT_MS = 90_000;
/** A worker thread of Node.js 24 takes more than one of 20: 83 MB were measured. */
const MOST_EXTRA_BYTES = Number.parseInt(process.versions.node, 10) >= 24 ? 100e6 : 80e6;
/** A timer of one second would wake a thread once a second, and more. */
const MOST_EXTRA_WAKEUPS_PER_SECOND = 0.8;
/** Of one core; the rest of Node-RED itself is measured beside it. */
const MOST_EXTRA_CPU = 0.01;

/** What a process at rest does. */
interface Rest {
  readonly wakeupsPerSecond: number;
  readonly cpu: number;
  readonly rssBytes: number;
}

describe('With nobody watching', () => {
  let bare: NodeRed;
  let full: NodeRed;
  let machine: StandInCameras;

  before(async () => {
    machine = new StandInCameras(['mjpeg']);
    bare = await NodeRed.start({ flows: [TAB, ...observers()] });
    full = await NodeRed.start({ flows: everyNode(), env: machine.env });
  });
  after(async () => {
    await bare?.stop();
    await full?.stop();
    machine?.close();
  });

  it('no process runs after the linger time', async () => {
    // A page that is fetched starts camera and encoder ahead of its offer, which never comes here.
    assert.equal((await fetch(`${full.origin}/rtcbot`)).status, 200);
    const running = () => full.descendants.map(({ name }) => name);
    await waitFor('capture and encoder', LIMIT_MS, () => running().length >= 2);
    await waitFor('rest', LIMIT_MS, () => running().length === 0);
  });

  it('the package wakes nobody, uses no CPU, and little memory', async () => {
    await waitFor('rest', SETTLE_LIMIT_MS, async () => {
      const [without, withAll] = await Promise.all([bare, full].map(rest));
      assert.ok(without && withAll);
      const seen = JSON.stringify({ without, withAll });
      const wakeups = withAll.wakeupsPerSecond - without.wakeupsPerSecond;
      assert.ok(wakeups <= MOST_EXTRA_WAKEUPS_PER_SECOND, seen);
      assert.ok(withAll.cpu - without.cpu <= MOST_EXTRA_CPU, seen);
      assert.ok(withAll.rssBytes - without.rssBytes <= MOST_EXTRA_BYTES, seen);
      return true;
    });
    assert.deepEqual(full.descendants, []);
  });
});

/** A node of each kind, wired, that needs no hardware to be deployed. */
function everyNode() {
  return [
    TAB,
    cameraNode({ linger: '1', wires: [['connection', 'display'], []] }),
    { ...cameraNode({ source: 'usb', device: CAMERA_ID, linger: '1' }), id: 'usb' },
    microphoneNode(),
    connectionNode(),
    flowNode('display', 'rtc-display', {
      name: '',
      property: 'payload',
      select: 'newest',
      window: false,
      fullscreen: false,
      screen: '',
      preview: false,
      http: true,
      path: '/display',
    }),
    speakerNode(),
    ...observers(),
  ];
}

/** What a Node-RED does in a time in which nobody asks anything of it. */
async function rest({ pid }: NodeRed): Promise<Rest> {
  const before = { wakeups: wakeupsOf(pid), ...treeUsage(pid) };
  const startMs = performance.now();
  await sleep(WATCH_MS);
  const elapsedMs = performance.now() - startMs;
  const { ownCpuMs, ownRssBytes } = treeUsage(pid);
  return {
    wakeupsPerSecond: ((wakeupsOf(pid) - before.wakeups) * 1000) / elapsedMs,
    cpu: (ownCpuMs - before.ownCpuMs) / elapsedMs,
    rssBytes: ownRssBytes,
  };
}

/** How often the threads of a process went to sleep, and so were woken (proc(5)). */
function wakeupsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map(task => readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8'))
    .map(status => Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1] ?? 0))
    .reduce((sum, each) => sum + each, 0);
}
