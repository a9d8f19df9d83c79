import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { Editor } from '../../support/Editor';
import { NodeRed } from '../../support/NodeRed';
import { PACKAGE_NAME, ROOT } from '../../support/packedPackage';
import { assertLive } from '../../support/pictureClock';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

/** Needs the nodes of another package; composing.test.ts imports it where they are. */
const ELSEWHERE = '22 In a dashboard';
const EXAMPLES = readdirSync(join(ROOT, 'examples'))
  .map(file => file.replace(/\.json$/, ''))
  .filter(example => example !== ELSEWHERE);

describe('in the editor', () => {
  let nodeRed: NodeRed;
  let editor: Editor;
  let browser: TestBrowser;
  let page: TestPage;
  let camera: string;
  let connection: string;
  before(async () => {
    nodeRed = await NodeRed.start();
    editor = await Editor.open(nodeRed.origin);
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await editor?.close();
    await nodeRed?.stop();
  });

  it('a camera and a connection are dragged, wired and deployed unopened, and the picture is live', async () => {
    camera = await editor.drag('rtc-camera', 200, 120);
    connection = await editor.drag('rtc-connection', 480, 120);
    await editor.wire(camera, 0, connection);
    const nodes = await editor.nodes();
    assert.deepEqual(nodes.find(({ id }) => id === camera)?.wires, [[connection], []]);
    await editor.deploy();

    page = await browser.open(`${nodeRed.origin}/rtcbot`);
    await assertLive(page);
    await editor.page.locator(`[id="${connection}"]`, { hasText: 'peer' }).waitFor();
    await editor.pictureOfFlow('editor-first-flow', 'rtc-speaker');
  });

  it('the dialog of the camera shows a live picture before a deploy', async () => {
    const dialog = await editor.openDialog(camera);
    await dialog.locator('#rtc-camera-try').click();
    const picture = dialog.locator('#rtc-camera-try-picture');
    await picture.waitFor();
    const width = () => picture.evaluate(image => (image as HTMLImageElement).naturalWidth);
    await waitFor('picture in the dialog', 10_000, async () => (await width()) === 320);
    const address = await picture.getAttribute('src');
    await waitFor(
      'next picture',
      10_000,
      async () => (await picture.getAttribute('src')) !== address,
    );
    await editor.screenshot('dialog-camera-test', dialog);

    await dialog.locator('#node-input-source').selectOption('file');
    await dialog.locator('#node-input-file').fill('/nowhere/film.mp4');
    await dialog.locator('#rtc-camera-try-note', { hasText: 'film.mp4' }).waitFor();
    const ended = editor.page.waitForResponse(
      response => response.request().method() === 'DELETE' && response.url().includes(camera),
    );
    await editor.cancel();
    assert.equal((await ended).status(), 204, 'the dialog gives the device back when it closes');
  });

  it('a changed setting counts after a redeploy', async () => {
    const dialog = await editor.openDialog(camera);
    await dialog.locator('#node-input-width').fill('320');
    await dialog.locator('#node-input-height').fill('240');
    await editor.done();
    await editor.deploy();
    await waitFor('smaller picture', 20_000, () =>
      page.evaluate<boolean>(
        "document.querySelector('rtcbot-player').shadowRoot.querySelector('video').videoWidth === 320",
      ),
    );
    await page.close();
  });

  it('a wrong setting is said in the dialog', async () => {
    const dialog = await editor.openDialog(camera);
    const width = dialog.locator('#node-input-width');
    await width.fill('33');
    await width.press('Tab');
    await dialog.locator('#node-input-width.input-error').waitFor();
    await editor.cancel();
  });

  for (const example of EXAMPLES) {
    it(`"${example}" is imported from the menu, no node of it unknown or invalid`, async () => {
      const before = new Set((await editor.nodes()).map(({ id }) => id));
      await editor.importExample(PACKAGE_NAME, example);
      const imported = await waitFor('imported nodes', 10_000, async () => {
        const nodes = (await editor.nodes()).filter(({ id }) => !before.has(id));
        return nodes.length > 2 && nodes;
      });
      const bad = await editor.badNodes(imported.map(({ id }) => id));
      assert.deepEqual(bad, []);
    });
  }

  it('nothing went wrong in the browser', () => assert.deepEqual(editor.problems, []));
});
