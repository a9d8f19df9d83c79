import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { launchFirefox } from '../../support/firefox';
import { cameraToBrowser, exampleFlow } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { pageAt } from '../../support/pageAt';
import { assertLive } from '../../support/pictureClock';
import type { TestBrowser } from '../../support/TestBrowser';

/** A page as RTCBot's tutorials write it: its library, its method names, its signaling, nothing else. */
const RTCBOT_PAGE = `<!doctype html>
<html>
<head><title>Robot</title><script src="/rtcbot.js"></script></head>
<body>
<video autoplay playsinline muted controls></video>
<script>
  const robot = new rtcbot.RTCConnection();
  robot.video.subscribe(stream => {
    document.querySelector('video').srcObject = stream;
  });
  async function start() {
    const offer = await robot.getLocalDescription();
    const response = await fetch('/connect', {
      method: 'POST',
      cache: 'no-cache',
      body: JSON.stringify(offer),
    });
    await robot.setRemoteDescription(await response.json());
  }
  start();
</script>
</body>
</html>`;

describe('a page of the user', () => {
  const browsers: TestBrowser[] = [];
  let nodeRed: NodeRed;
  before(async () => {
    nodeRed = await NodeRed.start();
    browsers.push(await launchChromium());
    browsers.push(await launchFirefox());
  });
  after(async () => {
    await Promise.all(browsers.map(browser => browser.close()));
    await nodeRed?.stop();
  });

  async function assertLiveAt(path: string): Promise<void> {
    for (const browser of browsers) {
      const page = await browser.open(nodeRed.origin + path);
      await assertLive(page);
      await page.close();
    }
  }

  it('that was written for RTCBot works unchanged with the path "/"', async () => {
    await nodeRed.deploy([
      ...cameraToBrowser({ connection: { path: '/' } }),
      ...pageAt('/page', RTCBOT_PAGE),
    ]);
    await assertLiveAt('/page');
  });

  it('exchanges messages with the flow by the methods of RTCBot', async () => {
    // What arrives goes straight back, to the one that it came from.
    const wires = [['connection'], [], [], []];
    await nodeRed.deploy([
      ...cameraToBrowser({ connection: { path: '/', wires } }),
      ...pageAt('/page', RTCBOT_PAGE),
    ]);
    for (const browser of browsers) {
      const page = await browser.open(`${nodeRed.origin}/page`);
      // To a page RTCBot always sends JSON text, and its library does not parse it.
      const text = await page.evaluate<string>(`new Promise(resolve => {
        robot.subscribe(resolve);
        robot.put_nowait('hello');
      })`);
      assert.equal(JSON.parse(text), 'hello');
      const object = await page.evaluate<string>(`new Promise(resolve => {
        robot.subscribe(resolve);
        robot.put_nowait({ speed: 0.5 });
      })`);
      assert.deepEqual(JSON.parse(object), { speed: 0.5 });
      await page.close();
    }
  });

  it('that posts its offer to a core http in node works ("03 Custom page with http in")', async () => {
    await nodeRed.deploy(exampleFlow('03 Custom page with http in'));
    await assertLiveAt('/mypage');
  });

  it('can embed the player element', async () => {
    await nodeRed.deploy([
      ...cameraToBrowser(),
      ...pageAt(
        '/embedding',
        '<!doctype html><script src="/rtcbot/rtcbot.js"></script><rtcbot-player src="/rtcbot"></rtcbot-player>',
      ),
    ]);
    await assertLiveAt('/embedding');
  });

  it('can connect to "01 Skeleton", which sends no video', async () => {
    await nodeRed.deploy(exampleFlow('01 Skeleton'));
    const [browser] = browsers;
    assert.ok(browser);
    const page = await browser.open(`${nodeRed.origin}/rtcbot`);
    const state = await page.evaluate<string>(`new Promise(resolve => {
      const look = () => {
        const state = inPage.connections().at(-1);
        if (state === 'connected') resolve(state);
        else setTimeout(look, 50);
      };
      look();
      setTimeout(() => resolve('not connected'), 15000);
    })`);
    assert.equal(state, 'connected');
    await page.close();
  });
});
