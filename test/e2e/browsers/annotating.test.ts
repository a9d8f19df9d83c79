import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { flowNode, TAB } from '../../support/flowNode';
import { cameraNode, connectionNode } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { npm, packedTarball } from '../../support/packedPackage';
import type { TestBrowser } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

const ANNOTATE = 'node-red-node-annotate-image@0.2.0';
/** Draws in JavaScript on the main thread: small pictures, and few. */
const SMALL = { framesWidth: '160', framesRate: '2' };
/** The upper edge of the frame that is drawn, in the middle of its line. */
const EDGE = { x: 70, y: 30 };
/** The colour that the page shows there, as red, green, blue, alpha; undefined without a picture. */
const SHOWN = `(() => {
  const video = document.querySelector('rtcbot-player').shadowRoot.querySelector('video');
  if (video.videoWidth !== 160) return undefined;
  const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 120 });
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  return [...context.getImageData(${EDGE.x}, ${EDGE.y}, 1, 1).data];
})()`;

describe('frames of a camera on their way through annotate-image', () => {
  let installed: string;
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  before(async () => {
    installed = mkdtempSync(join(tmpdir(), 'rtcbot-annotating-'));
    writeFileSync(join(installed, 'package.json'), '{"name": "scratch", "private": true}');
    npm(['install', packedTarball(), ANNOTATE], installed);
    const mark = flowNode('mark', 'function', {
      func: "msg.annotations = [{ type: 'rect', bbox: [30, 30, 80, 60], label: 'seen' }];\nreturn msg;",
      wires: [['annotate']],
    });
    const annotate = flowNode('annotate', 'annotate-image', {
      ...{
        name: '',
        fill: '',
        stroke: '#ff0000',
        lineWidth: 20,
        fontSize: 12,
        fontColor: '#ffC000',
      },
      wires: [['connection']],
    });
    nodeRed = await NodeRed.start({
      installed,
      flows: [
        TAB,
        cameraNode({ ...SMALL, wires: [[], ['mark']] }),
        mark,
        annotate,
        connectionNode({ wires: [[], [], [], []] }),
      ],
    });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    if (installed) rmSync(installed, { recursive: true, force: true });
  });

  it('are live in the browser with what was drawn on them', async () => {
    const page = await browser.open(`${nodeRed.origin}/rtcbot`);
    await waitFor('red line in the picture', 30_000, async () => {
      const [red = 0, green = 255, blue = 255] =
        (await page.evaluate<number[] | undefined>(SHOWN)) ?? [];
      assert.ok(red > 170 && green < 90 && blue < 90, `${red} ${green} ${blue}`);
      return true;
    });
    await page.close();
  });
});
