import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { EngineProxy } from '../../engine/port/EngineProxy';
import { bombard, portsIn } from '../support/bombard';
import { isRunning } from '../support/processes';
import { WeriftBrowser } from '../support/WeriftBrowser';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 20_000;
const DIST = join(__dirname, '../../dist/engine');
const WORKER = join(DIST, 'port/worker.js');
const directory = mkdtempSync(join(tmpdir(), 'rtcbot-stopping-'));
after(() => rmSync(directory, { recursive: true }));

/** A program that ignores all signals that can be ignored. */
const STUBBORN = join(directory, 'stubborn.js');
writeFileSync(
  STUBBORN,
  `for (const signal of ['SIGTERM', 'SIGINT', 'SIGPIPE']) process.on(signal, () => {});
process.stdout.on('error', () => {});
setInterval(() => {}, 1000);
console.log(process.pid);`,
);
/**
 * The real worker, which starts a stubborn child when it is asked to close a peer of the name
 * `child`, and tells its id as a line of the log. With the name `hang` it hangs from then on.
 */
const FLAWED = join(directory, 'flawed.js');
writeFileSync(
  FLAWED,
  `require(${JSON.stringify(WORKER)});
const { Child } = require(${JSON.stringify(join(DIST, 'process/Child.js'))});
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ ask }) => {
  if (ask?.peer === 'child') new Child(
    { program: process.execPath, args: [${JSON.stringify(STUBBORN)}], label: 'stubborn' },
    { data: text => parentPort.postMessage({ event: 'log', level: 'info', text: 'pid ' + text }), exit() {} },
  );
  if (ask?.peer === 'hang') for (;;) {}
  if (ask?.peer === 'crash') setImmediate(() => { throw new Error('a flaw'); });
});`,
);

const CONNECTION = { latency: 'lowest', maxPeers: 4, keyframeIntervalMs: 10_000 } as const;
const CAMERA = {
  kind: 'video' as const,
  settings: {
    options: { source: 'test' as const, width: 160, height: 120, frameRate: 10 },
    lingerMs: 5000,
  },
  origin: 'camera',
  label: 'camera',
};

/** Starts an engine with a stubborn child. */
async function withStubbornChild() {
  const engine = new EngineProxy({}, FLAWED);
  const connection = engine.openConnection(CONNECTION);
  const told = new Promise<number>(resolve => {
    engine.on('log', (_, text) => text.startsWith('pid ') && resolve(Number(text.slice(4))));
  });
  connection.closePeer('child').catch(() => {});
  return { engine, connection, pid: await told };
}

describe('the end of an engine', () => {
  it('is clean and takes less than 2 s, 50 times, while its sockets receive', async () => {
    const codes: number[] = [];
    const watch = (worker: Worker) => worker.once('exit', code => codes.push(code));
    process.on('worker', watch);
    const stop = async () => {
      const engine = new EngineProxy({}, WORKER);
      const connection = engine.openConnection(CONNECTION);
      const camera = engine.openCapture(CAMERA);
      connection.addTrack(camera.track);
      const browser = new WeriftBrowser();
      const { description } = await connection.answer({ sdp: await browser.offer() });
      const ports = portsIn(description.sdp);
      assert.ok(ports.length > 0);
      const cease = bombard(ports);
      await browser.accept(description.sdp);
      await browser.channel();
      const startMs = performance.now();
      await engine.close();
      const tookMs = performance.now() - startMs;
      cease();
      await browser.close();
      return tookMs;
    };
    const took: number[] = [];
    // Two at a time: as many as the smallest machine has cores.
    const lane = async () => {
      while (took.length < 49) took.push(await stop());
    };
    await Promise.all([lane(), lane()]);
    process.off('worker', watch);
    const longest = Math.max(...took);
    assert.ok(took.length >= 50 && longest < 2000, `${took.length}, ${longest} ms`);
    // By itself: one that is ended from outside has the code 1.
    assert.deepEqual([...new Set(codes)], [0]);
  });

  it('is that of a child that ignores signals, too', async () => {
    const { engine, pid } = await withStubbornChild();
    assert.ok(isRunning(pid));
    await engine.close();
    await waitFor('end of the child', 5000, () => !isRunning(pid));
  });

  it('is that of the children of a worker that hangs or has crashed, too', async () => {
    for (const flaw of ['hang', 'crash']) {
      const { engine, connection, pid } = await withStubbornChild();
      connection.closePeer(flaw).catch(() => {});
      if (flaw === 'crash') await once(connection, 'failed');
      await engine.close();
      await waitFor(`end of the child after a ${flaw}`, 5000, () => !isRunning(pid));
    }
  });

  it('comes in its own time where a program takes a second to give its device back', async () => {
    // More than what a worker that does not answer gets.
    const slow = join(directory, 'slow.js');
    writeFileSync(
      slow,
      `require(${JSON.stringify(WORKER)});
      const { Child } = require(${JSON.stringify(join(DIST, 'process/Child.js'))});
      const { Engine } = require(${JSON.stringify(join(DIST, 'engine.js'))});
      const { parentPort } = require('node:worker_threads');
      const child = new Child(
        { program: process.execPath, args: [${JSON.stringify(STUBBORN)}], label: 's', stopSignal: 'SIGTERM', graceMs: 1500 },
        { data: text => parentPort.postMessage({ event: 'log', level: 'info', text: 'pid ' + text }), exit() {} },
      );
      const { close } = Engine.prototype;
      Engine.prototype.close = function () { return Promise.all([close.call(this), child.stop()]); };`,
    );
    const engine = new EngineProxy({}, slow);
    const [, text] = await once(engine, 'log', { signal: AbortSignal.timeout(LIMIT_MS) });
    const pid = Number(text.slice(4));
    assert.ok(isRunning(pid));
    const startMs = performance.now();
    await engine.close();
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs > 1400 && tookMs < 4000, `${tookMs} ms`);
    assert.ok(!isRunning(pid));
  });
});

describe('an engine whose worker hangs', () => {
  it('is started again after 5 s, its processes are ended, and it works again', async () => {
    const { engine, connection, pid } = await withStubbornChild();
    const startMs = performance.now();
    const failed = once(connection, 'failed', { signal: AbortSignal.timeout(LIMIT_MS) });
    const opened = once(connection, 'opened', { signal: AbortSignal.timeout(LIMIT_MS) });
    connection.closePeer('hang').catch(() => {});
    const [error] = await failed;
    assert.equal(error.code, 'engine-ended');
    assert.match(error.message, /did not answer for 5 s/);
    const silentMs = performance.now() - startMs;
    assert.ok(silentMs > 4500 && silentMs < 10_000, `${silentMs} ms`);
    await waitFor('end of the child', 5000, () => !isRunning(pid));
    await opened;
    const browser = new WeriftBrowser();
    const { description } = await connection.answer({ sdp: await browser.offer() });
    await browser.accept(description.sdp);
    await browser.channel();
    await browser.close();
    await engine.close();
  });

  it('is not started again because this thread was blocked for 7 s', async () => {
    const engine = new EngineProxy({}, WORKER);
    const connection = engine.openConnection(CONNECTION);
    await once(connection, 'opened', { signal: AbortSignal.timeout(LIMIT_MS) });
    connection.on('failed', error => assert.fail(error.message));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 7000);
    await engine.listCameras();
    await engine.close();
  });
});
