import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readCells } from '../../../engine/capture/testPattern/timeCells';
import { launchChromium } from '../../support/chromium';
import { launchFirefox } from '../../support/firefox';
import { type FlowNode, flowNode, TAB } from '../../support/flowNode';
import { cameraNode, connectionNode, displayNode } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import { type MeanColor, meanColor } from '../../support/pixels';
import { type Rgb, Screen, type Screenshot, shareOf } from '../../support/Screen';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

const TITLE = 'Robot eye';
/** A busy machine needs so long until the pictures of a page are on the screen, in ms. */
const SHOW_MS = 30_000;
/** How soon everything of a deleted flow must be gone, in ms. */
const CLOSE_LIMIT_MS = 2000;
/** Most by which the mean of a colour may change by coding and in the time between, of 255. */
const ALIKE = 20;
/** A picture on the screen may be so old on a busy machine, in ms. */
const BEHIND_MS = 3000;
/** Browsers code a canvas in BT.709 without saying so; that shifts its colours by so much, of 255. */
const tolerance = 40;
const SESSION = "document.querySelector('rtcbot-player').session";

const RED: Rgb = [255, 0, 0];
const BLUE: Rgb = [0, 0, 255];
const GREEN: Rgb = [0, 255, 0];
const WHITE: Rgb = [255, 255, 255];

let screen: Screen;
let nodeRed: NodeRed;
let chromium: TestBrowser;

/** Browsers to a window; a message to /choose chooses whose. */
function flows(display: Partial<FlowNode> = {}): FlowNode[] {
  return [
    TAB,
    connectionNode({ wires: [[], ['display'], [], ['events']] }),
    windowNode(display),
    flowNode('choose', 'http in', { url: '/choose', method: 'get', wires: [['peer', 'chosen']] }),
    flowNode('peer', 'function', {
      func: 'return { peer: msg.payload.peer };',
      wires: [['display']],
    }),
    flowNode('chosen', 'http response'),
    ...observers(),
  ];
}

function windowNode(settings: Partial<FlowNode>): FlowNode {
  return displayNode({ name: TITLE, window: true, screen: screen.display, ...settings });
}

const openPage = async (browser = chromium) => {
  const page = await browser.open(`${nodeRed.origin}/rtcbot`);
  await waitFor('session', 15_000, () =>
    page.evaluate<boolean>(`${SESSION}?.state === 'connected'`),
  );
  return page;
};
const send = (page: TestPage, ...[left, right, width, height]: [string, string, number, number]) =>
  page.evaluate(`inPage.sendColors('${left}', '${right}', ${width}, ${height})`);
const newestPeer = async () => {
  const { events } = await observed(nodeRed);
  return events.filter(({ payload }) => payload === 'connected').at(-1)?.peer ?? '';
};
/** Waits until the window looks like that. */
const shows = (what: string, check: (shot: Screenshot) => void) =>
  waitFor(what, SHOW_MS, async () => {
    const shot = await screen.shotOf(TITLE);
    assert.ok(shot, 'there is no window');
    check(shot);
    return true;
  });
const showsColors = (...colors: readonly Rgb[]) =>
  shows(`window of ${colors.join(' | ')}`, shot => {
    for (const color of colors) {
      const share = shareOf(shot, color, { tolerance });
      assert.ok(Math.abs(share - 1 / colors.length) < 0.05, `${share} is ${color}`);
    }
  });
const statusesOfDisplay = async () =>
  (await observed(nodeRed)).statuses
    .filter(({ node }) => node === 'display')
    .map(({ text }) => text);
const statusIs = (text: string) =>
  waitFor(`status ${text}`, SHOW_MS, async () => {
    assert.equal((await statusesOfDisplay()).at(-1), text);
    return true;
  });
const players = () =>
  nodeRed.descendants.filter(({ command }) => command.includes(`--title=${TITLE}`));

