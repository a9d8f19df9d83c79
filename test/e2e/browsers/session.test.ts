import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { launchFirefox } from '../../support/firefox';
import { HttpServer } from '../../support/HttpServer';
import { ROOT } from '../../support/packedPackage';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

const LIMIT_MS = 15_000;
const PAGE = '<!doctype html><script src="/rtcbot.js"></script><body></body>';

interface Served {
  readonly state: RTCPeerConnectionState;
  readonly heard: (string | number)[];
  readonly opened: string[];
}

// The server is in the page, for what Node-RED's says only at moments that a test cannot choose.
for (const launch of [launchChromium, launchFirefox]) {
  const name = launch === launchChromium ? 'Chromium' : 'Firefox';

  describe(`the session of a page in ${name}`, () => {
    let server: HttpServer;
    let browser: TestBrowser;
    let page: TestPage;
    before(async () => {
      const script = readFileSync(join(ROOT, 'dist/client/rtcbot.js'));
      server = await HttpServer.start(({ url }, response) => {
        const isScript = url === '/rtcbot.js';
        response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
        response.end(isScript ? script : PAGE);
      });
      browser = await launch();
      page = await browser.open(server.url('/'));
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    /** Loads the page anew, with a server that has so many places. */
    const begin = async (places: number) => {
      await page.reload();
      await page.evaluate(`inPage.serveInPage(${places})`);
    };
    const servedPeers = () => page.evaluate<Served[]>('inPage.servedPeers()');
    const waitForPage = (what: string, expression: string) =>
      waitFor(what, LIMIT_MS, () => page.evaluate<boolean>(expression));

    it('carries named channels over reconnects, as the page wanted them', async () => {
      await begin(2);
      await page.evaluate(`(async () => {
        window.session = rtcbot.connect('/robot', { video: false });
        window.pose = session.channel('pose', { ordered: false, maxRetransmits: 0 });
        window.got = [];
        pose.on('message', message => got.push(message));
        await session.onReady();
        await pose.put({ at: 1 });
      })()`);
      await waitForPage('echo', 'got.length === 1');
      await page.evaluate('session.reconnect(), void pose.put_nowait({ at: 2 })');
      await waitForPage('echo over the new connection', 'got.length === 2');
      assert.deepEqual(await page.evaluate('got'), [{ at: 1 }, { at: 2 }]);
      const peers = await servedPeers();
      assert.equal(peers.length, 2);
      for (const { opened } of peers) {
        assert.deepEqual(opened.toSorted(), ['default true null', 'pose false 0']);
      }
      await page.evaluate('session.close()');
    });

    it('opens a channel that is asked for later at once', async () => {
      await begin(2);
      const echo = await page.evaluate(`(async () => {
        window.session = rtcbot.connect('/robot', { video: false });
        await session.onReady();
        const channel = session.channel('later');
        const echo = new Promise(resolve => channel.on('message', resolve));
        channel.put_nowait([1, 'zwei', null]);
        return echo;
      })()`);
      assert.deepEqual(echo, [1, 'zwei', null]);
      await page.evaluate('session.close()');
    });

    it('exchanges bytes and text of any size, none and large ones too', async () => {
      await begin(2);
      const sizes = [0, 1, 65_535, 65_536, 65_537, 262_144, 300_000, 5_000_000];
      const echoed = await page.evaluate<number[]>(`(async () => {
        window.session = rtcbot.connect('/robot', { video: false });
        const queue = new rtcbot.Queue();
        session.subscribe(queue.put_nowait);
        const sizes = [];
        for (const size of ${JSON.stringify(sizes)}) {
          const bytes = new Uint8Array(size).map((_, index) => index * 7);
          await session.put(bytes);
          const echo = new Uint8Array(await queue.get());
          if (echo.some((value, index) => value !== bytes[index])) throw new Error('other bytes');
          sizes.push(echo.length);
          const text = 'äö€😀'.repeat(size / 12);
          await session.put(text);
          if ((await queue.get()) !== text) throw new Error('another text');
        }
        session.close();
        return sizes;
      })()`);
      assert.deepEqual(echoed, sizes);
    });

    it('that was replaced stays away until it takes its place back', async () => {
      await begin(1);
      await page.evaluate(`(async () => {
        window.states = [];
        const follow = (name, session) => {
          session.on('state', (state, problem) => states.push([name, state, problem ?? null].join(' ')));
          return session;
        };
        window.first = follow('first', rtcbot.connect('/robot', { video: false }));
        await first.onReady();
        window.second = follow('second', rtcbot.connect('/robot', { video: false }));
        await second.onReady();
      })()`);
      await waitForPage('replacement', "first.state === 'replaced'");
      assert.equal(await page.evaluate('first.problem'), 'replaced');

      await page.evaluate('first.reconnect()');
      await waitForPage('return', "first.state === 'connected' && second.state === 'replaced'");
      assert.deepEqual(
        (await page.evaluate<string[]>('states')).filter(state => state.startsWith('first')),
        ['first connected ', 'first replaced replaced', 'first reconnecting ', 'first connected '],
      );
      assert.equal((await servedPeers()).length, 3, 'nobody has tried by himself');
      await page.evaluate('first.close(), second.close()');
    });

    it('replaced by its own newcomer notices nothing', async () => {
      await begin(1);
      await page.evaluate(`(async () => {
        window.states = [];
        window.session = rtcbot.connect('/robot', { video: false });
        await session.onReady();
        session.on('state', state => states.push(state));
        window.got = [];
        session.on('message', message => got.push(message));
        session.audio.offerToReceive();
      })()`);
      await waitFor('second connection', LIMIT_MS, async () => {
        const [first, second] = await servedPeers();
        return first?.state === 'closed' && second?.state === 'connected';
      });
      await page.evaluate("session.send('still here')");
      await waitForPage('echo', "got.includes('still here')");
      assert.deepEqual(await page.evaluate('states'), []);
      assert.deepEqual((await servedPeers())[1]?.heard, ['still here']);
      await page.evaluate('session.close()');
    });

    it('shows in a player who has taken over, with a button to take it back', async () => {
      await begin(1);
      await page.evaluate(`(async () => {
        document.body.innerHTML = '<rtcbot-player src="/robot"></rtcbot-player>';
        window.player = document.querySelector('rtcbot-player');
        window.button = player.shadowRoot.querySelector('.take');
        await player.session.onReady();
      })()`);
      const shown = () => page.evaluate<boolean>('button.checkVisibility()');
      assert.equal(await shown(), false);
      await page.evaluate("inPage.sayAsServer({ type: 'replaced' })");
      await waitForPage('replacement', "player.state === 'replaced'");
      assert.equal(await shown(), true);
      assert.equal(
        await page.evaluate("player.shadowRoot.querySelector('.state').textContent"),
        'Another page has taken over',
      );
      await page.evaluate('button.click()');
      await waitForPage('return', "player.session.state === 'connected'");
      assert.equal(await shown(), false);
    });

    it('tells a page that asks by promises, as RTCBot does', async () => {
      await begin(1);
      const told = await page.evaluate<string[]>(`(async () => {
        const told = [];
        const session = rtcbot.connect('/robot', { video: false });
        session.onClose(() => told.push('onClose'));
        await session.onReady(() => told.push('onReady'));
        const error = session.onError();
        session.put_nowait(new Uint8Array(70 * 2 ** 20));
        told.push((await error).name);
        session.close();
        await session.onClose();
        await session.put('late').catch(() => told.push('rejected'));
        return told;
      })()`);
      assert.deepEqual(told, ['onReady', 'Error', 'onClose', 'rejected']);
    });
  });
}
