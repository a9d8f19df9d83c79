import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { dePacketizeRtpPackets } from 'werift';
import type { AudioUnit } from '../../engine/model/AudioUnit';
import type { OriginListener } from '../../engine/model/Origin';
import { Track } from '../../engine/model/Track';
import type { PeerGroupOptions } from '../../engine/peer/PeerGroupOptions';
import { BarePeer } from '../support/BarePeer';
import { CHROMIUM_OFFER, FIREFOX_OFFER } from '../support/browserOffers';
import { GroupRig, h264Unit, LIMIT_MS, sockets } from '../support/GroupRig';
import { ManualOrigin } from '../support/ManualOrigin';
import { settled } from '../support/settled';
import { unitOf } from '../support/unitOf';
import type { WeriftBrowser, WeriftBrowserOptions } from '../support/WeriftBrowser';
import { waitFor } from '../support/waitFor';

const START_CODE = Buffer.from([0, 0, 0, 1]);

describe('a PeerGroup', () => {
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

  it('sends H264 that arrives as it was', async () => {
    const { origin } = start();
    const { browser } = await rig.connect();
    const units = [h264Unit('one', { key: true }), h264Unit('two'), h264Unit('3', { bytes: 30 })];
    for (const unit of units) origin.run.unit(unit);
    const markers = () => browser.packets.filter(({ header }) => header.marker).length;
    await waitFor('all units', LIMIT_MS, () => markers() === 3, { everyMs: 5 });
    const { data } = dePacketizeRtpPackets('MPEG4/ISO/AVC', browser.packets);
    const annexB = units.flatMap(({ data: nals }) => {
      const parts: Buffer[] = [];
      for (let at = 0; at < nals.length; at += 4 + nals.readUInt32BE(at)) {
        parts.push(START_CODE, nals.subarray(at + 4, at + 4 + nals.readUInt32BE(at)));
      }
      return parts;
    });
    assert.ok(data.equals(Buffer.concat(annexB)));
    assert.deepEqual(rig.codecs, ['H264']);
  });

  it('sends VP8 to a browser that offers no H264', async () => {
    const { origin } = start();
    const { browser } = await rig.connect({ codec: 'VP8' });
    const frame = Buffer.alloc(4000, 'vp8 frame');
    origin.run.unit(unitOf({ codec: 'VP8', key: true, data: frame, timestampMs: 1 }));
    await waitFor('frame', LIMIT_MS, () => browser.packets.some(({ header }) => header.marker));
    const arrived = browser.packets.map(({ payload }) => payload.subarray(1));
    assert.ok(Buffer.concat(arrived).equals(frame));
    assert.deepEqual(rig.codecs, ['VP8']);
  });

  it('has the picture of before the handshake ready for the browser', async () => {
    const { origin, group } = start();
    const browser = rig.browser();
    const { sdp } = await group.answer(await browser.offer());
    await settled();
    origin.run.unit(h264Unit('early', { key: true }));
    await browser.accept(sdp);
    await browser.connected();
    await waitFor('unit', LIMIT_MS, () => browser.packets.some(({ header }) => header.marker));
  });

  it('answers an offer of nothing but data with data only', async () => {
    const { group } = start();
    const browser = rig.browser({ videos: 0 });
    const { peer, sdp } = await group.answer(await browser.offer());
    assert.doesNotMatch(sdp, /m=video|m=audio/);
    await browser.accept(sdp);
    await browser.channel();
    await group.message('hello', { peer });
    assert.notEqual(rig.track.state, 'live');
  });

  it('refuses more peers than it may have, and takes one again when one has left', async () => {
    const { group } = start({ maxPeers: 1 });
    const { peer } = await rig.connect();
    const late = await rig.browser().offer();
    await assert.rejects(group.answer(late), { code: 'too-many-peers' });
    group.closePeer(peer);
    await rig.heard('disconnected: closed by flow');
    await rig.connect();
    assert.equal(group.size, 1);
  });

  it('gives the places of who has not finished its handshake after 3 s to who asks for them', async () => {
    const { group, events } = start({ maxPeers: 2 });
    // One that is not heard of, and one that checks its path and does no more.
    await group.answer(CHROMIUM_OFFER);
    const idle = await BarePeer.to(offer => group.answer(offer));
    await idle.check({ nominates: true });
    const late = [rig.browser(), rig.browser()];
    const offers = await Promise.all(late.map(each => each.offer()));
    await assert.rejects(group.answer(offers[0] ?? ''), { code: 'too-many-peers' });
    // Long before the handshakes have taken too long.
    const startMs = performance.now();
    for (const [index, browser] of late.entries()) {
      await idle.check();
      const { sdp } = await waitFor('place', 9000, () => group.answer(offers[index] ?? ''));
      await browser.accept(sdp);
      await browser.connected();
    }
    assert.ok(performance.now() - startMs > 2500, 'they had some time');
    await waitFor('both', LIMIT_MS, () => group.size === 2);
    const abandoned = 'abandoned: handshake timed out';
    assert.deepEqual([...events].sort(), [abandoned, abandoned, 'connected', 'connected']);
    await assert.rejects(group.answer(CHROMIUM_OFFER), { code: 'too-many-peers' });
    await idle.close();
  });

  it('lets a newcomer take the place of the oldest where that is wanted, once it is connected', async () => {
    const { group, events } = start({ maxPeers: 1, whenFull: 'replace' });
    const { browser: first, peer } = await rig.connect({ channels: ['default', 'rtcbot'] });
    const notes: string[] = [];
    const control = await first.channel('rtcbot');
    control.onMessage.subscribe(data => notes.push(data.toString()));
    // An offer alone pushes nobody out.
    await group.answer(CHROMIUM_OFFER);
    assert.deepEqual(events, ['connected']);

    await rig.connect();
    assert.deepEqual(events, ['connected', 'disconnected: replaced', 'connected']);
    assert.equal(group.size, 1);
    await assert.rejects(group.message('x', { peer }), { code: 'peer-gone' });
    await waitFor('note', LIMIT_MS, () => notes.includes('{"type":"replaced"}'));
    // What it still says is not heard any more.
    (await first.channel()).send('still driving');
    await waitFor('end', LIMIT_MS, () => control.readyState === 'closed');
    assert.deepEqual(events, ['connected', 'disconnected: replaced', 'connected']);
  });

  it('tells how its peers do', async () => {
    const { group, origin } = start();
    const { browser, peer } = await rig.connect({ channels: ['default', 'rtcbot'] });
    const control = await browser.channel('rtcbot');
    control.send('{"type":"ping","time":1,"latency":40,"roundTrip":2.5}');
    (await browser.channel()).send('hello');
    await rig.heard('default: hello');
    await group.message('hi', { peer });
    // Rates are of the time since the last reading: something goes each way before each.
    const stats = await waitFor('statistics', LIMIT_MS, async () => {
      origin.run.unit(h264Unit('key', { key: true }));
      control.send('{"type":"ping","time":1,"latency":40,"roundTrip":2.5}');
      const all = await group.stats();
      return all.find(
        each => each.latencyMs !== undefined && (each.fps ?? 0) > 0 && each.receivedBps > 0,
      );
    });
    assert.deepEqual(
      [stats.peer, stats.codec, stats.latencyMs, stats.roundTripMs],
      [peer, 'H264', 40, 2.5],
    );
    assert.deepEqual(
      [stats.messagesSent, stats.messagesReceived, stats.messagesDropped],
      [1, 1, 0],
    );
    assert.ok(stats.sentBps > 0 && stats.receivedBps > 0 && stats.connectedMs > 0);
    assert.deepEqual(
      (await group.stats(peer)).map(each => each.peer),
      [peer],
    );
  });

  it('gives up a browser that never connects', async () => {
    const { group } = start({ handshakeMs: 200 });
    await group.answer(CHROMIUM_OFFER);
    await settled();
    assert.notEqual(rig.track.state, 'idle');
    await rig.heard('abandoned: handshake timed out');
  });

  it('notices that a browser has vanished', async () => {
    start({ silenceMs: 1500 });
    const { browser } = await rig.connect();
    await browser.vanish();
    await rig.heard('disconnected: vanished');
  });

  it('notices at once that a page was closed', async () => {
    start();
    const { browser } = await rig.connect({ channels: ['default', 'rtcbot'] });
    (await browser.channel('rtcbot')).send('{"type":"bye"}');
    await rig.heard('disconnected: page closed');
  });

  it('notices the end of a page by the end of its default channel', async () => {
    start();
    const { browser } = await rig.connect();
    (await browser.channel()).close();
    await rig.heard('disconnected: page closed');
  });

  /** A browser with a control channel, and the notes that came on it. */
  async function connectPage(options: WeriftBrowserOptions = {}) {
    const { browser, peer } = await rig.connect({ channels: ['default', 'rtcbot'], ...options });
    const channel = await browser.channel('rtcbot');
    const notes: string[] = [];
    channel.onMessage.subscribe(data => notes.push(data.toString()));
    channel.send('{"type":"ping","time":1}');
    await waitFor('pong', LIMIT_MS, () => notes.some(note => note.includes('pong')));
    return { browser, peer, notes };
  }

  it('sends the first picture there is to a peer that was connected before, and tells it so', async () => {
    const { group, origin, source, events } = start();
    group.send({ video: [], audio: [] });
    const { browser, peer, notes } = await connectPage();
    assert.deepEqual((await group.stats(peer))[0]?.codec, undefined);
    group.send({ video: [source], audio: [] });
    await waitFor('note', LIMIT_MS, () =>
      notes.includes('{"type":"sending","video":true,"audio":false}'),
    );
    origin.run.unit(h264Unit('first', { key: true, bytes: 20 }));
    await waitFor('picture', LIMIT_MS, () =>
      browser.packets.some(({ payload }) => payload.toString('latin1').includes('first')),
    );
    assert.ok(group.has(peer));
    assert.deepEqual(events, ['connected']);
    assert.equal((await group.stats(peer))[0]?.codec, 'H264');
  });

  it('agrees to send sound before there is any, marked as idle, and sends it when it comes', async () => {
    const { group, source, events } = start();
    group.send({ video: [], audio: [] });
    const { sdp } = await group.answer(CHROMIUM_OFFER);
    assert.match(sdp, /m=video[\s\S]*a=sendonly[\s\S]*a=x-rtcbot-idle/);
    group.send({ video: [source], audio: [] });
    assert.doesNotMatch((await group.answer(CHROMIUM_OFFER)).sdp, /a=x-rtcbot-idle/);
    const { browser } = await rig.connect({ sound: true });
    const hear: ((unit: AudioUnit) => void)[] = [];
    const open = ({ unit }: OriginListener<AudioUnit>) => {
      hear.push(unit);
      return { close: async () => {}, requestKeyframe: () => false, catchUp: () => [] };
    };
    const sound = new Track<AudioUnit>({ label: 'manual', open }, { lingerMs: 0 });
    group.send({ video: [source], audio: [sound] });
    await waitFor('sound', LIMIT_MS, () => {
      const [samples, sampleRate] = [960, 48_000];
      const data = Buffer.from('tone');
      const timestampMs = performance.now();
      for (const unit of hear) {
        unit({ codec: 'Opus', data, timestampMs, samples, sampleRate, channels: 1 });
      }
      return browser.packets.some(({ payload }) => payload.equals(data));
    });
    assert.deepEqual(events, ['connected']);
    await sound.close();
  });

  it('leaves a page in peace when there is more to see than it has room for, and counts that', async () => {
    const { group, source, events } = start();
    const { notes } = await connectPage();
    group.send({ video: [source, source], audio: [] });
    assert.equal(group.unsent, 1);
    await settled();
    assert.ok(!notes.some(note => note.includes('reconnect')));
    assert.deepEqual(events, ['connected']);
  });

  it('sends one peer alone what is for it, in place of what the others get', async () => {
    const { group, origin } = start();
    const first = await rig.connect();
    const second = await rig.connect();
    const ownOrigin = new ManualOrigin();
    const own = new Track(ownOrigin, { lingerMs: 0 });
    const ownMedia = { video: [{ native: undefined, rendition: () => own }], audio: [] };
    group.send({ video: [rig.source], audio: [] }, peer =>
      peer === first.peer ? ownMedia : undefined,
    );

    await waitFor('subscription', LIMIT_MS, () => ownOrigin.runs.length > 0);
    origin.run.unit(h264Unit('all', { key: true, bytes: 20 }));
    ownOrigin.run.unit(h264Unit('own', { key: true, bytes: 20 }));
    const payloads = ({ browser }: { browser: WeriftBrowser }) =>
      browser.packets.map(({ payload }) => payload.toString('latin1')).join();
    await waitFor('picture of each', LIMIT_MS, () => {
      return payloads(first).includes('own') && payloads(second).includes('all');
    });
    assert.ok(!payloads(first).includes('all'));
    assert.ok(!payloads(second).includes('own'));
    await own.close();
  });

  it('remembers for a while who was there', async () => {
    const { group } = start();
    const { peer } = await rig.connect();
    assert.deepEqual([group.has(peer), group.had(peer)], [true, false]);
    group.closePeer(peer);
    await rig.heard('disconnected: closed by flow');
    assert.deepEqual([group.has(peer), group.had(peer)], [false, true]);
    assert.deepEqual([group.has('another'), group.had('another')], [false, false]);
  });

  it('frees everything when it is closed while it answers, at whatever moment', async () => {
    for (let moments = 0; moments < 25; moments += 1) {
      const { group, track } = start();
      const answering = group.answer(CHROMIUM_OFFER).catch(error => error.code);
      for (let moment = 0; moment < moments; moment += 1) await Promise.resolve();
      await group.close();
      await answering;
      await settled();
      assert.equal(track.state, 'idle', `after ${moments} moments`);
    }
  });

  it('frees the sockets of all peers before it says that it is closed', async () => {
    const { group } = start();
    const { browser } = await rig.connect();
    await group.answer(CHROMIUM_OFFER);
    await browser.close();
    await group.close();
    await waitFor('end of all sockets', 200, () => sockets() === 0, { everyMs: 1 });
    await assert.rejects(group.answer(CHROMIUM_OFFER), { code: 'too-many-peers' });
  });

  for (const [browser, sdp] of Object.entries({
    Chromium: CHROMIUM_OFFER,
    Firefox: FIREFOX_OFFER,
  })) {
    it(`leaves nothing open for ${browser}'s offer cut off in its last section`, async () => {
      const { group } = start({ maxPeers: 1000, handshakeMs: 50 });
      const end = sdp.lastIndexOf('m=');
      for (let at = sdp.indexOf('\n', end) + 1; at > 0; at = sdp.indexOf('\n', at) + 1) {
        await group.answer(sdp.slice(0, at)).then(
          ({ peer }) => group.closePeer(peer),
          error => assert.equal(error.code, 'offer-invalid'),
        );
      }
    });
  }
});
