import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { framesOf, SplitReader } from '../../engine/peer/data/split';
import type { PeerGroupOptions } from '../../engine/peer/PeerGroupOptions';
import { flood } from '../support/flood';
import { GroupRig, LIMIT_MS, sockets } from '../support/GroupRig';
import { waitFor } from '../support/waitFor';

describe('the messages of a PeerGroup', () => {
  let rig = new GroupRig();
  const start = (options: Partial<PeerGroupOptions> = {}) => {
    rig = new GroupRig(options);
    return rig;
  };
  afterEach(async () => {
    await rig.close();
    await waitFor('end of all sockets', 10_000, () => sockets() === 0);
    assert.equal(rig.track.state, 'idle');
  });

  it('carries messages both ways, those from before the channel is open too', async () => {
    const { group } = start();
    const browser = rig.browser();
    const { peer, sdp } = await group.answer(await browser.offer());
    const early = group.message('early', { peer });
    const heard: (string | Buffer)[] = [];
    browser.channels.get('default')?.onMessage.subscribe(data => heard.push(data));
    await browser.accept(sdp);
    const channel = await browser.channel();
    await waitFor('early message', LIMIT_MS, () => heard.length === 1);
    await early;
    await group.message(Buffer.from([1, 2]), { peer });
    await group.message('to all');
    channel.send('hello');
    channel.send(Buffer.from('bytes'));
    await rig.heard('default: bytes');
    await waitFor('messages', LIMIT_MS, () => heard.length === 3);
    assert.deepEqual(heard, ['early', Buffer.from([1, 2]), 'to all']);
    assert.ok(rig.events.indexOf('default: hello') < rig.events.indexOf('default: bytes'));
  });

  it('opens further channels when the flow names them', async () => {
    const { group } = start();
    const { browser, peer } = await rig.connect();
    await browser.channel();
    const opened: string[] = [];
    browser.connection.onDataChannel.subscribe(channel => {
      channel.onMessage.subscribe(data => opened.push(`${channel.label}: ${data}`));
    });
    await group.message('news', { peer, channel: 'ticker' });
    await waitFor('message', LIMIT_MS, () => opened.includes('ticker: news'));
  });

  it('says that there is no such peer', async () => {
    const { group } = start();
    await assert.rejects(group.message('x', { peer: 'nobody' }), { code: 'peer-gone' });
    await assert.rejects(group.stats('nobody'), { code: 'peer-gone' });
    assert.throws(() => group.closePeer('nobody'), { code: 'peer-gone' });
    await group.message('to nobody at all');
  });

  it('sends more than the peer takes in one message in parts, to one of ours', async () => {
    const { group } = start();
    const { browser, peer } = await rig.connect({ channels: ['default', 'rtcbot'] });
    const heard: (string | Buffer)[] = [];
    const channel = await browser.channel();
    const reader = new SplitReader();
    channel.onMessage.subscribe(frame => {
      const message = reader.read(frame);
      if (message !== undefined) heard.push(message);
    });
    const large = Buffer.alloc(1_000_000, 'large');
    const sent = group.message(large, { peer });
    (await browser.channel('rtcbot')).send('{"type":"hello","split":true}');
    await sent;
    await group.message('after', { peer });
    await waitFor('messages', LIMIT_MS, () => heard.length === 2);
    assert.ok(large.equals(heard[0] as Buffer));
    for (const frame of framesOf(large)) channel.send(frame);
    await waitFor('large message', LIMIT_MS, () =>
      rig.events.some(({ length }) => length > 999_999),
    );
  });

  it('refuses more than the peer takes in one message, for one that is not ours', async () => {
    const { group } = start();
    const { browser, peer } = await rig.connect();
    await browser.channel();
    await assert.rejects(group.message(Buffer.alloc(70_000), { peer }), {
      code: 'message-unsendable',
      message: /70000 bytes, the peer takes 65536/,
    });
    await group.message('goes on', { peer });
  });

  it('refuses what waits for a peer that leaves', async () => {
    const { group } = start();
    const browser = rig.browser();
    const { peer } = await group.answer(await browser.offer());
    const refused = assert.rejects(group.message('too early', { peer }), /the peer has left/);
    group.closePeer(peer);
    await refused;
  });

  it('lets a peer that floods wait while the flow has no time, and loses nothing', async () => {
    const { group } = start();
    const { browser, peer } = await rig.connect({ channels: ['default', 'rtcbot'] });
    const channel = await browser.channel();
    const notes: string[] = [];
    (await browser.channel('rtcbot')).onMessage.subscribe(note => notes.push(String(note)));
    const count = flood(browser, channel);
    await waitFor('word that it has to wait', LIMIT_MS, () => notes.includes('{"type":"busy"}'));
    await waitFor('end of what comes', LIMIT_MS, quiet(rig.events));
    const heard = () => rig.events.filter(event => event.startsWith('default'));
    assert.ok(heard().length > 500, `${heard().length} came`);
    assert.ok(heard().length < 4200, `${heard().length} came, and nothing was taken`);

    let taken = 0;
    const takeAll = () => {
      group.taken(peer, heard().length - taken);
      taken = heard().length;
      return taken === count;
    };
    await waitFor('the rest', 60_000, takeAll, { everyMs: 5 });
    assert.deepEqual(
      heard(),
      Array.from({ length: count }, (_, n) => `default: ${n}`),
    );
  });

  it('does not mind messages of unknown kinds', async () => {
    start();
    const { browser } = await rig.connect();
    const channel = await browser.channel();
    const failures: unknown[] = [];
    const note = (reason: unknown) => failures.push(reason);
    process.on('unhandledRejection', note);
    try {
      const sctp = browser.connection.sctpTransport?.sctp;
      await sctp?.send(channel.id, 99, Buffer.from('what is this?'));
      // The answer to a DATA_CHANNEL_OPEN that nobody sent (RFC 8832 5.2).
      await sctp?.send(40, 50, Buffer.from([2]));
      channel.send('after');
      await rig.heard('default: after');
    } finally {
      process.off('unhandledRejection', note);
    }
    assert.deepEqual(failures, []);
  });

  it('keeps the control channel for itself', async () => {
    const { group } = start();
    const { peer } = await rig.connect();
    await assert.rejects(group.message('x', { peer, channel: 'rtcbot' }), /reserved/);
  });
});

/** Whether nothing was added since it was asked last. */
function quiet(list: readonly unknown[]): () => boolean {
  let last = 0;
  let times = 0;
  return () => {
    times = list.length === last ? times + 1 : 0;
    last = list.length;
    return times === 10;
  };
}
