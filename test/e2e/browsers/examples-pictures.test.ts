import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { TAB } from '../../support/flowNode';
import { exampleFlow } from '../../support/flows';
import { messageObservers, seenMessages } from '../../support/messageObservers';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import { assertLive } from '../../support/pictureClock';
import { pixelsOf } from '../../support/pixels';
import { record } from '../../support/recordings';
import type { TestBrowser } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

const WAIT_MS = 20_000;
/** R, G, B of the test pattern. */
const PATTERN_BYTES = 640 * 480 * 3;
const MOTION = '24 Motion to snapshot to file';

describe('The examples with pictures for pages, files and old clients', () => {
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  before(async () => {
    nodeRed = await NodeRed.start();
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  const picturesOfMotion = () =>
    readdirSync(nodeRed.userDir).filter(name => /^motion-.*\.jpg$/.test(name));

  it('"23 In your own page": the picture is live, the flow hears the button, the page the flow', async () => {
    const example = exampleFlow('23 In your own page').map(node =>
      node.type === 'rtc-connection'
        ? { ...node, wires: [['messages'], ...(node.wires?.slice(1) ?? [])] }
        : node,
    );
    const tab = example[0]?.id ?? '';
    await nodeRed.deploy([...example, ...messageObservers().map(node => ({ ...node, z: tab }))]);
    const page = await browser.open(`${nodeRed.origin}/viewer`);
    const news = () => page.evaluate<string>("document.getElementById('news').textContent");
    await assertLive(page);
    await waitFor('state on the page', WAIT_MS, async () => (await news()) === 'live');

    assert.equal(await page.evaluate("document.getElementById('hello').disabled"), false);
    await page.evaluate("document.getElementById('hello').click()");
    const heard = await waitFor('message in the flow', WAIT_MS, async () => {
      const [first] = await seenMessages<string>(nodeRed);
      return first;
    });
    assert.equal(heard.payload, 'hello');

    const inject = example.find(({ type }) => type === 'inject');
    await fetch(`${nodeRed.origin}/inject/${inject?.id}`, { method: 'POST' });
    await waitFor('message on the page', WAIT_MS, async () => (await news()).includes('flow says'));
    await page.close();
  });

  it('"24 Motion to snapshot to file" writes nothing while nothing moves', async () => {
    const file = join(nodeRed.userDir, 'still.mp4');
    const still = ['-f', 'lavfi', '-i', 'smptebars=size=640x480:rate=30:duration=4'];
    record(process.env.FFMPEG_PATH ?? 'ffmpeg', [
      ...still,
      '-c:v',
      'libx264',
      '-pix_fmt',
      'yuv420p',
      file,
    ]);
    const example = exampleFlow(MOTION).map(node =>
      node.type === 'rtc-camera' ? { ...node, source: 'file', file } : node,
    );
    await nodeRed.deploy([...example, TAB, ...observers()]);
    const compares = example.find(({ type }) => type === 'function')?.id;
    const verdicts = await waitFor('comparisons of pictures', WAIT_MS, async () => {
      const { statuses } = await observed(nodeRed);
      const all = statuses.filter(({ node }) => node === compares).map(({ text }) => text);
      return all.length >= 10 && all;
    });
    assert.deepEqual([...new Set(verdicts)], ['0 % moves']);
    assert.deepEqual(picturesOfMotion(), []);
  });

  it('"24 Motion to snapshot to file" writes a picture when something moves', async () => {
    await nodeRed.deploy(exampleFlow(MOTION));
    const file = await waitFor('picture of the motion', WAIT_MS, () => {
      const [first] = picturesOfMotion();
      if (!first) return undefined;
      const { length } = pixelsOf(readFileSync(join(nodeRed.userDir, first)));
      return length === PATTERN_BYTES && first;
    });
    assert.match(file, /^motion-\d{4}-\d\d-\d\d-\d{6}\.jpg$/);
  });

  it('"25 MJPEG for old clients": a page without scripts and two addresses have pictures', async () => {
    await nodeRed.deploy(exampleFlow('25 MJPEG for old clients'));
    for (const path of ['/mjpeg.jpg', '/picture.jpg']) {
      await waitFor(`picture at ${path}`, WAIT_MS, async () => {
        const response = await fetch(nodeRed.origin + path);
        assert.equal(response.headers.get('content-type'), 'image/jpeg');
        const jpeg = Buffer.from(await response.arrayBuffer());
        return pixelsOf(jpeg).length === PATTERN_BYTES;
      });
    }
    const page = await browser.open(`${nodeRed.origin}/old`);
    await waitFor('picture on the page', WAIT_MS, () =>
      page.evaluate<boolean>("document.querySelector('img').naturalWidth === 640"),
    );
    await page.close();
  });
});
