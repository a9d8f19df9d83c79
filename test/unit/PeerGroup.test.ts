import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, describe, it } from 'node:test';
import {
  dePacketizeRtpPackets,
  GenericNack,
  PictureLossIndication,
  RtcpPayloadSpecificFeedback,
  RtcpTransportLayerFeedback,
} from 'werift';
import { joinNals } from '../../engine/coding/h264';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { Track } from '../../engine/model/Track';
import { PeerGroup, type PeerGroupOptions, type VideoSource } from '../../engine/peer/PeerGroup';
import { framesOf, SplitReader } from '../../engine/peer/split';
import { CHROMIUM_OFFER, FIREFOX_OFFER } from '../support/browserOffers';
import { ManualOrigin } from '../support/ManualOrigin';
import { settled } from '../support/settled';
import { unitOf } from '../support/unitOf';
import { WeriftBrowser, type WeriftBrowserOptions } from '../support/WeriftBrowser';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 10_000;

const SPS = Buffer.from('6742c01fd9005005bb016a02020280', 'hex');
const PPS = Buffer.from('68cb83cb20', 'hex');
const START_CODE = Buffer.from([0, 0, 0, 1]);

/** A unit in the form of H264 whose slice holds a text, over and over. */
function h264Unit(text: string, { key = false, bytes = 5000 } = {}): AccessUnit {
  const slice = Buffer.concat([Buffer.from([key ? 0x65 : 0x41]), Buffer.alloc(bytes, text)]);
  const data = joinNals(key ? [SPS, PPS, slice] : [slice]);
  return unitOf({ codec: 'H264', key, data, timestampMs: performance.now() });
}

/** A group that sends one source, browsers to go with it, and everything that it told. */
class Rig {
  readonly origin = new ManualOrigin();
  readonly track = new Track(this.origin, { lingerMs: 0 });
  readonly group: PeerGroup;
  readonly events: string[] = [];
  readonly codecs: string[] = [];
  readonly #browsers: WeriftBrowser[] = [];

  constructor(options: Partial<PeerGroupOptions> = {}) {
    this.group = new PeerGroup({ latency: 'lowest', maxPeers: 4, ...options });
    this.group.on('connected', () => this.events.push('connected'));
    this.group.on('disconnected', (_, cause) => this.events.push(`disconnected: ${cause}`));
    this.group.on('abandoned', (_, cause) => this.events.push(`abandoned: ${cause}`));
    this.group.on('message', (_, channel, data) => this.events.push(`${channel}: ${data}`));
    this.group.send({ video: [this.source], audio: [] });
  }

  get source(): VideoSource {
    return {
      native: undefined,
      rendition: codec => {
        this.codecs.push(codec);
        return this.track;
      },
    };
  }

  browser(options: WeriftBrowserOptions = {}): WeriftBrowser {
    const browser = new WeriftBrowser(options);
    this.#browsers.push(browser);
    return browser;
  }

  /** A browser after its handshake. */
  async connect(options: WeriftBrowserOptions = {}) {
    const browser = this.browser(options);
    const connected = once(this.group, 'connected');
    const { peer, sdp } = await this.group.answer(await browser.offer());
    await browser.accept(sdp);
    await connected;
    await browser.connected();
    return { browser, peer };
  }

  heard(event: string): Promise<true> {
    return waitFor(event, LIMIT_MS, () => this.events.includes(event), { everyMs: 5 });
  }

  async close(): Promise<void> {
    for (const browser of this.#browsers) await browser.close();
    await this.group.close();
    await this.track.close();
  }
}

const sockets = () => process.getActiveResourcesInfo().filter(each => each === 'UDPWrap').length;

describe('a PeerGroup', () => {
  let rig = new Rig();
  const start = (options: Partial<PeerGroupOptions> = {}) => {
    rig = new Rig(options);
    return rig;
  };
  afterEach(async () => {
    await rig.close();
    await waitFor('end of all sockets', 2000, () => sockets() === 0);
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

  it('turns a PLI into a wish for a keyframe', async () => {
    const { origin } = start();
    const { browser } = await rig.connect();
    origin.run.unit(h264Unit('key', { key: true }));
    await waitFor('packet', LIMIT_MS, () => browser.packets.length > 0);
    const before = origin.run.keyframeRequests;
    const mediaSsrc = browser.packets[0]?.header.ssrc ?? 0;
    const feedback = new PictureLossIndication({ senderSsrc: 1, mediaSsrc });
    const [transport] = browser.connection.dtlsTransports;
    await transport?.sendRtcp([new RtcpPayloadSpecificFeedback({ feedback })]);
    await waitFor('request', LIMIT_MS, () => origin.run.keyframeRequests > before);
  });

  it('answers a NACK with a retransmission', async () => {
    const { origin } = start();
    const { browser } = await rig.connect();
    origin.run.unit(h264Unit('lost', { key: true }));
    await waitFor('unit', LIMIT_MS, () => browser.packets.some(({ header }) => header.marker));
    const [, lost] = browser.packets;
    assert.ok(lost);
    const { ssrc, sequenceNumber, timestamp } = lost.header;
    const feedback = new GenericNack({
      senderSsrc: 1,
      mediaSourceSsrc: ssrc,
      lost: [sequenceNumber],
    });
    const [transport] = browser.connection.dtlsTransports;
    await transport?.sendRtcp([new RtcpTransportLayerFeedback({ feedback })]);
    const again = await waitFor('retransmission', LIMIT_MS, () =>
      browser.packets.find(({ header }) => header.ssrc !== ssrc),
    );
    assert.equal(again.payload.readUInt16BE(0), sequenceNumber);
    assert.ok(again.payload.subarray(2).equals(lost.payload));
    assert.equal(again.header.timestamp, timestamp);
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

  it('says that there is no such peer', async () => {
    const { group } = start();
    await assert.rejects(group.message('x', { peer: 'nobody' }), { code: 'peer-gone' });
    assert.throws(() => group.stats('nobody'), { code: 'peer-gone' });
    assert.throws(() => group.closePeer('nobody'), { code: 'peer-gone' });
    await group.message('to nobody at all');
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
    origin.run.unit(h264Unit('key', { key: true }));
    const stats = await waitFor('statistics', LIMIT_MS, () =>
      group.stats().find(each => each.latencyMs !== undefined && (each.fps ?? 0) > 0),
    );
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
      group.stats(peer).map(each => each.peer),
      [peer],
    );
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

  it('keeps the control channel for itself', async () => {
    const { group } = start();
    const { peer } = await rig.connect();
    await assert.rejects(group.message('x', { peer, channel: 'rtcbot' }), /reserved/);
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

  it('asks a page to connect anew when there is more to see than it offered to take', async () => {
    const { group } = start();
    const { browser } = await rig.connect({ channels: ['default', 'rtcbot'] });
    const channel = await browser.channel('rtcbot');
    const notes: string[] = [];
    channel.onMessage.subscribe(data => notes.push(data.toString()));
    channel.send('{"type":"ping","time":1}');
    await waitFor('pong', LIMIT_MS, () => notes.some(note => note.includes('pong')));
    group.send({ video: [rig.source, rig.source], audio: [] });
    await waitFor('note', LIMIT_MS, () => notes.includes('{"type":"reconnect"}'));
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
