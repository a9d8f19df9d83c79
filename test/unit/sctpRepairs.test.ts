import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, describe, it } from 'node:test';
import type { RTCDataChannel } from 'werift';
import { PeerGroup } from '../../engine/peer/PeerGroup';
import { repairDataChannels } from '../../engine/peer/stack/sctpRepairs';
import { seededRandom } from '../support/recordings';
import { WeriftBrowser } from '../support/WeriftBrowser';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 20_000;

/** A peer group and a browser whose inward path loses packets. */
class LossyPair {
  readonly group = new PeerGroup({ latency: 'lowest', maxPeers: 1 });
  readonly browser = new WeriftBrowser({ videos: 0 });
  /** Everything that came, by the label of its channel. */
  readonly heard = new Map<string, string[]>();
  readonly channels: RTCDataChannel[] = [];
  /** Which SCTP packets to the browser are lost, by their number. */
  loses: (packet: number) => boolean = () => false;

  async connect(): Promise<void> {
    const { browser, group } = this;
    browser.connection.onDataChannel.subscribe(channel => this.#listen(channel));
    const connected = once(group, 'connected');
    const { sdp } = await group.answer(await browser.offer());
    await browser.accept(sdp);
    const { sctpTransport } = browser.connection;
    assert.ok(sctpTransport);
    // The same stack at the other end, which is no browser: it hands over as late as ours did.
    repairDataChannels(sctpTransport);
    await connected;
    this.#listen(await browser.channel());
    this.#lose();
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.group.close();
  }

  list(label: string): string[] {
    const known = this.heard.get(label) ?? [];
    this.heard.set(label, known);
    return known;
  }

  #listen(channel: RTCDataChannel): void {
    this.channels.push(channel);
    channel.onMessage.subscribe(data => this.list(channel.label).push(data.toString()));
  }

  #lose(): void {
    const [transport] = this.browser.connection.dtlsTransports;
    assert.ok(transport);
    const receive = transport.dataReceiver;
    let packets = 0;
    transport.dataReceiver = data => {
      packets += 1;
      if (!this.loses(packets)) receive(data);
    };
  }
}

describe('The data channels of a peer', () => {
  let pair: LossyPair;
  const connect = async () => {
    pair = new LossyPair();
    await pair.connect();
    return pair;
  };
  afterEach(() => pair.close());

  it('lose nothing of a reliable channel because an unreliable one beside it gives up', async () => {
    const { group, list } = await connect().then(() => ({
      group: pair.group,
      list: (label: string) => pair.list(label),
    }));
    const news = { channel: 'news', settings: { ordered: false, maxRetransmits: 0 } };
    await group.message('first', news);
    await waitFor('channel', LIMIT_MS, () => list('news').length === 1);
    const chance = seededRandom(7);
    pair.loses = () => chance() < 0.2;
    const expected = Array.from({ length: 300 }, (_, index) => `${index}`);
    for (const text of expected) {
      await Promise.all([group.message(text), group.message(text, news)]);
      await new Promise(setImmediate);
    }
    await waitFor('all messages', LIMIT_MS, () => list('default').length >= expected.length);
    assert.deepEqual(list('default'), expected);
    assert.ok(list('news').length < expected.length, 'with no repeats some are lost');
    assert.ok(list('news').length > expected.length / 2, `${list('news').length} came`);
  });

  it('go on when the note to skip a lost message is itself lost', async () => {
    await connect();
    const news = { channel: 'news', settings: { maxRetransmits: 0 } };
    await pair.group.message('first', news);
    await waitFor('channel', LIMIT_MS, () => pair.list('news').length === 1);
    let lost = 0;
    // The message, and the first notes to skip it.
    pair.loses = () => {
      lost += 1;
      return lost <= 2;
    };
    await pair.group.message('lost', news);
    await waitFor('second loss', LIMIT_MS, () => lost >= 2);
    await pair.group.message('after', news);
    await waitFor('message', LIMIT_MS, () => pair.list('news').includes('after'));
    assert.deepEqual(pair.list('news'), ['first', 'after']);
  });

  it('repeat a lost message after 0.4 s where the path is fast, not after a second', async () => {
    await connect();
    const sctp = pair.browser.connection.sctpTransport?.sctp;
    // Private in the stack: the time that it waits for an acknowledgement, in s.
    const timing = sctp as unknown as { srtt?: number; rto: number; updateRto(s: number): void };
    delete timing.srtt;
    timing.updateRto(0.005);
    assert.equal(timing.rto, 0.4);
  });

  for (const { it: sentence, label, settings } of [
    {
      it: 'are opened as the flow wants them: without order, with a limit',
      label: 'fast',
      settings: { ordered: false, maxRetransmits: 2 },
    },
    {
      it: 'are opened as the flow wants them: in order, with a limit',
      label: 'some',
      settings: { ordered: true, maxRetransmits: 0 },
    },
    {
      it: 'are opened as the flow wants them: without order, reliable',
      label: 'loose',
      settings: { ordered: false },
    },
    { it: 'have names in any language', label: 'Größe 大小 🤖', settings: {} },
  ]) {
    it(sentence, async () => {
      await connect();
      await pair.group.message('hello', { channel: label, settings });
      await waitFor('message', LIMIT_MS, () => pair.list(label).length === 1);
      const channel = pair.channels.find(each => each.label === label);
      const { ordered = true, maxRetransmits = null } = settings as Partial<
        Record<'ordered' | 'maxRetransmits', unknown>
      >;
      assert.deepEqual([channel?.ordered, channel?.maxRetransmits], [ordered, maxRetransmits]);
    });
  }

  it('end a peer that sends a message without end, whatever window it was given', async () => {
    await connect();
    const channel = await pair.browser.channel();
    const sctp = pair.browser.connection.sctpTransport?.sctp;
    assert.ok(sctp);
    // As a peer that does not care: the window is always wide.
    Object.defineProperty(sctp, 'peerAdvertisedRwnd', { get: () => 1e9, set: () => {} });
    const left = once(pair.group, 'disconnected');
    void sctp.send(channel.id, 53, Buffer.alloc(8_000_000));
    assert.equal((await left)[1], 'page closed');
  });

  it('carry empty messages, and others after them', async () => {
    await connect();
    for (const data of ['', Buffer.alloc(0), 'after']) await pair.group.message(data);
    await waitFor('messages', LIMIT_MS, () => pair.list('default').length === 3);
    assert.deepEqual(pair.list('default'), ['', '', 'after']);
  });

  it('carry 10,000 messages that are sent at once, in order', async () => {
    await connect();
    const expected = Array.from({ length: 10_000 }, (_, index) => `${index}`);
    await Promise.all(expected.map(text => pair.group.message(text)));
    await waitFor('messages', LIMIT_MS, () => pair.list('default').length === expected.length);
    assert.deepEqual(pair.list('default'), expected);
  });
});
