import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { ffmpegs } from '../../support/ffmpegs';
import { launchFirefox } from '../../support/firefox';
import { exampleFlow } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { assertLive } from '../../support/pictureClock';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

describe('watching "02 Camera to browser"', () => {
  let nodeRed: NodeRed;
  let chromium: TestBrowser;
  let firefox: TestBrowser;
  const pages: TestPage[] = [];

  before(async () => {
    nodeRed = await NodeRed.start({ flows: exampleFlow('02 Camera to browser') });
    chromium = await launchChromium();
    firefox = await launchFirefox();
  });
  after(async () => {
    await Promise.all([chromium?.close(), firefox?.close()]);
    await nodeRed?.stop();
  });

  async function openIn(browser: TestBrowser): Promise<TestPage> {
    const page = await browser.open(`${nodeRed.origin}/rtcbot`);
    pages.push(page);
    return page;
  }
  const codecOf = (page: TestPage) =>
    waitFor('codec', 15_000, () => page.evaluate<string | undefined>('inPage.receivedCodec()'));

  it('works in Chromium, which gets H264', async () => {
    const page = await openIn(chromium);
    await assertLive(page);
    assert.equal(await codecOf(page), 'H264');
  });

  it('works in Firefox, which gets VP8 unless it has H264', async () => {
    const page = await openIn(firefox);
    await assertLive(page);
    const offersH264 = await page.evaluate<boolean>(
      "RTCRtpReceiver.getCapabilities('video').codecs.some(c => /h264/i.test(c.mimeType))",
    );
    assert.equal(await codecOf(page), offersH264 ? 'H264' : 'VP8');
  });

  it('goes on in both at once', async () => {
    for (const page of pages) await assertLive(page);
    const { 'H264 encoder': h264, 'VP8 encoder': vp8 } = ffmpegs(nodeRed);
    assert.ok(h264.length >= 1 && h264.length <= 2, `${h264.length} H264 encoders`);
    assert.ok(vp8.length <= 2, `${vp8.length} VP8 encoders`);
  });

  it('goes on after a reload', async () => {
    for (const page of pages) {
      await page.reload();
      await assertLive(page);
    }
  });

  it('shows the connection and the measured latency on the page', async () => {
    const [page] = pages;
    assert.ok(page);
    const text = await waitFor('latency on the page', 10_000, async () => {
      const shown = await page.evaluate<string>(
        "document.body.innerText + ' ' + (document.querySelector('rtcbot-player').shadowRoot?.textContent ?? '')",
      );
      return /\d+\s*ms/.test(shown) ? shown : undefined;
    });
    assert.doesNotMatch(text, /NaN|undefined/);
  });
});
