import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { DIALOGS, lookAt, readAll, tabThrough } from '../../support/dialogs';
import { Editor, ROBOT } from '../../support/Editor';
import { NodeRed } from '../../support/NodeRed';
import { SoundServer } from '../../support/SoundServer';

/** Each dialog once, with as much in it as there can be. */
const BY_KEYBOARD = [
  ...['camera-url', 'picamera', 'microphone', 'speaker'],
  ...['display-http', 'connection-endpoint', 'connection-call'],
];

describe('The dialogs', () => {
  let sound: SoundServer;
  let nodeRed: NodeRed;
  let editor: Editor;
  before(async () => {
    sound = await SoundServer.start();
    nodeRed = await NodeRed.start({ env: sound.env });
    editor = await Editor.open(`http://${ROBOT}:${nodeRed.port}`);
  });
  after(async () => {
    await editor?.close();
    await nodeRed?.stop();
    await sound?.close();
  });

  for (const form of DIALOGS) {
    it(`${form.name}: what the choice needs is there, named and legible`, () =>
      lookAt(editor, form, 'light'));
  }

  for (const language of ['de', 'ja', 'zh-CN']) {
    it(`speak ${language}, and have room for it`, async () => {
      const other = await Editor.open(nodeRed.origin, { language });
      try {
        await readAll(other, language);
      } finally {
        await other.close();
      }
    });
  }

  for (const form of DIALOGS.filter(({ name }) => BY_KEYBOARD.includes(name))) {
    it(`${form.name}: the key Tab leads to everything in it, and one sees where`, () =>
      tabThrough(editor, form));
  }

  it('a camera that is not there can be typed in, by keyboard alone, and stays', async () => {
    const { keyboard } = editor.page;
    const id = await editor.drag('rtc-camera', 300, 200);
    const dialog = await editor.openDialog(id);
    const hasFocus = (field: string) => dialog.locator(`${field}:focus`).waitFor();
    await dialog.locator('#node-input-source').focus();
    await keyboard.press('ArrowDown');
    const refresh = dialog.locator('#rtc-camera-refresh');
    const searched = () => dialog.locator('[aria-busy]').waitFor({ state: 'detached' });
    await searched();
    await keyboard.press('Tab');
    await hasFocus('#rtc-camera-list');
    await keyboard.press('Tab');
    await hasFocus('#rtc-camera-refresh');
    assert.equal(await refresh.getAttribute('aria-label'), 'Search for cameras');
    await keyboard.press('Enter');
    await searched();
    // It has not lost the focus.
    await keyboard.press('Tab');
    await hasFocus('#node-input-device');
    await keyboard.type('/dev/video7');
    await keyboard.press('Control+Enter');
    await dialog.waitFor({ state: 'detached' });

    const kept = (await editor.nodes()).find(node => node.id === id);
    assert.equal(kept?.device, '/dev/video7');
    await editor.openDialog(id);
    await searched();
    assert.ok(await dialog.locator('#node-input-device').isVisible());
    assert.equal(await dialog.locator('#node-input-device').inputValue(), '/dev/video7');
    await editor.done();
    assert.equal((await editor.nodes()).find(node => node.id === id)?.device, '/dev/video7');
  });

  it('a microphone is picked from the list of its sound system', async () => {
    const dialog = await editor.openDialog(await editor.drag('rtc-microphone', 300, 200));
    const list = dialog.locator('#rtc-microphone-list');
    const usual = list.locator('option', { hasText: /^default device: / });
    await usual.waitFor({ state: 'attached' });
    const system = dialog.locator('#node-input-backend option:checked');
    assert.equal(await system.textContent(), 'automatic: PulseAudio');
    await list.selectOption('vmic');
    const device = dialog.locator('#node-input-device');
    assert.equal(await device.inputValue(), 'vmic');
    assert.equal(await device.isVisible(), false);

    await list.selectOption(' ');
    await device.fill('not plugged in');
    await dialog.locator('#rtc-microphone-refresh').click();
    await dialog.locator('[aria-busy]').waitFor({ state: 'detached' });
    assert.equal(await device.inputValue(), 'not plugged in');
    assert.ok(await device.isVisible());
    await editor.cancel();
  });

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

  it('the flow knows that a node has a token, not which', async () => {
    const id = await editor.drag('rtc-connection', 300, 200);
    const saved = async (token: string) => {
      const dialog = await editor.openDialog(id);
      await dialog.locator('#node-input-token').fill(token);
      await editor.done();
      return (await editor.nodes()).find(node => node.id === id)?.guarded;
    };
    assert.equal(await saved('secret'), true);
    assert.equal(await saved(''), false);
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

  it('open also when what they share fails to load', async () => {
    const { page } = editor;
    await page.route('**/resources/@rtcbot/**', route => route.abort());
    await page.reload();
    await page.locator('.red-ui-palette-node[data-palette-type="rtc-speaker"]').waitFor();
    await page.waitForFunction(
      'RED.workspaces.active() && !$("#red-ui-loading-progress").is(":visible")',
    );
    for (const type of new Set(DIALOGS.map(form => form.type))) {
      const dialog = await editor.openDialog(await editor.drag(type, 300, 200));
      await dialog.locator('#node-input-name').fill('plain');
      await editor.done();
    }
    const named = (await editor.nodes()).filter(({ name }) => name === 'plain');
    assert.equal(named.length, new Set(DIALOGS.map(form => form.type)).size);
  });

  it('nothing went wrong in the browser', () => assert.deepEqual(editor.problems, []));
});

/** What a QR code in a picture says. @throws Error if there is none */
function scan(path: string): string {
  return execFileSync('zbarimg', ['--nodbus', '--quiet', '--raw', path], {
    encoding: 'utf8',
  }).trim();
}
