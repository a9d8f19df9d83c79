import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { CHROMIUM_OFFER } from '../support/browserOffers';
import { type FlowNode, flowNode, TAB } from '../support/flowNode';
import { connectionNode } from '../support/flows';
import { type LoadedFlow, loadFlow, type Message } from '../support/nodeTestHelper';
import { WeriftBrowser, type WeriftBrowserOptions } from '../support/WeriftBrowser';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 15_000;

/** An rtc-connection with wired signaling, whatever leaves it recorded, and browsers for it. */
class Flow {
  readonly browsers: WeriftBrowser[] = [];
  readonly #flow: LoadedFlow;

  private constructor(flow: LoadedFlow) {
    this.#flow = flow;
  }

  static async load(settings: Partial<FlowNode> = {}): Promise<Flow> {
    const connection = connectionNode({
      signaling: 'wired',
      outputs: 5,
      wires: [['messages'], [], [], ['events'], ['answers']],
      ...settings,
    });
    const flow = await loadFlow(
      ['rtc-connection'],
      [
        TAB,
        connection,
        flowNode('messages', 'helper'),
        flowNode('events', 'helper'),
        flowNode('answers', 'helper'),
        flowNode('catch', 'catch', { scope: null, uncaught: false, wires: [['errors']] }),
        flowNode('errors', 'helper'),
        flowNode('complete', 'complete', { scope: ['connection'], wires: [['done']] }),
        flowNode('done', 'helper'),
      ],
    );
    return new Flow(flow);
  }

  /** A connected browser, and its id. */
  async connect(options: WeriftBrowserOptions = {}) {
    const browser = new WeriftBrowser({ videos: 0, ...options });
    this.browsers.push(browser);
    const before = this.list('answers').length;
    this.put({ payload: { type: 'offer', sdp: await browser.offer() }, res: {} });
    const answer = await waitFor('answer', LIMIT_MS, () => this.list('answers')[before]);
    assert.equal(answer.statusCode, 200, String(answer.payload));
    await browser.accept((answer.payload as { sdp: string }).sdp);
    await browser.connected();
    const peer = String(answer.peer);
    await this.event('connected', peer);
    return { browser, peer, channel: await browser.channel() };
  }

  put(message: object): void {
    this.#flow.node('connection').receive(message);
  }

  list(node: string): readonly Message[] {
    return this.#flow.messages(node);
  }

  /** Waits for a message at a node. */
  at(node: string, fits: (message: Message) => boolean): Promise<Message> {
    return waitFor(`message at ${node}`, LIMIT_MS, () => this.list(node).find(fits), {
      everyMs: 5,
    });
  }

  event(payload: string, peer: string): Promise<Message> {
    return this.at('events', event => event.payload === payload && event.peer === peer);
  }

  async unload(): Promise<void> {
    await Promise.all(this.browsers.map(browser => browser.close()));
    await this.#flow.unload();
  }
}

