import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import type { MediaError } from '../../engine/model/errors/errors';
import type { CaptureProxyOptions, ReceivedFrame } from '../../engine/port/CaptureProxy';
import { EngineProxy } from '../../engine/port/EngineProxy';
import { flood } from '../support/flood';
import { childrenOf } from '../support/processes';
import { WeriftBrowser } from '../support/WeriftBrowser';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 20_000;
const WORKER = join(__dirname, '../../dist/engine/port/worker.js');
const directory = mkdtempSync(join(tmpdir(), 'rtcbot-engine-'));

/** The real worker, with a flaw that a test sets off by closing a peer of this name. */
const FLAWED = join(directory, 'flawed.js');
writeFileSync(
  FLAWED,
  `require(${JSON.stringify(WORKER)});
require('node:worker_threads').parentPort.on('message', ({ ask }) => {
  if (ask?.peer === 'crash') setImmediate(() => { throw new Error('a flaw'); });
  if (ask?.peer === 'reject') void Promise.reject(new Error('a flaw'));
  if (ask?.peer === 'hang') for (;;) {}
});`,
);
after(() => rmSync(directory, { recursive: true }));

const CAMERA = {
  kind: 'video' as const,
  settings: {
    options: { source: 'test' as const, width: 320, height: 240, frameRate: 20 },
    lingerMs: 0,
    frames: { format: 'jpeg' as const },
  },
  origin: 'node-1',
  label: 'camera',
} satisfies CaptureProxyOptions;
const UNWATCHED: CaptureProxyOptions = {
  ...CAMERA,
  settings: { options: CAMERA.settings.options, lingerMs: 0 },
};
const CONNECTION = { latency: 'lowest', maxPeers: 4, keyframeIntervalMs: 10_000 } as const;

const encoderPids = () =>
  childrenOf(process.pid)
    .filter(({ command }) => command.includes('pipe:0'))
    .map(({ pid }) => pid);
const encoders = () => encoderPids().length;

