import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { SCREENSHOTS } from './Editor';

/** How long a state of the player may take to come, in ms: generous, machines are shared. */
const LIMIT_MS = 30_000;

/** A screen on which pages are looked at, in CSS pixels. */
export interface Screen {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly touch: boolean;
}

export type Theme = 'light' | 'dark';

/** A rectangle in the window, in CSS pixels. */
interface Box {
  readonly name: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A page with one `<rtcbot-player>`, seen and used as its user does. */
export class PlayerPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(LIMIT_MS);
  }

  /** Opens the address in a context of its own. */
  static async open(
    browser: Browser,
    address: string,
    { screen = DESKTOP, theme = 'light' }: { screen?: Screen; theme?: Theme } = {},
  ): Promise<PlayerPage> {
    const { width, height, touch } = screen;
    const context = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: 1,
      hasTouch: touch,
      colorScheme: theme,
    });
    const opened = new PlayerPage(await context.newPage());
    await opened.page.goto(address);
    return opened;
  }

  /** Waits until the player shows this state (`PlayerState`). */
  async waitForState(state: string): Promise<void> {
    await this.page.locator(`rtcbot-player[state="${state}"]`).waitFor();
  }

  /** The words on the picture. */
  text(): Promise<string> {
    return this.page.locator('rtcbot-player .state').innerText();
  }

  /** Presses the button of this part. */
  async press(part: string): Promise<void> {
    await this.wake();
    await this.page.locator(`rtcbot-player button.${part}`).click();
  }

  /** Moves the mouse, so that the controls show. */
  async wake(): Promise<void> {
    await this.page.mouse.move(100, 100);
    await this.page.mouse.move(110, 110);
  }

  /** The controls that are there, with their places. */
  controls(): Promise<Box[]> {
    return this.page.evaluate(() => {
      const root = document.querySelector('rtcbot-player')?.shadowRoot;
      const all = root?.querySelectorAll('.bar button, .stats, .menu select') ?? [];
      return [...all]
        .filter(element => element.checkVisibility())
        .map(element => {
          const { left, top, right, bottom } = element.getBoundingClientRect();
          return { name: element.className || element.nodeName, left, top, right, bottom };
        });
    });
  }

  /** What axe finds wrong with the page: rule, and the elements. */
  async accessibilityProblems(): Promise<string[]> {
    await this.page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
    const { violations } = await this.page.evaluate<AxeResults>('axe.run()');
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
    );
  }

  /** Keeps a picture of the page in test/screenshots. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

/** As far as the tests read what axe finds. */
interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly {
      readonly target: readonly string[];
      readonly failureSummary: string;
    }[];
  }[];
}

export const DESKTOP: Screen = { name: 'desktop', width: 1280, height: 800, touch: false };