describe('An rtc-connection and its messages', () => {
  let flow: Flow;
  afterEach(() => flow.unload());
  const load = async (settings: Partial<FlowNode> = {}) => {
    flow = await Flow.load(settings);
    return flow;
  };

  it('hands over values, texts and bytes with peer and channel, and takes the replies', async () => {
    await load();
    const { channel, peer } = await flow.connect();
    const heard: (string | Buffer)[] = [];
    channel.onMessage.subscribe(data => heard.push(data));
    for (const data of ['{"speed":1}', 'no JSON', Buffer.from([0, 255])]) channel.send(data);
    await waitFor('messages', LIMIT_MS, () => flow.list('messages').length === 3);
    const [first, second, third] = flow.list('messages');
    assert.deepEqual(first?.payload, { speed: 1 });
    assert.deepEqual([first?.peer, first?.channel], [peer, 'default']);
    assert.deepEqual(first?._session, { type: 'rtcbot', id: peer });
    assert.equal(second?.payload, 'no JSON');
    assert.deepEqual(third?.payload, Buffer.from([0, 255]));
    flow.put({ ...first, payload: 'back' });
    flow.put({ payload: 7, _session: { type: 'rtcbot', id: peer } });
    flow.put({ payload: Buffer.from('all') });
    await waitFor('replies', LIMIT_MS, () => heard.length === 3);
    assert.deepEqual(heard, ['"back"', '7', Buffer.from('all')]);
  });

  it('sends to one peer what is for one, and to all what is for nobody', async () => {
    await load();
    const [a, b] = [await flow.connect(), await flow.connect()];
    const heard = { a: [] as unknown[], b: [] as unknown[] };
    a.channel.onMessage.subscribe(data => heard.a.push(data));
    b.channel.onMessage.subscribe(data => heard.b.push(data));
    flow.put({ payload: 'for a', peer: a.peer });
    flow.put({ payload: 'for all' });
    await waitFor('messages', LIMIT_MS, () => heard.a.length === 2 && heard.b.length === 1);
    assert.deepEqual(heard, { a: ['"for a"', '"for all"'], b: ['"for all"'] });
  });

  it('opens the channel that a message names, as the message or else the node says', async () => {
    await load({ ordered: false, maxRetransmits: '0' });
    const { browser } = await flow.connect();
    const opened: unknown[] = [];
    browser.connection.onDataChannel.subscribe(({ label, ordered, maxRetransmits }) =>
      opened.push({ label, ordered, maxRetransmits }),
    );
    flow.put({ payload: 1, channel: 'telemetry' });
    flow.put({ payload: 1, channel: 'log', ordered: true, maxRetransmits: null });
    await waitFor('channels', LIMIT_MS, () => opened.length === 2);
    assert.deepEqual(opened, [
      { label: 'telemetry', ordered: false, maxRetransmits: 0 },
      { label: 'log', ordered: true, maxRetransmits: null },
    ]);
  });

  it('ends each message by itself: the one that cannot be sent with an error, the others done', async () => {
    await load();
    const { peer } = await flow.connect();
    flow.put({ payload: Buffer.alloc(70_000), peer, topic: 'too large' });
    flow.put({ payload: 'x', peer: 'nobody', topic: 'no peer' });
    flow.put({ payload: 'x', channel: 'news', maxRetransmits: -1, topic: 'no limit' });
    flow.put({ payload: 'x', peer, topic: 'fine' });
    await flow.at('done', ({ topic }) => topic === 'fine');
    await waitFor('errors', LIMIT_MS, () => flow.list('errors').length === 3);
    const texts = new Map(
      flow
        .list('errors')
        .map(({ topic, error }) => [topic, (error as { message: string }).message]),
    );
    assert.match(texts.get('too large') ?? '', /70000 bytes, the peer takes 65536/);
    assert.match(texts.get('no peer') ?? '', /no peer nobody/);
    assert.match(texts.get('no limit') ?? '', /maxRetransmits/);
    assert.deepEqual(
      flow
        .list('done')
        .map(({ topic }) => topic)
        .filter(Boolean),
      ['fine'],
    );
  });

  it('tells how its peers do when it is asked, and by itself where that is set', async () => {
    await load({ statsInterval: '0.5' });
    const { peer, channel } = await flow.connect();
    channel.send('1');
    const isOf = ({ payload, stats }: Message) =>
      payload === 'stats' && (stats as { messagesReceived: number }).messagesReceived === 1;
    const event = await flow.at('events', isOf);
    assert.equal(event.peer, peer);
    const before = flow.list('events').length;
    flow.put({ command: 'stats', peer });
    await waitFor('answer', LIMIT_MS, () => flow.list('events').length > before);
    flow.put({ command: 'stats', peer: 'nobody' });
    await flow.at('errors', ({ error }) => /no peer/.test((error as { message: string }).message));
  });

  it('closes a peer on command', async () => {
    await load();
    const { peer } = await flow.connect();
    flow.put({ command: 'close', peer });
    assert.equal((await flow.event('disconnected', peer)).reason, 'closed by flow');
  });

  it('tells of a browser that had its answer and did not get through', async () => {
    await load();
    flow.put({ payload: { type: 'offer', sdp: CHROMIUM_OFFER }, res: {} });
    const { peer } = await flow.at('answers', ({ statusCode }) => statusCode === 200);
    flow.put({ command: 'close', peer });
    const { reason, step, stats } = await flow.event('abandoned', String(peer));
    assert.deepEqual([reason, step], ['closed by flow', 'unreached']);
    assert.deepEqual(Object.keys(Object(stats)).sort(), [
      'handshakeMs',
      'handshakeRepeats',
      'pathChecks',
    ]);
  });

  it('refuses the newcomer when it is full', async () => {
    await load({ maxPeers: '1' });
    await flow.connect();
    await assert.rejects(flow.connect(), /All 1 places are taken/);
    const { statusCode, headers } = flow.list('answers').at(-1) ?? {};
    assert.equal(statusCode, 503);
    assert.equal(new Headers(headers as Record<string, string>).get('Retry-After'), '5');
  });

  it('replaces the oldest when it is full, where that is set', async () => {
    await load({ maxPeers: '1', whenFull: 'replace' });
    const first = await flow.connect();
    const second = await flow.connect();
    assert.equal((await flow.event('disconnected', first.peer)).reason, 'replaced');
    const told = flow.list('events').map(({ payload, peer }) => `${payload} ${peer}`);
    assert.deepEqual(told, [
      `connected ${first.peer}`,
      `disconnected ${first.peer}`,
      `connected ${second.peer}`,
    ]);
  });

  it('says so when a setting makes no sense', async () => {
    await load({ deadMan: true, deadManPayload: '{', deadManPayloadType: 'json' });
    flow.put({ payload: 1 });
    await flow.at('errors', ({ error }) =>
      /not set up/.test((error as { message: string }).message),
    );
  });

  describe("with a dead man's switch", () => {
    const SWITCH = { deadMan: true, deadManMs: '300' };
    const stops = () => flow.list('messages').filter(({ reason }) => reason !== undefined);

    it('sends the stop message when a peer that drove falls silent, and again when it leaves', async () => {
      await load({
        ...SWITCH,
        deadManPayload: '{"speed":0}',
        deadManPayloadType: 'json',
      });
      const { channel, peer, browser } = await flow.connect({ channels: ['default', 'rtcbot'] });
      channel.send('{"speed":1}');
      await flow.at('messages', ({ reason }) => reason === 'silent');
      const [{ _msgid, ...stop } = { _msgid: '' }] = stops();
      assert.deepEqual(stop, {
        payload: { speed: 0 },
        reason: 'silent',
        peer,
        _session: { type: 'rtcbot', id: peer },
      });
      channel.send('{"speed":1}');
      await waitFor('message', LIMIT_MS, () => flow.list('messages').length === 3);
      (await browser.channel('rtcbot')).send('{"type":"bye"}');
      await flow.event('disconnected', peer);
      assert.equal(stops().length, 2);
    });

    it('stops nothing for one that only watches', async () => {
      await load(SWITCH);
      const { peer } = await flow.connect();
      flow.put({ command: 'close', peer });
      await flow.event('disconnected', peer);
      assert.deepEqual(flow.list('messages'), []);
    });
  });
});
