import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { ownCertificate } from '../../engine/peer/certificate';
import type { PeerGroupOptions } from '../../engine/peer/PeerGroupOptions';
import { PeerThreads, type PeerThreadsOptions } from '../../engine/peer/threads/PeerThreads';
import { GroupRig, h264Unit, LIMIT_MS } from '../support/GroupRig';
import { ManualClock } from '../support/ManualClock';
import { waitFor } from '../support/waitFor';

const directory = mkdtempSync(join(tmpdir(), 'rtcbot-threads-'));
const ENTRY = join(__dirname, '../../dist/engine/peer/threads/peerWorker.js');
/** The real thread, with a flaw that a test sets off by a message. */
const FILE = join(directory, 'flawed.js');
writeFileSync(
  FILE,
  `require(${JSON.stringify(ENTRY)});
require('node:worker_threads').parentPort.on('message', ({ ask }) => {
  if (ask?.data === 'crash') setImmediate(() => { throw new Error('a flaw'); });
});`,
);

describe('threads for peers', () => {
  const certificate = ownCertificate();
  const logged: string[] = [];
  let threads: PeerThreads;
  let rig: GroupRig;

  /** A group whose peers all live in one more thread. */
  const start = async (
    options: Partial<PeerGroupOptions> = {},
    more: Partial<PeerThreadsOptions> = {},
  ) => {
    threads = new PeerThreads({
      certificate,
      most: 1,
      few: 0,
      file: FILE,
      log: text => logged.push(text),
      ...more,
    });
    rig = new GroupRig({ certificate: await certificate, threads, ...options });
    await ready();
    return rig;
  };

  /** Waits until the thread takes peers. The own one looks fuller than it is, so that it is chosen. */
  const ready = () =>
    waitFor('thread', LIMIT_MS, () => {
      threads.seat(true);
      const seat = threads.seat(false);
      seat.leave();
      return seat.thread !== undefined;
    });

  const hasText = (text: string) => (packet: { payload: Buffer }) =>
    packet.payload.toString('latin1').includes(text);

  before(() => logged.splice(0));
  afterEach(async () => {
    await rig.close();
    await threads.close();
  });
  after(() => {
    rmSync(directory, { recursive: true });
    assert.deepEqual(logged, []);
  });

  it('send a peer what the engine has, and tell the engine of its end', async () => {
    const { origin, events } = await start();
    const { browser, peer } = await rig.connect();
    assert.equal(threads.size, 1);
    assert.deepEqual(rig.group.has(peer), true);
    origin.run.unit(h264Unit('first', { key: true, bytes: 20 }));
    origin.run.unit(h264Unit('second', { bytes: 20 }));
    await waitFor('pictures', LIMIT_MS, () => browser.packets.some(hasText('second')));
    assert.ok(browser.packets.some(hasText('first')));
    const [stats] = await rig.group.stats(peer);
    assert.deepEqual([stats?.peer, stats?.codec], [peer, 'H264']);
    assert.equal(rig.group.unsent, 0);
    (await browser.channel()).close();
    await rig.heard('disconnected: page closed');
    assert.deepEqual(events, ['connected', 'disconnected: page closed']);
    await waitFor('end of the subscription', LIMIT_MS, () => rig.track.subscribers === 0);
  });

  it('give a viewer who comes late what the others have had', async () => {
    const { origin } = await start();
    await rig.connect();
    const key = h264Unit('key', { key: true, bytes: 20 });
    origin.run.unit(key);
    origin.run.caughtUp = [key];
    const { browser } = await rig.connect();
    await waitFor('keyframe', LIMIT_MS, () => browser.packets.some(hasText('key')));
  });

  it('carry messages both ways', async () => {
    const { events } = await start();
    const { browser, peer } = await rig.connect();
    const channel = await browser.channel();
    const heard: string[] = [];
    channel.onMessage.subscribe(data => heard.push(data.toString()));
    channel.send('from the page');
    channel.send(Buffer.from('bytes'));
    await rig.heard('default: from the page');
    await rig.heard('default: bytes');
    await rig.group.message('to one', { peer });
    await rig.group.message(Buffer.from('to all'));
    await waitFor('messages', LIMIT_MS, () => heard.length === 2);
    assert.deepEqual(heard, ['to one', 'to all']);
    assert.deepEqual(events.slice(0, 1), ['connected']);
  });

  it('send other tracks when those change', async () => {
    const { origin, source } = await start();
    const { browser } = await rig.connect();
    rig.group.send({ video: [], audio: [] });
    await waitFor('end of the subscription', LIMIT_MS, () => rig.track.subscribers === 0);
    rig.group.send({ video: [source], audio: [] });
    await waitFor('subscription', LIMIT_MS, () => rig.track.subscribers === 1);
    origin.run.unit(h264Unit('again', { key: true, bytes: 20 }));
    await waitFor('picture', LIMIT_MS, () => browser.packets.some(hasText('again')));
  });

  it('leave a peer in the own thread that sends something that is wanted', async () => {
    await start({ wanted: ['audio'] });
    const { own } = threads.loads;
    await rig.connect({ microphone: true });
    assert.deepEqual(threads.loads, { own: own + 1, others: [0], starting: 0 });
    await rig.connect();
    assert.deepEqual(threads.loads, { own: own + 1, others: [1], starting: 0 });
  });

  it('say why a message cannot be sent as the own thread would', async () => {
    await start();
    const { peer } = await rig.connect({ channels: [] });
    await assert.rejects(rig.group.message('x', { peer }), { code: 'message-unsendable' });
    await rig.group.message('for nobody');
  });

  it('take their peers along when they die, and a new one is started', async () => {
    const { events } = await start();
    await rig.connect();
    // It may end before it has answered.
    rig.group.message('crash').catch(() => {});
    await waitFor('end of the thread', LIMIT_MS, () => threads.size === 0);
    assert.ok(events.some(event => event.startsWith('disconnected')));
    assert.deepEqual(logged.splice(0), ['a thread for viewers ended: a flaw']);
    await ready();
    await rig.connect();
    assert.equal(events.filter(event => event === 'connected').length, 2);
  });

  it('end when nobody has been there for a while', async () => {
    const clock = new ManualClock();
    await start({}, { clock });
    const { browser } = await rig.connect();
    clock.advance(60_000);
    assert.equal(threads.size, 1);
    (await browser.channel()).close();
    await rig.heard('disconnected: page closed');
    await waitFor('timer', LIMIT_MS, () => clock.pending > 0);
    clock.advance(60_000);
    assert.equal(threads.size, 0);
  });

  it('receive nothing any more when the process ends', async () => {
    await start();
    await rig.connect();
    const beforeMs = performance.now();
    threads.silence();
    const tookMs = performance.now() - beforeMs;
    assert.ok(tookMs < 900, `it answered after ${tookMs} ms`);
  });
});
