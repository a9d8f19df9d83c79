import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { launchFirefox } from '../../support/firefox';
import { TAB } from '../../support/flowNode';
import { connectionNode, exampleFlow } from '../../support/flows';
import { messageObservers, seenMessages } from '../../support/messageObservers';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import { pageAt } from '../../support/pageAt';
import type { TestBrowser, TestPage, TouchBrowser } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

/** How long a message from a page may take, in ms: generous, machines are shared. */
const LIMIT_MS = 15_000;

/** A page as RTCBot's tutorials write it: keys and gamepad to the robot, nothing but its names. */
const RTCBOT_PAGE = `<!doctype html>
<html>
<head><title>Robot</title><script src="/rtcbot.js"></script></head>
<body>
<input id="field">
<iframe id="other" srcdoc="<input>"></iframe>
<script>
  const robot = new rtcbot.RTCConnection();
  const keys = new rtcbot.Keyboard();
  const pads = new rtcbot.Gamepad();
  const queue = new rtcbot.Queue();
  rtcbot.setGamepadRate(50);
  keys.subscribe(robot.put_nowait);
  pads.subscribe(robot.put_nowait);
  robot.subscribe(queue.put_nowait);
  async function start() {
    const offer = await robot.getLocalDescription();
    const response = await fetch('/connect', { method: 'POST', body: JSON.stringify(offer) });
    await robot.setRemoteDescription(await response.json());
  }
  start();
</script>
</body>
</html>`;

/** The events of RTCBot's keyboard and gamepad. */
interface Control {
  readonly type: string;
  readonly key?: string;
  readonly keyCode?: number;
  readonly shiftKey?: boolean;
  readonly altKey?: boolean;
  readonly repeat?: boolean;
  readonly value?: boolean | number;
}

/** Puts a gamepad into the page: no machine of ours has a real one. */
const plugIn = (
  buttons: readonly number[],
  axes: readonly number[],
) => `void (navigator.getGamepads = () => [{
  id: 'Test gamepad', index: 0, connected: true, mapping: 'standard', axes: ${JSON.stringify(axes)},
  buttons: ${JSON.stringify(buttons)}.map(value => ({ pressed: value > 0.5, value })),
}])`;

