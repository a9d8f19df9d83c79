import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { launchFirefox } from '../../support/firefox';
import { flowNode, TAB } from '../../support/flowNode';
import { connectionNode } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

/** How long a peer may be silent at the path /driver, in ms. */
const SILENCE_MS = 1000;

/** How long the flow at /busy is busy, in ms: longer than an end may leave pings without an answer. */
const BUSY_MS = 6500;

/** At /echo what comes goes back to where it came from; /driver has a dead man's switch. */
const FLOWS = [
  TAB,
  connectionNode({
    id: 'echo',
    path: '/echo',
    page: false,
    maxPeers: '100',
    wires: [['echo'], [], [], []],
  }),
  connectionNode({
    id: 'driver',
    path: '/driver',
    page: false,
    deadMan: true,
    deadManMs: `${SILENCE_MS}`,
    wires: [['events'], [], [], ['events']],
  }),
  connectionNode({
    id: 'busy',
    path: '/busy',
    page: false,
    wires: [['work'], [], [], []],
  }),
  // A driver of a motor that does not come back for long, as too many are; then it counts.
  flowNode('work', 'function', {
    func: `const { start, n, last } = msg.payload;
      for (const until = Date.now() + ${BUSY_MS}; start && Date.now() < until; );
      const due = start ? 0 : context.get('due');
      if (!start && n === due) context.set('due', due + 1);
      if (start) context.set('due', 0);
      if (!start && n === last) return { ...msg, payload: context.get('due') };`,
    outputs: 1,
    wires: [['busy']],
  }),
  flowNode('page-in', 'http in', { url: '/page', method: 'get', wires: [['page-text']] }),
  flowNode('page-text', 'template', {
    field: 'payload',
    fieldType: 'msg',
    syntax: 'plain',
    template: '<!doctype html><title>Messages</title><script src="/echo/rtcbot.js"></script>',
    output: 'str',
    wires: [['page-out']],
  }),
  flowNode('page-out', 'http response', { headers: { 'content-type': 'text/html' } }),
  ...observers(),
];

/** In a page: `connected(path)` gives a session; `answers(session, count, send)` what comes back. */
const TOOLS = `(() => {
  window.connected = path => new Promise(resolve => {
    const session = rtcbot.connect(path, { video: false });
    session.on('state', state => state === 'connected' && resolve(session));
  });
  window.answers = (session, count, send) => new Promise(resolve => {
    const list = [];
    session.subscribe(message => {
      list.push(message);
      if (list.length === count) resolve(list);
    });
    send(session);
  });
})()`;

const VALUES = [
  ...[null, true, false, 0, -1.5, 1e21, 'text', '', '123', [], {}, [1, [2, { three: 3 }]]],
  { text: 'ümlaut, 漢字, 🤖, \u0000, "quotes", \\ and \n' },
];
const SIZES = [0, 1, 1199, 1200, 1201, 65_535, 65_536, 65_537, 262_144];

