import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import type { Editor } from './Editor';
import { ROOT } from './packedPackage';

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
    hidden: ['path', 'token', 'origins'],
  },
  {
    ...{ type: 'rtc-display', name: 'display-http', chosen: { window: false, http: true } },
    ...{ shown: ['path', 'token', 'origins'], hidden: ['screen', 'fullscreen'] },
  },
  {
    ...{ type: 'rtc-connection', name: 'connection-endpoint' },
    shown: ['path', 'page', 'token', 'origins', 'framedBy', 'maxPeers', 'whenFull'],
    hidden: ['address', 'user', 'password', 'format', 'deadManMs'],
  },
  {
    ...{ type: 'rtc-connection', name: 'connection-wired', chosen: { signaling: 'wired' } },
    shown: ['origins', 'maxPeers'],
    hidden: ['path', 'page', 'token', 'framedBy', 'address', 'user'],
  },
  {
    type: 'rtc-connection',
    name: 'connection-call',
    chosen: { signaling: 'call', video: 'frames', deadMan: true },
    shown: ['address', 'token', 'user', 'password', 'format', 'framesRate', 'deadManMs'],
    hidden: ['path', 'page', 'origins', 'framedBy', 'maxPeers', 'whenFull'],
  },
];

/**
 * Opens a dialog, keeps a picture of it and closes it.
 * @param theme for the file's name
 * @throws AssertionError for settings that are not as told, fields without names, and faint texts
 */
export async function lookAt(editor: Editor, form: DialogForm, theme: string): Promise<void> {
  await withDialog(editor, form.type, async dialog => {
    await choose(dialog, form);
    await editor.screenshot(`dialog-${form.name}-${theme}`, dialog);
    await assertWell(editor, dialog, form);
  });
}

/**
 * Opens the dialog of each node once, in an editor that speaks a language, and puts it into all its
 * forms.
 * @throws AssertionError for texts that are not the catalog's, or for which there is no room
 */
export async function readAll(editor: Editor, language: string): Promise<void> {
  const cut: string[] = [];
  const foreign: string[] = [];
  for (const type of new Set(DIALOGS.map(form => form.type))) {
    const texts = textsOf(type, language);
    await withDialog(editor, type, async dialog => {
      for (const form of DIALOGS.filter(each => each.type === type)) {
        await choose(dialog, form);
        await editor.screenshot(`dialog-${form.name}-${language}`, dialog);
        const found = await editor.page.evaluate<string[]>('inPage.cutTexts("#dialog-form")');
        cut.push(...found.map(text => `${form.name}: ${text}`));
      }
      const shown = await editor.page.evaluate<{ key: string; text: string }[]>(
        'inPage.shownTexts("#dialog-form")',
      );
      // "Automatic" has behind it what it comes to.
      const others = shown.filter(({ key, text }) => !text.startsWith(String(texts(key))));
      foreign.push(...others.map(({ key, text }) => `${key}: ${text}`));
    });
  }
  assert.deepEqual({ cut, foreign }, { cut: [], foreign: [] });
}

/**
 * Goes through a dialog by the key Tab alone, from its first field on.
 * @throws AssertionError for fields, buttons and links that are left out, in another order than they
 *   are seen, or that do not show that they have the focus
 */
export async function tabThrough(editor: Editor, form: DialogForm): Promise<void> {
  const { page } = editor;
  await withDialog(editor, form.type, async dialog => {
    await choose(dialog, form);
    const expected = await page.evaluate<string[]>('inPage.tabStops("#dialog-form")');
    await dialog.locator('#node-input-name').focus();
    const reached: string[] = [];
    for (const _ of expected) {
      reached.push(await page.evaluate<string>('inPage.focused()'));
      await page.keyboard.press('Tab');
    }
    assert.deepEqual(reached, expected);
  });
}

/** Drops a node, opens its dialog, and removes it at the end. */
async function withDialog(
  editor: Editor,
  type: string,
  look: (dialog: Locator) => Promise<void>,
): Promise<void> {
  const id = await editor.drag(type, 300, 200);
  const dialog = await editor.openDialog(id);
  try {
    await look(dialog);
  } finally {
    await editor.cancel();
    await editor.page.evaluate(`RED.view.select({ nodes: [RED.nodes.node('${id}')] })`);
    await editor.page.keyboard.press('Delete');
  }
}

/** The texts of a node's catalog by key. */
function textsOf(type: string, language: string): (key: string) => unknown {
  const file = type === 'rtc-connection' ? type : type.replace(/^rtc-/, '');
  const path = join(ROOT, `nodes/locales/${language}/${file}.json`);
  const catalog: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return key =>
    key.split('.').reduce((tree, name) => {
      return typeof tree === 'object' && tree !== null ? Reflect.get(tree, name) : undefined;
    }, catalog);
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
  assert.deepEqual(await editor.page.evaluate('inPage.cutTexts("#dialog-form")'), []);
}
