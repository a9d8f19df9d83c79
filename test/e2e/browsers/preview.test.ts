import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { type FlowNode, TAB } from '../../support/flowNode';
import { cameraNode, displayNode } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { observers } from '../../support/observers';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

/** A busy machine needs so long to load the editor, in ms. */
const LOAD_MS = 30_000;
/** So long after the last editor is gone, and the decoder after that, nothing may run, in ms. */
const STOP_MS = 25_000;

const camera = cameraNode({
  ...{ width: '320', height: '240', frameRate: '20', linger: '0' },
  wires: [['display', 'other'], []],
});
const flows = (display: Partial<FlowNode>) => [
  TAB,
  camera,
  displayNode({ x: 400, y: 100, ...display }),
  displayNode({ id: 'other', x: 400, y: 300 }),
  ...observers(),
];

describe('the preview of a display in the editor', () => {
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  let editor: TestPage;
  before(async () => {
    nodeRed = await NodeRed.start({ flows: flows({ preview: true }) });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  /** Size and content of the picture under a node; null when there is none. */
  const picture = (node: string) =>
    editor.evaluate<{ width: number; height: number; href: string } | null>(`(() => {
      const image = document.getElementById('rtc-display-preview-${node}');
      if (!image) return null;
      const { width, height } = image.getBBox();
      return { width, height, href: image.getAttribute('href') };
    })()`);

  it('costs nothing while no editor is open', () => {
    assert.deepEqual(nodeRed.descendants, []);
  });

  it('shows small live pictures, at a low rate, under the nodes that are set so', async () => {
    editor = await browser.open(nodeRed.origin);
    const first = await waitFor(
      'picture',
      LOAD_MS,
      async () => (await picture('display')) ?? false,
    );
    assert.equal(first.width, 160);
    assert.equal(first.height, 120);
    assert.ok(first.href.length < 50_000, `${first.href.length} characters`);
    await editor.evaluate(`(() => {
      window.changes = [];
      const image = document.getElementById('rtc-display-preview-display');
      new MutationObserver(() => { window.changes.push(performance.now()); })
        .observe(image, { attributeFilter: ['href'] });
    })()`);
    // What an editor that was busy gets at once after that is no higher rate: others are.
    await waitFor('8 pictures on end at a low rate', LOAD_MS, async () => {
      const times = (await editor.evaluate<number[]>('window.changes')).slice(-8);
      const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
      assert.ok(times.length === 8 && spanMs > 7 * 200, `${times.length} pictures in ${spanMs} ms`);
      return true;
    });
    assert.equal(await picture('other'), null);
  });

  it('comes again after a deploy', async () => {
    const before = await picture('display');
    await nodeRed.deploy(flows({ preview: true, name: 'another' }));
    await waitFor('new picture', 15_000, async () => {
      const now = await picture('display');
      return now !== null && now.href !== before?.href;
    });
  });

  it('is gone when it is switched off', async () => {
    await nodeRed.deploy(flows({ preview: false }));
    await waitFor('end of the picture', 15_000, async () => (await picture('display')) === null);
    await waitFor('end of all processes', 10_000, () => nodeRed.descendants.length === 0);
    await nodeRed.deploy(flows({ preview: true }));
    await editor.reload();
    await waitFor('picture', LOAD_MS, async () => (await picture('display')) ?? false);
  });

  it('stops when the editor is closed', async () => {
    assert.ok(nodeRed.descendants.length > 0);
    await editor.close();
    await waitFor('end of all processes', STOP_MS, () => nodeRed.descendants.length === 0);
  });
});
