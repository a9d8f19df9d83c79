import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { ffmpegs } from '../../support/ffmpegs';
import type { FlowNode } from '../../support/flowNode';
import { cameraToBrowser, exampleFlow } from '../../support/flows';
import { freePort } from '../../support/freePort';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import { assertLive, waitForPictureAfter } from '../../support/pictureClock';
import { RtspCamera } from '../../support/RtspCamera';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

const LIVE = { limitMs: 30_000 };
/** Pauses between attempts double; the camera is away for some seconds. */
const HEAL_LIMIT_MS = 30_000;
const LOGIN = { user: 'viewer', password: 'se/cret:p@ss' };

describe('a network camera over RTSP', () => {
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  let camera: RtspCamera;
  before(async () => {
    nodeRed = await NodeRed.start();
    browser = await launchChromium();
    camera = await RtspCamera.start();
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    await camera?.close();
  });

  const deploy = (url: string, more: Partial<FlowNode> = {}) =>
    nodeRed.deploy(cameraToBrowser({ camera: { source: 'url', url, ...more } }));
  const open = () => browser.open(`${nodeRed.origin}/rtcbot`);
  const codecOf = (page: TestPage) =>
    waitFor('codec', 15_000, () => page.evaluate<string | undefined>('inPage.receivedCodec()'));
  /** Statuses and errors since the start are kept; those of earlier tests are left out. */
  /** Settles when the camera says so in its status; before, it may say that the stream just ended. */
  const failureFrom = (countBefore: number, text: string) =>
    waitFor(`status ${text}`, 30_000, async () => {
      const { statuses } = await observed(nodeRed);
      return statuses
        .slice(countBefore)
        .some(status => status.node === 'camera' && status.fill === 'red' && status.text === text);
    });

  it('"10 Network camera" passes its H.264 through: no program encodes', async () => {
    await nodeRed.deploy(withAddress(exampleFlow('10 Network camera'), camera.url));
    const page = await open();
    await assertLive(page, LIVE);
    assert.equal(await codecOf(page), 'H264');

    const { 'H264 encoder': h264, 'VP8 encoder': vp8, other } = ffmpegs(nodeRed);
    assert.deepEqual([...h264, ...vp8], []);
    assert.equal(other.length, 1, 'the one that captures');
    assert.match(other[0]?.command.join(' ') ?? '', / -rtsp_transport tcp .* -c:v copy /);
    await page.close();
  });

  it('is passed through over UDP as well', async () => {
    await deploy(camera.url, { rtspTransport: 'udp' });
    const page = await open();
    await assertLive(page, LIVE);
    const { 'H264 encoder': h264, other } = ffmpegs(nodeRed);
    assert.deepEqual(h264, []);
    assert.match(other[0]?.command.join(' ') ?? '', / -rtsp_transport udp .* -c:v copy /);
    await page.close();
  });

  it('is live again after it was gone, on the same connection, and says so meanwhile', async () => {
    await deploy(camera.url);
    const page = await open();
    await assertLive(page, LIVE);
    const countBefore = (await observed(nodeRed)).statuses.length;
    await camera.close();
    await failureFrom(countBefore, 'unreachable');

    await camera.restart();
    await waitForPictureAfter(page, Date.now(), HEAL_LIMIT_MS);
    await assertLive(page, LIVE);
    assert.deepEqual(await page.evaluate('inPage.connections()'), ['connected']);
    await page.close();
  });

  it('whose pictures refer to later ones is encoded anew', async () => {
    const other = await RtspCamera.start({ bFrames: true });
    try {
      for (const rtspTransport of ['tcp', 'udp']) {
        await deploy(other.url, { rtspTransport });
        const page = await open();
        await assertLive(page, LIVE);
        assert.ok(ffmpegs(nodeRed)['H264 encoder'].length > 0, 'a program encodes');
        await page.close();
      }
    } finally {
      await other.close();
    }
  });

  it('that nobody answers for says so in the status', async () => {
    const countBefore = (await observed(nodeRed)).statuses.length;
    await deploy(`rtsp://127.0.0.1:${await freePort()}/camera`);
    const page = await open();
    await failureFrom(countBefore, 'unreachable');
    await page.close();
  });

  it('asks for its login, which is shown nowhere', async () => {
    const closed = await RtspCamera.start({ login: LOGIN });
    try {
      const wrong = { user: LOGIN.user, password: 'wr/ong:p@ss' };
      const countBefore = (await observed(nodeRed)).statuses.length;
      await deploy(closed.url, { credentials: wrong });
      const first = await open();
      await failureFrom(countBefore, 'login refused');
      await first.close();

      await deploy(closed.url, { credentials: LOGIN });
      const page = await open();
      await assertLive(page, LIVE);
      await page.close();

      const { statuses, errors } = await observed(nodeRed);
      const told = nodeRed.log + JSON.stringify([statuses, errors]);
      for (const password of [LOGIN.password, wrong.password]) {
        for (const form of [password, encodeURIComponent(password)]) {
          assert.ok(!told.includes(form), `${form} is told`);
        }
      }
    } finally {
      await closed.close();
    }
  });
});

/** The example with the camera's address in the properties of its flow, where it says to put it. */
function withAddress(flow: readonly FlowNode[], value: string): FlowNode[] {
  const env = [{ name: 'CAMERA_URL', type: 'str', value }];
  const tab = flow.find(({ type }) => type === 'tab');
  const all = flow.map(node => (node === tab ? { ...node, env } : node));
  return [...all, ...observers().map(node => ({ ...node, z: tab?.id ?? '' }))];
}