for (const launch of [launchChromium, launchFirefox]) {
  describe(`Messages between a flow and ${launch.name.replace('launch', '')}`, () => {
    let nodeRed: NodeRed;
    let browser: TestBrowser;
    let page: TestPage;
    before(async () => {
      nodeRed = await NodeRed.start({ flows: FLOWS });
      browser = await launch();
      page = await browser.open(`${nodeRed.origin}/page`);
      await page.evaluate(TOOLS);
      await page.evaluate(`connected('/echo').then(session => { window.echo = session; })`);
    });
    after(async () => {
      await browser?.close();
      await nodeRed?.stop();
    });

    it('carry every type of JSON, and any character', async () => {
      const sent = JSON.stringify(VALUES.map(value => ({ value })));
      const back = await page.evaluate<string[]>(
        `answers(echo, ${VALUES.length}, () => ${sent}.forEach(value => echo.send(value)))`,
      );
      assert.deepEqual(
        back.map(text => JSON.parse(text).value),
        VALUES,
      );
    });

    it('carry text as RTCBot does: to the flow as it is, to the page as JSON', async () => {
      const texts = ['hello', '', 'ümlaut', '{"is":"JSON"}', '123'];
      const back = await page.evaluate<string[]>(
        `answers(echo, ${texts.length}, () => ${JSON.stringify(texts)}.forEach(t => echo.send(t)))`,
      );
      assert.deepEqual(back, ['"hello"', '""', '"ümlaut"', '{"is":"JSON"}', '123']);
    });

    it('carry bytes from none to 256 KB', async () => {
      const same = await page.evaluate<boolean[]>(`(async () => {
        const sent = ${JSON.stringify(SIZES)}.map(size => Uint8Array.from({ length: size }, (_, i) => i * 7));
        const back = await answers(echo, sent.length, () => sent.forEach(bytes => echo.send(bytes)));
        return back.map((buffer, index) => {
          const bytes = new Uint8Array(buffer);
          return bytes.length === sent[index].length && bytes.every((b, i) => b === sent[index][i]);
        });
      })()`);
      assert.deepEqual(
        same,
        SIZES.map(() => true),
      );
    });

    it('come in order, none lost, 10,000 at once', async () => {
      const count = 10_000;
      const back = await page.evaluate<string[]>(`answers(echo, ${count}, () => {
        for (let n = 0; n < ${count}; n += 1) echo.send({ n });
      })`);
      assert.deepEqual(
        back,
        Array.from({ length: count }, (_, n) => `{"n":${n}}`),
      );
    });

    it('wait in the page while the flow is busy, and then come: none lost, the connection the same', async () => {
      const count = 20_000;
      const { states, putBytes, waitingBytes, inOrder } = await page.evaluate<{
        states: string[];
        putBytes: number;
        waitingBytes: number;
        inOrder: number;
      }>(`(async () => {
        const session = await connected('/busy');
        const states = [];
        const flood = session.channel('flood');
        const end = new Promise(resolve => {
          flood.on('message', resolve);
          session.on('state', state => resolve(states.push(state)));
        });
        await new Promise(resolve => flood.on('open', resolve));
        flood.send({ start: true });
        const text = 'x'.repeat(100);
        for (let n = 0; n < ${count}; n += 1) flood.send({ n, last: ${count - 1}, text });
        const putBytes = flood.bufferedAmount;
        await new Promise(resolve => setTimeout(resolve, ${BUSY_MS} - 1000));
        const waitingBytes = flood.bufferedAmount;
        const inOrder = await end;
        const result = { states: [...states], putBytes, waitingBytes, inOrder };
        session.close();
        return result;
      })()`);
      assert.deepEqual(states, []);
      assert.equal(inOrder, count);
      assert.ok(waitingBytes > 0.7 * putBytes, `${waitingBytes} of ${putBytes} bytes waited`);
    });

    if (launch !== launchChromium) return;

    it('come from 50 peers that connect at once', async () => {
      const own = await page.evaluate<number[]>(`(async () => {
        const numbers = Array.from({ length: 50 }, (_, n) => n);
        const sessions = await Promise.all(numbers.map(() => connected('/echo')));
        const back = await Promise.all(sessions.map((session, n) =>
          answers(session, 1, () => session.send({ n })).then(([text]) => JSON.parse(text).n)));
        sessions.forEach(session => session.close());
        return back;
      })()`);
      assert.deepEqual(
        own,
        Array.from({ length: 50 }, (_, n) => n),
      );
    });

    it("stop what moves when the tab is killed: the dead man's switch fires on time", async () => {
      await page.evaluate(`connected('/driver').then(session => {
        setInterval(() => session.send({ speed: 1 }), 50);
      })`);
      await waitFor('driving', 10_000, async () => (await observed(nodeRed)).events.length > 5);
      assert.ok((await observed(nodeRed)).events.every(({ reason }) => reason === undefined));
      await browser.kill();
      const { stop, last } = await waitFor('stop', 15_000, async () => {
        const { events } = await observed(nodeRed);
        const [before, after] = events.slice(-2);
        return after?.payload === 'stop' && before && { stop: after, last: before };
      });
      assert.equal(stop.reason, 'silent');
      const afterMs = stop.atMs - last.atMs;
      assert.ok(afterMs > SILENCE_MS - 150 && afterMs < SILENCE_MS + 700, `after ${afterMs} ms`);
    });
  });
}
