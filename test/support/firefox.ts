import puppeteer from 'puppeteer-core';
import { inPageScript } from './inPageScript';
import { killTree } from './killTree';
import { programPath } from './programPath';
import type { TestBrowser, TestPage } from './TestBrowser';

const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  // No look for updates or codecs outside.
  'media.gmp-manager.url': '',
  'app.update.enabled': false,
};

export interface FirefoxOptions {
  /** Added to those of all tests. Default: none. */
  readonly preferences?: Readonly<Record<string, string | number | boolean>>;
  /** Takes any certificate for good. Default: false. */
  readonly acceptInsecureCerts?: boolean;
}

/** Starts the system's Firefox without a window. */
export async function launchFirefox({
  preferences = {},
  acceptInsecureCerts = false,
}: FirefoxOptions = {}): Promise<TestBrowser> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: programPath('firefox-esr'),
    headless: true,
    acceptInsecureCerts,
    extraPrefsFirefox: { ...PREFERENCES, ...preferences },
  });
  const pid = browser.process()?.pid;
  if (pid === undefined) throw new Error('Firefox has no process');

  return {
    name: 'Firefox',
    pid,
    async open(address: string): Promise<TestPage> {
      const page = await browser.newPage();
      await page.evaluateOnNewDocument(inPageScript());
      await page.goto(address);
      return {
        goto: async next => void (await page.goto(next)),
        reload: async () => void (await page.reload()),
        evaluate: async <T>(expression: string) => (await page.evaluate(expression)) as T,
        keyDown: code => page.keyboard.down(code),
        keyUp: code => page.keyboard.up(code),
        close: () => page.close(),
      };
    },
    close: () => browser.close(),
    async kill() {
      killTree(pid);
      await browser.close().catch(() => {
        // Its connection is gone with it.
      });
    },
  };
}
