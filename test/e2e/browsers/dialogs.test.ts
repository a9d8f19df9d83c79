import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { DIALOGS, lookAt } from '../../support/dialogs';
import { Editor, ROBOT } from '../../support/Editor';
import { NodeRed } from '../../support/NodeRed';

describe('The dialogs', () => {
  let nodeRed: NodeRed;
  let editor: Editor;
  before(async () => {
    nodeRed = await NodeRed.start();
    editor = await Editor.open(`http://${ROBOT}:${nodeRed.port}`);
  });
  after(async () => {
    await editor?.close();
    await nodeRed?.stop();
  });

  for (const form of DIALOGS) {
    it(`${form.name}: what the choice needs is there, named and legible`, () =>
      lookAt(editor, form, 'light'));
  }

  it('a connection shows the address of its page, and a phone can scan it', async () => {
    const id = await editor.drag('rtc-connection', 300, 200);
    const dialog = await editor.openDialog(id);
    await dialog.locator('#node-input-token').fill('secret');
    await dialog.locator('#node-input-path').fill('/Küche und Flur');
    const page = `http://${ROBOT}:${nodeRed.port}/K%C3%BCche%20und%20Flur`;
    const link = dialog.locator('#rtc-connection-address');
    assert.equal(await link.getAttribute('href'), page);
    const code = dialog.locator('#rtc-connection-qr svg');
    assert.equal(await code.getAttribute('aria-label'), 'QR code of the address');
    // Leaving the field changes no address: one who scans keeps the code before the camera.
    const drawn = await code.elementHandle();
    await dialog.locator('#node-input-path').blur();
    assert.equal(await drawn?.evaluate(element => element.isConnected), true);
    await code.scrollIntoViewIfNeeded();
    assert.equal(scan(await editor.screenshot('dialog-connection-qr', code)), page);

    await dialog.locator('#node-input-page').setChecked(false);
    await code.waitFor({ state: 'detached' });
    await editor.cancel();
  });

  it('an editor on the machine itself says how a phone gets a code', async () => {
    const local = await Editor.open(nodeRed.origin);
    try {
      const dialog = await local.openDialog(await local.drag('rtc-connection', 300, 200));
      await dialog.locator('#rtc-connection-phone', { hasText: 'IP address' }).waitFor();
      assert.equal(await dialog.locator('#rtc-connection-qr svg').count(), 0);
    } finally {
      await local.close();
    }
  });

  it('nothing went wrong in the browser', () => assert.deepEqual(editor.problems, []));
});

/** What a QR code in a picture says. @throws Error if there is none */
function scan(path: string): string {
  return execFileSync('zbarimg', ['--nodbus', '--quiet', '--raw', path], {
    encoding: 'utf8',
  }).trim();
}