describe('an EngineProxy', () => {
  let engine: EngineProxy;
  let browsers: WeriftBrowser[] = [];
  const logged: string[] = [];

  const start = (file = FLAWED) => {
    engine = new EngineProxy({ stateDirectory: directory }, file);
    engine.on('log', (_, text) => logged.push(text));
    return engine;
  };
  const connect = async (connection: ReturnType<EngineProxy['openConnection']>) => {
    const browser = new WeriftBrowser();
    browsers.push(browser);
    const { peer, description } = await connection.answer({ sdp: await browser.offer() });
    await browser.accept(description.sdp);
    await browser.channel();
    return { browser, peer };
  };
  const nextFrame = async (capture: ReturnType<EngineProxy['openCapture']>) => {
    const [frame] = await once(capture, 'frame', { signal: AbortSignal.timeout(LIMIT_MS) });
    return frame as ReceivedFrame;
  };

  afterEach(async () => {
    for (const browser of browsers) await browser.close();
    browsers = [];
    await engine.close();
    await engine.close();
    await waitFor('end of all processes', 10_000, () => encoders() === 0);
  });

  it('brings the pictures of a capture, each a JPEG in memory of its own', async () => {
    const capture = start().openCapture(CAMERA);
    const states: string[] = [];
    capture.on('state', ({ state }) => states.push(state));
    const frames = [await nextFrame(capture), await nextFrame(capture)];
    for (const { data, width, height } of frames) {
      assert.ok(Buffer.isBuffer(data));
      assert.equal(data.readUInt16BE(0), 0xffd8);
      assert.equal(data.length, data.buffer.byteLength);
      assert.deepEqual([width, height], [320, 240]);
    }
    assert.notEqual(frames[0]?.data.buffer, frames[1]?.data.buffer);
    assert.deepEqual(states.slice(0, 3), ['idle', 'starting', 'live']);
    await capture.close();
    await waitFor('end of the encoder', 10_000, () => encoders() === 0);
  });

  it('goes on with frames although a listener throws', async () => {
    const capture = start().openCapture(CAMERA);
    capture.once('frame', () => {
      throw new Error('my fault');
    });
    await nextFrame(capture);
    await nextFrame(capture);
    assert.ok(logged.some(text => text.includes('my fault')));
  });

  it('hands over all that a peer floods it with, in order', async () => {
    const connection = start().openConnection(CONNECTION);
    const { browser } = await connect(connection);
    const heard: string[] = [];
    connection.on('message', (_peer, _channel, data) => heard.push(String(data)));
    // More than a peer may send before the flow has taken something.
    const count = flood(browser, await browser.channel());
    await waitFor('all messages', LIMIT_MS, () => heard.length === count);
    assert.deepEqual(
      heard,
      Array.from({ length: count }, (_, n) => `${n}`),
    );
  });

  it('carries messages both ways', async () => {
    const connection = start().openConnection(CONNECTION);
    const { browser, peer } = await connect(connection);
    const channel = await browser.channel();
    const answered = once(connection, 'message');
    channel.send(Buffer.from([1, 2, 3]));
    assert.deepEqual(await answered, [peer, 'default', Buffer.from([1, 2, 3])]);
    const heard = new Promise(resolve => {
      channel.onMessage.subscribe(resolve);
    });
    await connection.send(Buffer.from('xhello').subarray(1), { peer });
    assert.deepEqual(await heard, Buffer.from('hello'));
    assert.deepEqual([...connection.peers], [peer]);
    await assert.rejects(connection.send('x', { peer, channel: 'rtcbot' }), {
      code: 'message-unsendable',
    });
    assert.equal((await connection.stats(peer))[0]?.messagesSent, 1);
    await assert.rejects(connection.send('x', { peer: 'nobody' }), { code: 'peer-gone' });
    await assert.rejects(connection.answer({ sdp: 'nonsense' }), { code: 'offer-invalid' });
  });

  it('sends a capture to a browser', async () => {
    const capture = start().openCapture(UNWATCHED);
    const connection = engine.openConnection(CONNECTION);
    connection.addTrack(capture.track);
    const { browser } = await connect(connection);
    await waitFor('video', LIMIT_MS, () => browser.packets.some(({ header }) => header.marker));
    await connection.close();
    await waitFor('end of the encoder', 5000, () => encoders() === 0);
  });

  it('stays, with all its peers, when one of them sends what the stack cannot bear', async () => {
    const connection = start().openConnection(CONNECTION);
    connection.on('failed', error => assert.fail(error.message));
    const { browser } = await connect(connection);
    const other = await connect(connection);
    const { id = 0 } = await browser.channel();
    const loggedBefore = logged.length;
    // A payload protocol identifier that no data channel has (RFC 8831 8).
    await browser.connection.sctpTransport?.sctp.send(id, 99, Buffer.from('x'));
    const answered = once(connection, 'message');
    (await other.browser.channel()).send('still here');
    assert.deepEqual(await answered, [other.peer, 'default', 'still here']);
    // Who sends many of these must not fill the log.
    assert.deepEqual(logged.slice(loggedBefore), []);
    await assert.rejects(connection.closePeer('reject'));
    const isLogged = () =>
      logged.slice(loggedBefore).some(text => /^unexpected.*a flaw/.test(text));
    await waitFor('line in the log', LIMIT_MS, isLogged);
    (await other.browser.channel()).send('still here');
    await once(connection, 'message');
  });

  it('heals a crash: captures and connections work again, nothing of before is left', async () => {
    const capture = start().openCapture(CAMERA);
    const connection = engine.openConnection(CONNECTION);
    connection.addTrack(capture.track);
    const { peer } = await connect(connection);
    await nextFrame(capture);
    const before = encoderPids();
    assert.ok(before.length > 0);
    const failures: MediaError[] = [];
    for (const each of [capture, connection]) each.on('failed', error => failures.push(error));
    const gone = once(connection, 'disconnected');
    const asking = connection.closePeer('crash');
    const listing = engine.listCameras();
    await assert.rejects(Promise.all([asking, listing]));
    assert.deepEqual(await gone, [peer, 'connection failed']);
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['engine-ended', 'engine-ended'],
    );
    assert.match(failures[0]?.message ?? '', /a flaw/);
    assert.equal(connection.peers.size, 0);

    await nextFrame(capture);
    const { browser } = await connect(connection);
    await waitFor('video', LIMIT_MS, () => browser.packets.some(({ header }) => header.marker));
    const now = new Set(encoderPids());
    assert.ok(before.every(pid => !now.has(pid)));
  });

  it('says good-bye to its peers before it crashes, and takes offers until it runs again', async () => {
    const connection = start().openConnection(CONNECTION);
    const { browser } = await connect(connection);
    const channel = await browser.channel();
    const { run } = connection;
    const died = once(connection, 'failed');
    connection.closePeer('crash').catch(() => {});
    await died;
    // No worker runs now.
    assert.equal(connection.run, undefined);
    await connect(connection);
    assert.ok(connection.run !== undefined && connection.run !== run);
    await waitFor('good-bye', 2000, () => channel.readyState === 'closed');
  });

  it('closes what was closed while the worker was being started again', async () => {
    const capture = start().openCapture(CAMERA);
    const connection = engine.openConnection(CONNECTION);
    await nextFrame(capture);
    const failed = once(capture, 'failed');
    connection.closePeer('crash').catch(() => {});
    await failed;
    await capture.close();
    await connection.close();
    await engine.listCameras().catch(() => {});
    assert.equal(encoders(), 0);
  });

  it('ends a worker that hangs within 2 s, and its processes with it', async () => {
    const capture = start().openCapture(CAMERA);
    await nextFrame(capture);
    const connection = engine.openConnection(CONNECTION);
    connection.closePeer('hang').catch(() => {});
    const startMs = performance.now();
    await engine.close();
    assert.ok(performance.now() - startMs < 2000);
    await waitFor('end of all processes', 10_000, () => encoders() === 0);
  });

  it('closes while everything is still being opened', async () => {
    start().openCapture(CAMERA);
    const connection = engine.openConnection(CONNECTION);
    const listing = engine.listCameras().catch(() => {});
    await engine.close();
    await listing;
    await assert.rejects(connection.send('x'), { code: 'engine-ended' });
    await connection.close();
  });

  it('says so, and throws nothing, when the worker cannot be started', async () => {
    const capture = start(join(directory, 'missing.js')).openCapture(CAMERA);
    const [error] = await once(capture, 'failed');
    assert.equal(error.code, 'engine-ended');
    assert.match(error.message, /missing\.js/);
  });
});
