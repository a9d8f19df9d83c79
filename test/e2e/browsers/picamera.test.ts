import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { type FlowNode, flowNode, TAB } from '../../support/flowNode';
import { connectionNode, exampleFlow, picameraNode } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import { assertLive, waitForPictureAfter } from '../../support/pictureClock';
import { childrenOf, type ProcessInfo } from '../../support/processes';
import { StandInRpicam } from '../../support/rpicam/StandInRpicam';
import { PI_4 } from '../../support/rpicam/setup';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

/** How soon a viewer must see new pictures again when the camera works again, in ms. */
const HEAL_LIMIT_MS = 15_000;

/** A camera without libav in its build: its H.264 can only come from the hardware, as on a Pi 4. */
const OLD_PI = { ...PI_4, hasLibav: false };

describe('a viewer of a Raspberry Pi camera', () => {
  let standIn: StandInRpicam;
  let browser: TestBrowser;
  let nodeRed: NodeRed;
  let page: TestPage;
  before(async () => {
    standIn = new StandInRpicam(OLD_PI);
    const settings = `rtcbotRpicamPath: ${JSON.stringify(standIn.path)},`;
    nodeRed = await NodeRed.start({ flows: flows(), settings });
    browser = await launchChromium();
    page = await browser.open(`${nodeRed.origin}/rtcbot`);
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    standIn?.remove();
  });

  /** The camera's H.264 as it is, and a way to send it controls. */
  function flows(): FlowNode[] {
    return [
      TAB,
      picameraNode({ encoder: 'camera' }),
      connectionNode(),
      flowNode('control', 'http in', {
        url: '/control',
        method: 'post',
        wires: [['picamera', 'ok']],
      }),
      flowNode('ok', 'http response'),
      ...observers(),
    ];
  }
  const control = async (controls: object) => {
    const response = await fetch(`${nodeRed.origin}/control`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(controls),
    });
    assert.equal(response.status, 200);
  };
  const cameras = (): ProcessInfo[] =>
    childrenOf(nodeRed.pid).filter(({ command }) => command.includes(standIn.path));
  /** The page has made one connection since it was loaded, and that one lives. */
  const assertStillConnected = async () =>
    assert.deepEqual(await page.evaluate('inPage.connections()'), ['connected']);
  const errors = async () => (await observed(nodeRed)).errors.map(({ text }) => text);

  it("sees the camera's own H.264: there is one process, which encodes, and no other", async () => {
    await assertLive(page);
    assert.equal(await page.evaluate('inPage.receivedCodec()'), 'H264');
    const [camera] = cameras();
    assert.ok(camera?.command.includes('h264'), camera?.command.join(' '));
    await waitFor('one child of Node-RED', 15_000, () => childrenOf(nodeRed.pid).length === 1);
    await waitFor('status with who codes', 10_000, async () => {
      const { statuses } = await observed(nodeRed);
      return statuses.some(({ node, text }) => {
        return node === 'picamera' && /^640x480@\d+ hw$/.test(text);
      });
    });
  });

  it('keeps the connection when a message changes the controls', async () => {
    const [before] = cameras();
    await control({ ev: 1, roi: '0.25,0.25,0.5,0.5' });
    const after = await waitFor('camera with the controls', HEAL_LIMIT_MS, () => {
      const [camera] = cameras();
      return camera && camera.pid !== before?.pid ? camera.command : undefined;
    });
    assert.equal(after[after.indexOf('--ev') + 1], '1');
    assert.equal(after[after.indexOf('--roi') + 1], '0.25,0.25,0.5,0.5');
    await waitForPictureAfter(page, Date.now(), HEAL_LIMIT_MS);
    await assertLive(page);
    await assertStillConnected();
    assert.equal(cameras().length, 1);
    assert.deepEqual(await errors(), []);
  });

  it('keeps the picture when a message holds a wrong control', async () => {
    const [before] = cameras();
    await control({ ev: 99 });
    await waitFor('error', 15_000, async () =>
      (await errors()).some(text => /ev is wrong/.test(text)),
    );
    assert.equal(cameras()[0]?.pid, before?.pid);
    await assertLive(page);
  });

  it('sees new pictures on the same connection when a camera that failed works again', async () => {
    standIn.change({ cameras: [] });
    const [camera] = cameras();
    assert.ok(camera);
    process.kill(camera.pid, 'SIGKILL');
    await waitFor('error', HEAL_LIMIT_MS, async () =>
      (await errors()).some(text => /camera 0 was not found: check its cable/.test(text)),
    );
    standIn.change(OLD_PI);
    await waitForPictureAfter(page, Date.now(), HEAL_LIMIT_MS);
    await assertStillConnected();
    await page.close();
  });

  for (const name of ['16 Pi camera to browser', '17 Pi camera with controls']) {
    it(`sees the example "${name}"`, async () => {
      await nodeRed.deploy(exampleFlow(name));
      const viewer = await browser.open(`${nodeRed.origin}/rtcbot`);
      await assertLive(viewer);
      await viewer.close();
    });
  }

  it('sees the example "18 Two cameras": each on its page, a test pattern for the missing one', async () => {
    await nodeRed.deploy(exampleFlow('18 Two cameras'));
    for (const path of ['/front', '/back']) {
      const viewer = await browser.open(nodeRed.origin + path);
      await assertLive(viewer);
      await viewer.close();
    }
  });

  it('leaves no camera running', async () => {
    await waitFor('end of the camera', HEAL_LIMIT_MS, () => cameras().length === 0);
  });
});
