import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../../support/chromium';
import { cameraToBrowser, connectionNode, speakerNode } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { DESKTOP, PlayerPage, type Screen, type Theme } from '../../support/PlayerPage';
import { programPath } from '../../support/programPath';
import { waitFor } from '../../support/waitFor';

const SCREENS: readonly Screen[] = [
  { name: 'phone-portrait', width: 360, height: 740, touch: true },
  { name: 'phone-landscape', width: 740, height: 360, touch: true },
  { name: 'tablet', width: 820, height: 1180, touch: true },
  DESKTOP,
];
const THEMES: readonly Theme[] = ['light', 'dark'];
/** A name that the browser takes for this machine, and not for localhost: a page that is not secure. */
const PLAIN_HOST = 'robot.local';
const LIMIT_MS = 30_000;

describe('the page', () => {
  let nodeRed: NodeRed;
  let browser: Browser;
  let opened: PlayerPage[] = [];
  before(async () => {
    nodeRed = await NodeRed.start();
    // Deployed, not there from the start: a flow file has no credentials in it.
    await nodeRed.deploy([
      ...cameraToBrowser({ connection: { wires: [[], [], ['speaker'], ['events']] } }),
      speakerNode(),
      connectionNode({ id: 'guarded', path: '/guarded', credentials: { token: 'sesame' } }),
      connectionNode({ id: 'small', path: '/small', maxPeers: '1' }),
    ]);
    browser = await chromium.launch({
      executablePath: programPath('chromium'),
      args: [...CHROMIUM_FLAGS, `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`],
    });
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });
  afterEach(async () => {
    await Promise.all(opened.map(page => page.close()));
    opened = [];
  });

  async function open(
    path = '/rtcbot',
    options: { screen?: Screen; theme?: Theme; origin?: string } = {},
  ): Promise<PlayerPage> {
    const page = await PlayerPage.open(browser, (options.origin ?? nodeRed.origin) + path, options);
    opened.push(page);
    return page;
  }
  async function openLive(options: { screen?: Screen; theme?: Theme } = {}): Promise<PlayerPage> {
    const page = await open('/rtcbot', options);
    await page.waitForState('live');
    return page;
  }

  for (const screen of SCREENS) {
    for (const theme of THEMES) {
      const name = `${screen.name}-${theme}`;
      it(`fits ${name}: nothing is cut off or covered`, async () => {
        const page = await openLive({ screen, theme });
        // The figures come after a second, and take their place among the buttons.
        await page.page.locator('rtcbot-player .stats', { hasText: 'fps' }).waitFor();
        await page.wake();
        await page.screenshot(`page-${name}`);
        assertApart(await page.controls(), screen);
        await page.press('camera');
        await page.page.locator('rtcbot-player .own').waitFor();
        await page.press('devices');
        await page.screenshot(`page-${name}-devices`);
        assertApart(await page.controls(), screen);
      });
    }
  }

  for (const theme of THEMES) {
    it(`passes the accessibility check in ${theme} colours`, async () => {
      const page = await openLive({ theme });
      await page.press('devices');
      assert.deepEqual(await page.accessibilityProblems(), []);
      const guarded = await open('/guarded', { theme });
      await guarded.waitForState('unauthorized');
      assert.deepEqual(await guarded.accessibilityProblems(), []);
    });
  }

  it('hides its controls when nobody moves, and shows them again', async () => {
    const page = await openLive();
    const full = page.page.locator('rtcbot-player .full');
    const opacity = () => full.evaluate(button => getComputedStyle(button).opacity);
    await waitFor('controls to fade', LIMIT_MS, async () => (await opacity()) === '0');
    await page.wake();
    await waitFor('controls to come back', LIMIT_MS, async () => (await opacity()) === '1');
    const afterMouseLeft = () =>
      page.page.evaluate(`(player => {
        player.dispatchEvent(new PointerEvent('pointerleave', { pointerType: 'mouse' }));
        return player.hasAttribute('idle');
      })(document.querySelector('rtcbot-player'))`);
    assert.equal(await afterMouseLeft(), true);
    await page.page.keyboard.press('Tab');
    assert.equal(await afterMouseLeft(), false, 'a button has the focus');
  });

  it('saves a snapshot in the size of the picture', async () => {
    const page = await openLive();
    const [download] = await Promise.all([
      page.page.waitForEvent('download'),
      page.press('snapshot'),
    ]);
    assert.match(download.suggestedFilename(), /^snapshot [\d-]+ [\d.]+\.jpg$/);
    const jpeg = readFileSync(await download.path());
    assert.equal(jpeg.readUInt16BE(0), 0xffd8);
    const size = await page.page.evaluate(async () => {
      const player = document.querySelector('rtcbot-player') as unknown as {
        video: HTMLVideoElement;
        snapshot(): Promise<Blob>;
      };
      const { width, height } = await createImageBitmap(await player.snapshot());
      const { videoWidth, videoHeight } = player.video;
      return { taken: [width, height], shown: [videoWidth, videoHeight] };
    });
    assert.deepEqual(size.taken, size.shown);
  });

  it('lifts the picture out of the page and puts it back', async () => {
    const page = await openLive();
    const float = page.page.locator('rtcbot-player .float');
    for (const pressed of ['true', 'false']) {
      await page.press('float');
      await waitFor(`aria-pressed=${pressed}`, LIMIT_MS, async () => {
        return (await float.getAttribute('aria-pressed')) === pressed;
      });
    }
  });

  it('sends the microphone that its user chose', async () => {
    const page = await openLive();
    await page.press('microphone');
    await page.press('devices');
    const select = page.page.locator('rtcbot-player select[name=microphone]');
    const ids = await waitFor('microphones with names', LIMIT_MS, async () => {
      const found = await select
        .locator('option')
        .evaluateAll(options => options.map(option => (option as HTMLOptionElement).value));
      return found.length > 2 && found;
    });
    const sent = () =>
      page.page.evaluate<string | undefined>(
        "document.querySelector('rtcbot-player').session.microphone.track?.getSettings().deviceId",
      );
    for (const id of ids.slice(1, 3)) {
      await select.selectOption(id);
      await waitFor(`microphone ${id}`, LIMIT_MS, async () => {
        assert.equal(await sent(), id, `of ${ids}`);
        return true;
      });
    }
    await page.page.keyboard.press('Escape');
    assert.equal(await page.page.locator('rtcbot-player .menu').isVisible(), false);
  });

  describe('says in plain words', () => {
    it('that a token is needed, and takes one', async () => {
      const page = await open('/guarded');
      await page.waitForState('unauthorized');
      assert.equal(await page.text(), 'Token needed, or the token is wrong');
      await page.screenshot('page-token');
      const field = page.page.locator('rtcbot-player [name=token]');
      await field.fill('wrong');
      await field.press('Enter');
      await page.waitForState('unauthorized');
      // Empty, and ready for the next try.
      await waitFor('token to be refused', LIMIT_MS, async () => {
        const isFocused = await field.evaluate(input => input.matches(':focus'));
        return isFocused && (await field.inputValue()) === '';
      });
      await page.page.keyboard.type('sesame');
      await page.press('enter');
      await page.waitForState('no-picture');
      assert.equal(await field.isVisible(), false);
      await page.page.reload();
      await page.waitForState('no-picture');
    });

    it('that the server is full', async () => {
      const first = await open('/small');
      await first.waitForState('no-picture');
      const second = await open('/small');
      await second.waitForState('full');
      assert.equal(await second.text(), 'The server is full. Trying again…');
    });

    it('that the flow is gone, and goes on by itself when it is back', async () => {
      const page = await openLive();
      await nodeRed.deploy([]);
      await page.waitForState('not-found');
      assert.equal(await page.text(), 'Not found: is the flow deployed?');
      await page.screenshot('page-not-found');
      await nodeRed.deploy(cameraToBrowser());
      await page.waitForState('live');
    });

    it('that camera and microphone need https', async () => {
      const origin = nodeRed.origin.replace('127.0.0.1', PLAIN_HOST);
      const page = await open('/rtcbot', { origin });
      await page.waitForState('live');
      await page.press('camera');
      const hasText = 'Microphone and camera need https or localhost';
      await page.page.locator('rtcbot-player .notice', { hasText }).waitFor();
      await page.screenshot('page-https');
    });
  });
});

type Boxes = Awaited<ReturnType<PlayerPage['controls']>>;

/** Each control is wholly on the screen, and none lies on another. */
function assertApart(controls: Boxes, { width, height }: Screen): void {
  assert.ok(controls.length >= 6, `${controls.length} controls`);
  for (const [index, one] of controls.entries()) {
    const { name, left, top, right, bottom } = one;
    const isInside = left >= 0 && top >= 0 && right <= width && bottom <= height;
    assert.ok(isInside, `${name} is cut off: ${JSON.stringify(one)}`);
    for (const other of controls.slice(index + 1)) {
      const isApart =
        right <= other.left || other.right <= left || bottom <= other.top || other.bottom <= top;
      assert.ok(isApart, `${name} and ${other.name} cover each other`);
    }
  }
}
