import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { FlowNode } from './flowNode';
import { inPageScript } from './inPageScript';
import { ROOT } from './packedPackage';
import { programPath } from './programPath';
import { waitFor } from './waitFor';

/** Where screenshots go; not kept in the repository. */
export const SCREENSHOTS = join(ROOT, 'test/screenshots');
const WAIT_MS = 20_000;
/** For one attempt to open a dialog. */
const DIALOG_MS = 3000;
/**
 * How long the editor may take to load, in ms. It shows nothing before it has run the scripts of
 * every node in the palette: those of a dashboard make it twice as long, a busy machine more.
 */
const LOAD_MS = 60_000;
/** True once palette and flows are there. */
const LOADED = `!!window.RED?.workspaces?.active()
  && !$('#red-ui-loading-progress').is(':visible')
  && $('.red-ui-palette-node[data-palette-type="rtc-camera"]').length > 0`;
/** Of the window, in CSS pixels. */
const EDITOR_SIZE = { width: 1280, height: 960 };
/** The same for pictures in documents. */
const PICTURE_SIZE = { width: 960, height: 480 };
/** A name by which the browser finds this machine, other than those of the loopback. */
export const ROBOT = 'robot.local';
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-sync'],
  `--host-resolver-rules=MAP ${ROBOT} 127.0.0.1`,
];

/** How the person who uses the editor has set up the browser. */
export interface EditorOptions {
  /** Wants the dark theme, which Node-RED has from 5 on. Default: the light one. */
  readonly dark?: boolean;
  /** The language that the browser asks for, such as `de`. Default `en-US`. */
  readonly language?: string;
}

