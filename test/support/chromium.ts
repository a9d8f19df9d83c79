import { type CDPSession, chromium } from 'playwright-core';
import { inPageScript } from './inPageScript';
import { killTree } from './killTree';
import { programPath } from './programPath';
import type { Finger, TouchBrowser, TouchPage } from './TestBrowser';

/** How every Chromium of the tests is started. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  // Viewers behind others must go on at full speed.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];

/** Starts the system's Chromium without a window; `flags` are added to the command line. */
export async function launchChromium(flags: readonly string[] = []): Promise<TouchBrowser> {
  const server = await chromium.launchServer({
    executablePath: programPath('chromium'),
    headless: true,
    args: [...CHROMIUM_FLAGS, ...flags],
  });
  const browser = await chromium.connect(server.wsEndpoint());
  const { pid } = server.process();
  if (pid === undefined) throw new Error('Chromium has no process');

  return {
    name: 'Chromium',
    pid,
    async open(address: string): Promise<TouchPage> {
      const context = await browser.newContext({ viewport: { width: 800, height: 600 } });
      await context.addInitScript(inPageScript());
      const page = await context.newPage();
      await page.goto(address);
      return {
        goto: async next => void (await page.goto(next)),
        reload: async () => void (await page.reload()),
        evaluate: expression => page.evaluate(expression),
        keyDown: code => page.keyboard.down(code),
        keyUp: code => page.keyboard.up(code),
        ...touchesOf(await context.newCDPSession(page)),
        close: () => context.close(),
      };
    },
    async close() {
      await browser.close();
      await server.close();
    },
    async kill() {
      killTree(pid);
      await browser.close();
      await server.close();
    },
  };
}

/** Touches as the screen's driver gives them. */
function touchesOf(session: CDPSession): Pick<TouchPage, 'touch' | 'cancelTouch'> {
  let down: readonly Finger[] = [];
  const dispatch = async (
    type: 'touchStart' | 'touchMove' | 'touchEnd' | 'touchCancel',
    touchPoints: readonly Finger[],
  ) => {
    await session.send('Input.dispatchTouchEvent', { type, touchPoints: [...touchPoints] });
  };
  return {
    async touch(fingers) {
      // An end names the fingers that are lifted, all others those that are there.
      const lifted = down.filter(({ id }) => !fingers.some(finger => finger.id === id));
      const isMore = fingers.length > down.length - lifted.length;
      down = fingers;
      if (lifted.length > 0) await dispatch('touchEnd', lifted);
      if (fingers.length > 0) await dispatch(isMore ? 'touchStart' : 'touchMove', fingers);
    },
    async cancelTouch() {
      down = [];
      await dispatch('touchCancel', []);
    },
  };
}
