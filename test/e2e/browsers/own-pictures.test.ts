import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { flowNode, TAB } from '../../support/flowNode';
import { connectionNode } from '../../support/flows';
import type { ShownColor } from '../../support/inPage/shownColor';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

const LIMIT_MS = 30_000;
/** Two shades of gray, of 255, and how far coding may move them. */
const SHADES = [60, 200];
const TOLERANCE = 25;

describe('a picture that answers a message', () => {
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  before(async () => {
    // The message keeps its peer, as a reply does.
    const painter = flowNode('painter', 'function', {
      func: `return { ...msg, payload: Buffer.alloc(320 * 240, msg.payload), format: 'gray8', width: 320, height: 240 };`,
      wires: [['connection']],
    });
    const connection = connectionNode({ wires: [['painter'], [], [], ['events']] });
    nodeRed = await NodeRed.start({ flows: [TAB, connection, painter, ...observers()] });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  it('is shown to the peer that sent it, and to no other', async () => {
    const pages: TestPage[] = [];
    for (const shade of SHADES) {
      const page = await browser.open(`${nodeRed.origin}/rtcbot`);
      const session = "document.querySelector('rtcbot-player').session";
      await page.evaluate(`void setInterval(() => ${session}?.send(${shade}), 100)`);
      pages.push(page);
    }
    await waitFor('own shade on each page', LIMIT_MS, async () => {
      for (const [index, page] of pages.entries()) {
        const shown = await page.evaluate<ShownColor | undefined>('inPage.shownColor()');
        const off = Math.abs((shown?.brightness ?? -1000) - (SHADES[index] ?? 0));
        assert.ok(off < TOLERANCE, `page ${index} is off by ${off}`);
      }
      return true;
    });
    const { events } = await observed(nodeRed);
    const visits = events.filter(({ payload }) => payload === 'connected').length;
    // Each page may come once more, because it was answered before pictures were known of.
    assert.ok(visits <= 4, `${visits} connections`);
  });
});
