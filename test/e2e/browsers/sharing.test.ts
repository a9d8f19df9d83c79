import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { ffmpegs } from '../../support/ffmpegs';
import { cameraToBrowser } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { observed } from '../../support/observers';
import { assertLive } from '../../support/pictureClock';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

/** The encoder that works, and the idle spare that stands by for the next keyframe. */
const ENCODER_AND_SPARE = 2;

describe('eight viewers', () => {
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  const pages: TestPage[] = [];
  before(async () => {
    nodeRed = await NodeRed.start({ flows: cameraToBrowser() });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  const counts = () =>
    Object.values(ffmpegs(nodeRed))
      .map(each => each.length)
      .join(', ');
  /** A swap of encoders has three of them for a moment. */
  const settled = () =>
    waitFor('encoder with its spare', 10_000, () => {
      return ffmpegs(nodeRed)['H264 encoder'].length === ENCODER_AND_SPARE;
    });

  it('share what one viewer needs: no process more', async () => {
    pages.push(await browser.open(`${nodeRed.origin}/rtcbot`));
    await assertLive(pages[0] as TestPage);
    await settled();
    const forOne = counts();

    while (pages.length < 8) pages.push(await browser.open(`${nodeRed.origin}/rtcbot`));
    await Promise.all(pages.map(page => assertLive(page, { limitMs: 30_000 })));
    await settled();
    assert.equal(counts(), forOne);
  });

  it('see what the status of the camera says', async () => {
    const text = await waitFor('live status', 15_000, async () => {
      const { statuses } = await observed(nodeRed);
      const last = statuses.filter(({ node }) => node === 'camera').at(-1);
      return last?.fill === 'green' ? last.text : undefined;
    });
    assert.match(text, /^640x480 \d+ ?fps$/);
  });

  it('leave nothing running when they are gone', async () => {
    await Promise.all(pages.map(page => page.close()));
    await waitFor('end of all processes after the linger time', 15_000, () => {
      return ffmpegs(nodeRed)['H264 encoder'].length <= 1;
    });
  });
});