describe('a window of a display', () => {
  before(async () => {
    screen = await Screen.start({ width: 1280, height: 800 });
    nodeRed = await NodeRed.start({ flows: flows() });
    chromium = await launchChromium();
  });
  after(async () => {
    await chromium?.close();
    await nodeRed?.stop();
    await screen?.close();
  });

  describe("with a browser's camera", () => {
    for (const launch of [launchChromium, launchFirefox]) {
      const name = launch === launchChromium ? 'Chromium' : 'Firefox';
      it(`shows what ${name}'s camera sees`, async () => {
        const browser = launch === launchChromium ? chromium : await launch();
        try {
          const page = await openPage(browser);
          await page.evaluate(`${SESSION}.camera.start()`);
          await shows('window in the colours that the page sends', shot => {
            assert.ok(shot.width >= 320 && shot.height >= 180, `${shot.width}x${shot.height}`);
          });
          await waitFor('colours that the page sends', SHOW_MS, async () => {
            const sent = await page.evaluate<MeanColor>('inPage.sentColor()');
            const shot = await screen.shotOf(TITLE);
            assert.ok(shot);
            const shown = meanColor(shot.data);
            assert.ok(isAlike(shown, sent), `${JSON.stringify(sent)} as ${JSON.stringify(shown)}`);
            return true;
          });
          await page.close();
        } finally {
          if (browser !== chromium) await browser.close();
        }
      });
    }
  });

  describe('with the pictures of pages', () => {
    let first: TestPage;
    let firstPeer: string;
    let second: TestPage;

    it('shows what a page sends, and follows its size', async () => {
      first = await openPage();
      await send(first, 'red', 'blue', 320, 240);
      await showsColors(RED, BLUE);
      await statusIs('320x240');
      firstPeer = await newestPeer();
      await send(first, 'red', 'blue', 640, 360);
      await statusIs('640x360');
      await shows('larger window', ({ width, height }) => {
        assert.equal(`${width}x${height}`, '640x360');
      });
      await showsColors(RED, BLUE);
    });

    it('keeps the last picture of a page that pauses, and says so', async () => {
      await first.evaluate(`window.paused = ${SESSION}.video.outgoingTrack, null`);
      await first.evaluate(`${SESSION}.video.putSubscription(null)`);
      await statusIs('paused');
      await showsColors(RED, BLUE);
      await first.evaluate(`${SESSION}.video.putSubscription(window.paused)`);
      await statusIs('640x360');
    });

    it('comes back when its player was killed, and says so meanwhile', async () => {
      const [player] = players();
      assert.ok(player);
      const before = (await statusesOfDisplay()).length;
      process.kill(player.pid, 'SIGKILL');
      // It may be over before somebody looks.
      await waitFor('status window failed', SHOW_MS, async () =>
        (await statusesOfDisplay()).slice(before).includes('window failed'),
      );
      await showsColors(RED, BLUE);
      await statusIs('640x360');
      assert.notEqual(players()[0]?.pid, player.pid);
    });

    it('shows the newest of several peers', async () => {
      second = await openPage();
      await send(second, 'lime', 'white', 640, 360);
      await showsColors(GREEN, WHITE);
    });

    it('shows the peer that a message chooses', async () => {
      await nodeRed.deploy(flows({ select: 'peer' }), { type: 'nodes' });
      await showsColors(GREEN, WHITE);
      await fetch(`${nodeRed.origin}/choose?peer=${firstPeer}`);
      await showsColors(RED, BLUE);
    });

    it('shows all peers in a grid', async () => {
      await nodeRed.deploy(flows({ select: 'grid' }), { type: 'nodes' });
      await shows('both side by side', shot => {
        // Of a 16:9 picture half the height is left free where two stand side by side.
        for (const color of [RED, BLUE, GREEN, WHITE]) {
          const share = shareOf(shot, color, { tolerance });
          assert.ok(Math.abs(share - 1 / 8) < 0.02, `${share} is ${color}`);
        }
      });
      await statusIs('1280x720');
    });

    it('goes on to the next peer when one leaves, and ends with a plain card', async () => {
      await second.close();
      await showsColors(RED, BLUE);
      await first.close();
      await statusIs('ready');
      await shows('card', shot => {
        const { red, green, blue } = meanColor(shot.data);
        assert.ok(shareOf(shot, [red, green, blue]) > 0.99, 'it is plain');
        assert.ok(Math.max(red, green, blue) < 60, 'it is dark');
      });
    });
  });

  describe('with a camera of the host', () => {
    const cameraFlows = (output: 0 | 1, display: Partial<FlowNode> = {}) => [
      TAB,
      cameraNode({ wires: output === 0 ? [['display'], []] : [[], ['display']] }),
      windowNode(display),
      ...observers(),
    ];
    const showsNow = () =>
      shows('picture of now', ({ data, width, height }) => {
        const timeMs = readCells((x, y) => data[(y * width + x) * 3 + 1] ?? 0, width, height);
        assert.ok(timeMs !== undefined, 'no clock');
        assert.ok(Math.abs(Date.now() - timeMs) < BEHIND_MS, `${Date.now() - timeMs} ms old`);
      });

    it('shows its track', async () => {
      await nodeRed.deploy(cameraFlows(0));
      await showsNow();
      await statusIs('640x480');
    });

    it('shows its frames', async () => {
      await nodeRed.deploy(cameraFlows(1));
      await showsNow();
      await statusIs('640x480');
    });

    it('fills the screen when that is set', async () => {
      await nodeRed.deploy(cameraFlows(0, { fullscreen: true }));
      await shows('full screen', ({ width, height }) => {
        assert.equal(`${width}x${height}`, `${screen.width}x${screen.height}`);
      });
    });

    it('leaves no window and no process when the node is deleted', async () => {
      await nodeRed.deploy(cameraFlows(0).filter(({ type }) => !type.startsWith('rtc-')));
      await waitFor('end of all processes', CLOSE_LIMIT_MS, () => nodeRed.descendants.length === 0);
      const isGone = async () => (await screen.windowSize(TITLE)) === undefined;
      await waitFor('end of the window', CLOSE_LIMIT_MS, isGone);
      const { errors } = await observed(nodeRed);
      // That of the player that was killed.
      assert.deepEqual(
        errors.map(({ text }) => text),
        ['The video window failed: its player was ended by SIGKILL'],
      );
    });
  });
});

function isAlike(one: MeanColor, other: MeanColor): boolean {
  const differences = [one.red - other.red, one.green - other.green, one.blue - other.blue];
  return differences.every(each => Math.abs(each) < ALIKE);
}
