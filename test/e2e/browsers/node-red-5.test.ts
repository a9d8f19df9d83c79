import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { DIALOGS, lookAt } from '../../support/dialogs';
import { Editor } from '../../support/Editor';
import { TAB } from '../../support/flowNode';
import { exampleFlow } from '../../support/flows';
import {
  assertForeignPagesGetNothing,
  assertFriendIsLetIn,
  assertReboundPageGetsNothing,
  flowsToAttack,
  launchBrowsers,
  startForeignServer,
} from '../../support/foreignPages';
import type { HttpServer } from '../../support/HttpServer';
import { NodeRed, type Runtime } from '../../support/NodeRed';
import { npm, PACKAGE_NAME } from '../../support/packedPackage';
import { assertLive } from '../../support/pictureClock';
import type { TestBrowser } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

/** Node-RED 5 needs Node.js 22.9 or newer; the package `node` brings one. */
const PACKAGES = ['node@24', 'node-red@5'];

describe('on Node-RED 5 with Node.js 24', () => {
  let directory: string;
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  let editor: Editor | undefined;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'rtcbot-node-red-5-'));
    nodeRed = await NodeRed.start({
      runtime: installRuntime(directory),
      flows: exampleFlow('02 Camera to browser'),
    });
    browser = await launchChromium();
  });
  after(async () => {
    await editor?.close();
    await browser?.close();
    await nodeRed?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('all nodes load', async () => {
    assert.match(nodeRed.log, /Node-RED version: v5\./);
    assert.match(nodeRed.log, /Node\.js {2}version: v24\./);
    const sets = await nodeRed.getJson<{ module: string; err?: string }[]>('/nodes');
    const ours = sets.filter(({ module }) => module === PACKAGE_NAME);
    assert.ok(ours.length >= 5, `${ours.length} nodes`);
    assert.deepEqual(
      ours.filter(({ err }) => err),
      [],
    );
  });

  it('the picture is live in the browser, also after a redeploy', async () => {
    const page = await browser.open(`${nodeRed.origin}/rtcbot`);
    await assertLive(page);
    await nodeRed.deploy(exampleFlow('02 Camera to browser'));
    await waitFor('new connection', 20_000, () =>
      page.evaluate<boolean>(
        "document.querySelector('rtcbot-player').session.state === 'connected'",
      ),
    );
    await assertLive(page);
    await page.close();
  });

  describe('pages of other servers', () => {
    let browsers: TestBrowser[] = [];
    let foreign: HttpServer;
    before(async () => {
      foreign = await startForeignServer();
      await nodeRed.deploy(flowsToAttack(`http://friend.example:${foreign.port}`));
      browsers = await launchBrowsers();
    });
    after(async () => {
      await Promise.all(browsers.map(each => each.close()));
      await foreign?.close();
    });
    it('get nothing and do nothing, and those of the allow list connect', async () => {
      for (const each of browsers) {
        await assertForeignPagesGetNothing(each, { nodeRed, foreign });
        await assertReboundPageGetsNothing(each, nodeRed);
        await assertFriendIsLetIn(each, { nodeRed, foreign });
      }
    });
  });

  describe('in the dark theme', () => {
    before(async () => {
      editor = await Editor.open(nodeRed.origin, { dark: true });
      await editor.newFlow();
    });
    it('the editor is dark', async () => {
      const classes = await editor?.page.locator('html').getAttribute('class');
      assert.match(classes ?? '', /nr-theme-dark/);
    });
    for (const form of DIALOGS) {
      it(`the dialog ${form.name} is legible`, async () => {
        assert.ok(editor);
        await lookAt(editor, form, 'dark');
      });
    }
  });

  it('nothing is left of removed nodes', async () => {
    await nodeRed.deploy([TAB]);
    await waitFor('end of all processes', 10_000, () => nodeRed.descendants.length === 0);
    assert.equal((await fetch(`${nodeRed.origin}/rtcbot`)).status, 404);
  });
});

/** Installs the newest of both into a scratch directory. */
function installRuntime(directory: string): Runtime {
  writeFileSync(join(directory, 'package.json'), '{"name": "scratch", "private": true}');
  npm(['install', ...PACKAGES], directory);
  const node = join(directory, 'node_modules/.bin/node');
  const red = join(directory, 'node_modules/node-red');
  const manifest = JSON.parse(readFileSync(join(red, 'package.json'), 'utf8'));
  return { node, red: join(red, manifest.bin['node-red']) };
}