/** Node-RED's editor in a real Chromium, used as a person does: by mouse and keyboard. */
export class Editor {
  readonly page: Page;
  /** What the browser's console said of errors. */
  readonly problems: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.setDefaultTimeout(WAIT_MS);
    page.on('pageerror', error => this.problems.push(error.message));
  }

  /** @param origin of a running Node-RED */
  static async open(
    origin: string,
    { dark = false, language = 'en-US' }: EditorOptions = {},
  ): Promise<Editor> {
    const browser = await chromium.launch({ executablePath: programPath('chromium'), args: FLAGS });
    try {
      const context = await browser.newContext({
        viewport: EDITOR_SIZE,
        colorScheme: dark ? 'dark' : 'light',
        locale: language,
      });
      await context.addInitScript(inPageScript());
      const editor = new Editor(browser, await context.newPage());
      await editor.page.goto(origin);
      await editor.#loaded();
      // As the choice "dark" in Node-RED 5's settings does; older ones have no dark theme.
      if (dark) {
        await editor.page.evaluate("document.documentElement.classList.add('nr-theme-dark')");
      }
      return editor;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Loads the editor anew, and with it the flows that run. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.#loaded();
  }

  /** Opens another page in a tab of the same browser. */
  async openPage(address: string): Promise<Page> {
    const page = await this.page.context().newPage();
    page.setDefaultTimeout(WAIT_MS);
    await page.goto(address);
    return page;
  }

  /** The flow as the editor would deploy it. */
  nodes(): Promise<FlowNode[]> {
    return this.page.evaluate('RED.nodes.createCompleteNodeSet()');
  }

  /** Adds an empty flow and shows it. */
  async newFlow(): Promise<void> {
    const active = await this.page.evaluate<string>('RED.workspaces.active()');
    await this.page.evaluate('RED.actions.invoke("core:add-flow")');
    await this.page.waitForFunction(`RED.workspaces.active() !== '${active}'`);
  }

  /** Drags a node from the palette to a place on the canvas and gives its id. */
  async drag(type: string, x: number, y: number): Promise<string> {
    const known = new Set((await this.nodes()).map(({ id }) => id));
    const entry = this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await entry.scrollIntoViewIfNeeded();
    const from = await boxOf(entry);
    const canvas = await boxOf(this.page.locator('#red-ui-workspace-chart'));
    await this.#move(from.middle, { x: canvas.x + x, y: canvas.y + y });
    const dropped = (await this.nodes()).find(node => node.type === type && !known.has(node.id));
    if (!dropped) throw new Error(`${type} did not land on the canvas`);
    return dropped.id;
  }

  /** Draws a wire from an output of a node to the input of another. */
  async wire(from: string, output: number, to: string): Promise<void> {
    const start = this.page.locator(`[id="${from}"] .red-ui-flow-port-output`).nth(output);
    const end = this.page.locator(`[id="${to}"] .red-ui-flow-port-input`);
    await this.#move((await boxOf(start)).middle, (await boxOf(end)).middle);
  }

  /** Opens the dialog of a node. */
  async openDialog(id: string): Promise<Locator> {
    const node = this.page.locator(`[id="${id}"]`);
    const dialog = this.page.locator('.red-ui-tray').last();
    // The editor takes two clicks for one only if it gets to them within 650 ms, which a busy machine may not.
    await waitFor('dialog', WAIT_MS, async () => {
      if (!(await dialog.isVisible())) await node.dblclick({ timeout: DIALOG_MS });
      await dialog.waitFor({ timeout: DIALOG_MS });
      return true;
    });
    // The tray slides in; then Node-RED gives the focus to the first in it.
    await dialog.locator(':focus').waitFor({ state: 'attached' });
    return dialog;
  }

  /** Closes the open dialog with its button *Done*. */
  async done(): Promise<void> {
    await this.page.locator('#node-dialog-ok').click();
    await this.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  }

  /** Closes the open dialog with its button *Cancel*. */
  async cancel(): Promise<void> {
    await this.page.locator('#node-dialog-cancel').click();
    await this.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  }

  /** Presses *Deploy* and waits until it is done. */
  async deploy(): Promise<void> {
    await this.page.locator('#red-ui-header-button-deploy').click();
    await this.page.waitForFunction('!RED.nodes.dirty() && !RED.deploy.isDeploying?.()');
  }

  /** Imports an example of a package through the menu. */
  async importExample(packageName: string, example: string): Promise<void> {
    const { page } = this;
    await page.locator('#red-ui-header-button-sidemenu').click();
    await page.locator('#menu-item-import').click();
    const tabs = page.locator('#red-ui-clipboard-dialog-import-tabs');
    await tabs.waitFor();
    // 100 ms after it opens the dialog looks at its text field, which is empty, and chooses the root of
    // each tree: both disable its button, whatever is chosen by then. Timers fire in their order.
    await page.evaluate('new Promise(resolve => setTimeout(resolve, 101))');
    await tabs.getByText('Examples').click();
    const tree = page.locator('#red-ui-clipboard-dialog-import-tab-examples');
    await this.#clickUnfolded(tree.getByText(packageName));
    await this.#clickUnfolded(tree.getByText(example));
    await page.locator('#red-ui-clipboard-dialog-ok').click();
    await tabs.waitFor({ state: 'hidden' });
  }

  /** Opens the debug sidebar and starts the flows again, so that their first messages are in it. */
  async restartInDebugSidebar(): Promise<void> {
    await this.page.evaluate("RED.sidebar.show('debug')");
    await this.page.evaluate("RED.actions.invoke('core:restart-flows')");
  }

  /** The messages of a debug node in the sidebar. */
  debugMessages(name: string): Locator {
    const source = this.page.locator('.red-ui-debug-msg-name', { hasText: name });
    return this.page.locator('.red-ui-debug-msg', { has: source });
  }

  /** Those of the given nodes that the editor marks as invalid or does not know. */
  badNodes(ids: readonly string[]): Promise<string[]> {
    return this.page.evaluate(`${JSON.stringify(ids)}
      .map(id => RED.nodes.node(id))
      .filter(node => node && (node.type === 'unknown' || node.valid === false))
      .map(({ type, name }) => type + ' ' + name)`);
  }

  /** Keeps a picture of the editor, of a part of it or of another page; gives its path. */
  async screenshot(name: string, part: Locator | Page = this.page): Promise<string> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const path = join(SCREENSHOTS, `${name}.png`);
    await part.screenshot({ path });
    return path;
  }

  /** Keeps a picture fit for a document: the flow, and the palette scrolled to a type. */
  async pictureOfFlow(name: string, paletteType: string): Promise<string> {
    const { page } = this;
    await page.locator('.red-ui-notification').waitFor({ state: 'detached' });
    await page.setViewportSize(PICTURE_SIZE);
    await page.evaluate('RED.menu.setSelected("menu-item-sidebar", false)');
    const entry = page.locator(`.red-ui-palette-node[data-palette-type="${paletteType}"]`);
    await entry.scrollIntoViewIfNeeded();
    const path = await this.screenshot(name);
    await page.evaluate('RED.menu.setSelected("menu-item-sidebar", true)');
    await page.setViewportSize(EDITOR_SIZE);
    return path;
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /** Clicks on an entry of a tree, once it has stopped to unfold: entries move away under the mouse. */
  async #clickUnfolded(entry: Locator): Promise<void> {
    await entry.waitFor();
    await this.page.waitForFunction('$(":animated").length === 0');
    await entry.click();
  }

  async #loaded(): Promise<void> {
    await this.page.waitForFunction(LOADED, undefined, { timeout: LOAD_MS });
  }

  /** Presses the button of the mouse at one place, moves, and lets it go at the other. */
  async #move(from: Point, to: Point): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 5 });
    await mouse.move(to.x, to.y, { steps: 5 });
    await mouse.up();
  }
}

interface Point {
  readonly x: number;
  readonly y: number;
}

async function boxOf(locator: Locator): Promise<Point & { middle: Point }> {
  const box = await locator.boundingBox();
  if (!box) throw new Error(`${locator} is not visible`);
  const { x, y, width, height } = box;
  return { x, y, middle: { x: x + width / 2, y: y + height / 2 } };
}
