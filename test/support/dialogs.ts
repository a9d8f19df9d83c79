import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Editor } from './Editor';

/** A dialog in one of the forms that it takes. */
export interface DialogForm {
  readonly type: string;
  /** What tells it from the others, for a file name. */
  readonly name: string;
  /** What is chosen, by id of the field; true or false for a check box. */
  readonly chosen?: Readonly<Record<string, string | boolean>>;
  /** Ids of settings in sight. */
  readonly shown: readonly string[];
  /** Ids of settings out of sight. */
  readonly hidden: readonly string[];
}

/** Every dialog, in every form that another source gives it. */
export const DIALOGS: readonly DialogForm[] = [
  {
    ...{ type: 'rtc-camera', name: 'camera-test', shown: ['width', 'frameRate'] },
    hidden: ['device', 'url', 'user', 'password', 'file', 'loop'],
  },
  {
    ...{ type: 'rtc-camera', name: 'camera-usb', chosen: { source: 'usb' } },
    ...{ shown: ['width'], hidden: ['url', 'user', 'file', 'loop'] },
  },
  {
    ...{ type: 'rtc-camera', name: 'camera-url', chosen: { source: 'url' } },
    ...{ shown: ['url', 'user', 'password', 'rtspTransport'], hidden: ['device', 'file', 'loop'] },
  },
  {
    ...{ type: 'rtc-camera', name: 'camera-file', chosen: { source: 'file' } },
    ...{ shown: ['file', 'loop'], hidden: ['device', 'url', 'user'] },
  },
  {
    ...{ type: 'rtc-camera', name: 'camera-snapshot', chosen: { frames: 'snapshot' } },
    ...{ shown: ['framesWidth'], hidden: ['framesRate'] },
  },
  {
    ...{ type: 'rtc-picamera', name: 'picamera', shown: ['camera', 'bitrate', 'profile'] },
    hidden: [],
  },
  {
    ...{ type: 'rtc-picamera', name: 'picamera-raw', chosen: { encoder: 'raw' } },
    ...{ shown: ['camera'], hidden: ['bitrate', 'profile', 'keyframeInterval'] },
  },
  {
    ...{ type: 'rtc-microphone', name: 'microphone', shown: ['backend', 'channels'] },
    hidden: [],
  },
  { type: 'rtc-speaker', name: 'speaker', shown: ['backend', 'volume'], hidden: [] },
  {
    ...{ type: 'rtc-display', name: 'display', shown: ['screen', 'fullscreen'] },
    hidden: ['path', 'token'],
  },
  {
    ...{ type: 'rtc-display', name: 'display-http', chosen: { window: false, http: true } },
    ...{ shown: ['path', 'token'], hidden: ['screen', 'fullscreen'] },
  },
  {
    ...{ type: 'rtc-connection', name: 'connection-endpoint' },
    shown: ['path', 'page', 'token', 'maxPeers', 'whenFull'],
    hidden: ['address', 'user', 'password', 'format', 'deadManMs'],
  },
  {
    ...{ type: 'rtc-connection', name: 'connection-wired', chosen: { signaling: 'wired' } },
    ...{ shown: ['maxPeers'], hidden: ['path', 'page', 'token', 'address', 'user'] },
  },
  {
    type: 'rtc-connection',
    name: 'connection-call',
    chosen: { signaling: 'call', video: 'frames', deadMan: true },
    shown: ['address', 'token', 'user', 'password', 'format', 'framesRate', 'deadManMs'],
    hidden: ['path', 'page', 'maxPeers', 'whenFull'],
  },
];

/**
 * Opens a dialog, keeps a picture of it and closes it.
 * @param theme for the file's name
 * @throws AssertionError for settings that are not as told, fields without names, and faint texts
 */
export async function lookAt(editor: Editor, form: DialogForm, theme: string): Promise<void> {
  const id = await editor.drag(form.type, 300, 200);
  const dialog = await editor.openDialog(id);
  try {
    await choose(dialog, form);
    await editor.screenshot(`dialog-${form.name}-${theme}`, dialog);
    await assertWell(editor, dialog, form);
  } finally {
    await editor.cancel();
    await editor.page.evaluate(`RED.view.select({ nodes: [RED.nodes.node('${id}')] })`);
    await editor.page.keyboard.press('Delete');
  }
}

async function choose(dialog: Locator, { chosen = {} }: DialogForm): Promise<void> {
  for (const [field, value] of Object.entries(chosen)) {
    const input = dialog.locator(`#node-input-${field}`);
    if (typeof value === 'boolean') await input.setChecked(value);
    else await input.selectOption(value);
  }
  // A search for devices ends.
  await dialog.locator('[aria-busy]').first().waitFor({ state: 'detached' });
}

async function assertWell(editor: Editor, dialog: Locator, form: DialogForm): Promise<void> {
  const seen = async (fields: readonly string[]) => {
    const areSeen = await Promise.all(
      fields.map(field => dialog.locator(`#node-input-${field}`).isVisible()),
    );
    return fields.filter((_, index) => areSeen[index]);
  };
  assert.deepEqual(await seen(form.shown), form.shown);
  assert.deepEqual(await seen(form.hidden), []);
  assert.deepEqual(await editor.page.evaluate('inPage.namelessFields("#dialog-form")'), []);
  assert.deepEqual(await editor.page.evaluate('inPage.faintTexts("#dialog-form")'), []);
}