describe('driving', () => {
  let chromium: TouchBrowser;
  let firefox: TestBrowser;
  let nodeRed: NodeRed;
  before(async () => {
    nodeRed = await NodeRed.start();
    [chromium, firefox] = await Promise.all([launchChromium(), launchFirefox()]);
  });
  after(async () => {
    await Promise.all([chromium?.close(), firefox?.close()]);
    await nodeRed?.stop();
  });

  const sessionAt = async <Page extends TestPage>(
    browser: { open(address: string): Promise<Page> },
    path: string,
  ): Promise<Page> => {
    const page = await browser.open(nodeRed.origin + path);
    await waitFor('session', LIMIT_MS, () =>
      page.evaluate<boolean>("session.state === 'connected'"),
    );
    return page;
  };

  describe('by a page that was written for RTCBot', () => {
    /** All that the page has sent, without the repetitions of what is held. */
    const controls = async () => {
      const messages = await seenMessages<Control>(nodeRed);
      return messages.map(({ payload }) => payload).filter(({ repeat }) => !repeat);
    };
    const pressed = async () => (await controls()).map(({ type, key }) => `${type} ${key}`);
    const waitForKeys = (...expected: string[]) =>
      waitFor(expected.join(', '), LIMIT_MS, async () => {
        return JSON.stringify(await pressed()) === JSON.stringify(expected);
      });

    for (const name of ['Chromium', 'Firefox'] as const) {
      describe(`in ${name}`, () => {
        let page: TestPage;
        before(async () => {
          const wires = [['messages', 'connection'], [], [], []];
          await nodeRed.deploy([
            ...[TAB, connectionNode({ path: '/', wires }), ...messageObservers()],
            ...pageAt('/page', RTCBOT_PAGE),
          ]);
          const browser = name === 'Chromium' ? chromium : firefox;
          page = await browser.open(`${nodeRed.origin}/page`);
          await page.evaluate("robot.onReady(), document.getElementById('other').contentWindow");
        });
        after(() => page?.close());

        it("sends the keys in RTCBot's shape, and those of a text field not", async () => {
          await page.keyDown('KeyW');
          await page.keyUp('KeyW');
          await page.evaluate("document.getElementById('field').focus()");
          await page.keyDown('KeyA');
          await page.keyUp('KeyA');
          await page.evaluate("document.getElementById('field').blur()");
          await page.keyDown('ShiftLeft');
          await page.keyUp('ShiftLeft');
          await waitForKeys('keydown w', 'keyup w', 'keydown Shift', 'keyup Shift');
          assert.equal(await page.evaluate("document.getElementById('field').value"), 'a');
          const [w, , shift] = await controls();
          const { keyCode, shiftKey, altKey } = w ?? {};
          assert.deepEqual(
            { keyCode, shiftKey, altKey },
            { keyCode: 87, shiftKey: false, altKey: false },
          );
          assert.equal(shift?.shiftKey, true);
        });

        it('releases what is held when the page loses the keyboard', async () => {
          const before = await pressed();
          await page.keyDown('KeyD');
          await waitForKeys(...before, 'keydown d');
          await page.evaluate("document.getElementById('other').contentWindow.focus()");
          await waitForKeys(...before, 'keydown d', 'keyup d');
          await page.keyUp('KeyD');
          await page.evaluate('window.focus()');
        });

        it("sends the gamepad's buttons and axes in RTCBot's shape", async () => {
          await page.evaluate(plugIn([1], [0, -1, 0.05, 0]));
          const seen = async (type: string) =>
            (await controls()).filter(control => control.type === type).map(({ value }) => value);
          await waitFor('button', LIMIT_MS, async () => (await seen('btn0'))[0] === true);
          await waitFor('axis', LIMIT_MS, async () => (await seen('axis1'))[0] === -1);
          assert.deepEqual(await seen('axis2'), [], 'that stick is at rest');
          assert.equal(await page.evaluate('pads.state.btn0'), true);

          await page.evaluate('void (navigator.getGamepads = () => [null])');
          await waitFor('rest', LIMIT_MS, async () => (await seen('btn0')).at(-1) === false);
          await waitFor('rest', LIMIT_MS, async () => (await seen('axis1')).at(-1) === 0);
        });

        it('gets what the flow sends, by its queue', async () => {
          const text = await page.evaluate<string>(`(async () => {
            robot.put_nowait({ type: 'hello' });
            for (;;) {
              const text = await queue.get();
              if (text.includes('hello')) return text;
            }
          })()`);
          assert.deepEqual(JSON.parse(text), { type: 'hello' });
        });
      });
    }
  });

  describe('by the examples', () => {
    /** Waits for the speeds that the function node of the example shows last. */
    const waitForWheels = (expected: string) => {
      let shown: string | undefined;
      return waitFor(`wheels: ${expected}`, LIMIT_MS, async () => {
        const { statuses } = await observed(nodeRed);
        shown = statuses.findLast(({ text }) => text?.startsWith('left'))?.text;
        return shown === expected;
      });
    };
    const deploy = (example: string) =>
      nodeRed.deploy([...exampleFlow(example), TAB, ...observers()]);

    for (const name of ['Chromium', 'Firefox'] as const) {
      it(`"12 Drive with the keyboard" turns keys in ${name} into speeds, and stops without a driver`, async () => {
        await deploy('12 Drive with the keyboard');
        const page = await sessionAt(name === 'Chromium' ? chromium : firefox, '/drive');
        await page.keyDown('KeyW');
        await waitForWheels('left 1, right 1');
        await page.keyDown('ArrowRight');
        await waitForWheels('left 1, right 0');
        assert.equal(
          await page.evaluate("document.getElementById('keys').textContent"),
          'KeyW + ArrowRight',
        );
        await page.keyUp('KeyW');
        await waitForWheels('left 1, right -1');
        await page.close();
        await waitForWheels('left 0, right 0');
      });
    }

    it('"13 Drive with a gamepad or touch" turns a finger and a gamepad into speeds', async () => {
      await deploy('13 Drive with a gamepad or touch');
      const page = await sessionAt(chromium, '/drive-touch');
      const { x, y, radius } = await page.evaluate<{
        x: number;
        y: number;
        radius: number;
      }>(`(() => {
        const { x, y, width } = document.querySelector('rtcbot-joystick').getBoundingClientRect();
        return { x: x + width / 2, y: y + width / 2, radius: width / 2 };
      })()`);
      await page.touch([{ id: 1, x, y }]);
      await page.touch([{ id: 1, x, y: y - 2 * radius }]);
      await waitForWheels('left 1, right 1');
      await page.touch([{ id: 1, x: x + 2 * radius, y }]);
      await waitForWheels('left 1, right -1');
      await page.touch([]);
      await waitForWheels('left 0, right 0');

      await page.touch([{ id: 1, x, y: y - radius }]);
      await waitForWheels('left 1, right 1');
      await page.cancelTouch();
      await waitForWheels('left 0, right 0');

      await page.evaluate(plugIn([0, 0, 0, 0, 0, 0, 0, 0.5], [0, 0]));
      await waitForWheels('left 0.5, right 0.5');
      await page.evaluate(plugIn([], [0, 1]));
      await waitForWheels('left -1, right -1');
      await page.close();
      await waitForWheels('left 0, right 0');
    });
  });

  it('goes by two joysticks at once, each under its own finger', async () => {
    await nodeRed.deploy([
      ...[TAB, connectionNode({ wires: [['messages'], [], [], []] }), ...messageObservers()],
      ...pageAt(
        '/two',
        `<!doctype html><script src="/rtcbot/rtcbot.js"></script>
<rtcbot-joystick name="drive"></rtcbot-joystick><rtcbot-joystick name="look"></rtcbot-joystick>
<script>
const session = rtcbot.connect('/rtcbot', { video: false });
for (const each of document.querySelectorAll('rtcbot-joystick')) each.subscribe(session.send);
</script>`,
      ),
    ]);
    const page = await sessionAt(chromium, '/two');
    const [drive, look] = await page.evaluate<{ x: number; y: number; width: number }[]>(
      "[...document.querySelectorAll('rtcbot-joystick')].map(each => each.getBoundingClientRect().toJSON())",
    );
    assert.ok(drive && look);
    const radius = drive.width / 2;
    const [left, right] = [drive, look].map(({ x, y }, id) => ({
      id,
      x: x + radius,
      y: y + radius,
    }));
    assert.ok(left && right);
    // A finger that the browser knows no more of could never let go.
    const isHeld = await page.evaluate(`(stick => {
      stick.dispatchEvent(new PointerEvent('pointerdown', { pointerId: 99 }));
      return stick.joystick.held;
    })(document.querySelector('rtcbot-joystick'))`);
    assert.equal(isHeld, false);
    /** The newest position of each. */
    const waitForSticks = (expected: Record<string, [number, number, boolean]>) =>
      waitFor(JSON.stringify(expected), LIMIT_MS, async () => {
        const sticks: typeof expected = {};
        type Stick = { name: string; x: number; y: number; held: boolean };
        for (const { payload } of await seenMessages<Stick>(nodeRed)) {
          sticks[payload.name] = [payload.x, payload.y, payload.held];
        }
        return JSON.stringify(sticks) === JSON.stringify(expected);
      });
    await page.touch([left]);
    await page.touch([left, right]);
    left.y -= 2 * radius;
    right.x += 2 * radius;
    await page.touch([left, right]);
    await waitForSticks({ drive: [0, 1, true], look: [1, 0, true] });
    await page.touch([right]);
    await waitForSticks({ drive: [0, 0, false], look: [1, 0, true] });
    await page.evaluate("void window.dispatchEvent(new Event('blur'))");
    await waitForSticks({ drive: [0, 0, false], look: [0, 0, false] });
    await page.close();
  });
});
