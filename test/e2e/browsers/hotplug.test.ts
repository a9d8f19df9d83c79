import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { type FlowNode, flowNode } from '../../support/flowNode';
import { cameraToBrowser } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { observed } from '../../support/observers';
import { CAMERA_ID, StandInCameras } from '../../support/StandInCameras';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

const LIMIT_MS = 15_000;
/** From plugging the camera in again to new pictures in the browser. */
const RESUME_MS = 2000;

describe('A USB camera in a browser', () => {
  let machine: StandInCameras;
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  let page: TestPage;

  before(async () => {
    machine = new StandInCameras(['mjpeg', 'raw']);
    browser = await launchChromium();
    const camera = { source: 'usb', device: CAMERA_ID };
    const flows = [...cameraToBrowser({ camera }), ...messagesToCamera()];
    nodeRed = await NodeRed.start({ flows, env: machine.env });
    page = await browser.open(`${nodeRed.origin}/rtcbot`);
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    machine?.close();
  });

  const shown = () => page.evaluate<number>('inPage.presentedFrames()');
  const moreThan = async (count: number) => (await shown()) > count;
  const lastStatus = async () => {
    const { statuses } = await observed(nodeRed);
    return statuses.filter(({ node }) => node === 'camera').at(-1)?.text;
  };
  const cameras = async () => {
    const { devices } = await nodeRed.getJson<{ devices: { id: string }[] }>('/rtcbot/cameras');
    return devices.map(({ id }) => id);
  };
  const send = async (payload: object) => {
    const response = await fetch(`${nodeRed.origin}/to-camera`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(payload),
    });
    assert.equal(response.status, 200);
  };
  /** The brightest point of the picture that the page shows: 0 is a black one. */
  const brightest = () =>
    page.evaluate<number>(`(() => {
      const video = inPage.video();
      const canvas = document.createElement('canvas');
      canvas.width = 32;
      canvas.height = 24;
      const context = canvas.getContext('2d');
      context.drawImage(video, 0, 0, 32, 24);
      return Math.max(...context.getImageData(0, 0, 32, 24).data.filter((_, at) => at % 4 < 3));
    })()`);

  it('is live, and in the list of cameras', async () => {
    await waitFor('pictures', LIMIT_MS, () => moreThan(15));
    assert.deepEqual(await cameras(), [CAMERA_ID]);
  });

  it('is set by messages, and names its controls for one that it does not have', async () => {
    await send({ brightness: 10 });
    await waitFor('control', LIMIT_MS, () => machine.control('brightness') === 10);
    await send({ contrast: 1 });
    const { text } = await waitFor('error', LIMIT_MS, async () => {
      return (await observed(nodeRed)).errors.find(({ node }) => node === 'camera');
    });
    assert.match(text, /contrast is not one of its controls, which are brightness, /);
  });

  it('is unplugged: the viewer stays connected and sees the last picture', async () => {
    machine.unplug();
    await waitFor('status', LIMIT_MS, async () => (await lastStatus()) === 'unplugged');
    let before = -1;
    const isStill = async () => {
      const was = before;
      before = await shown();
      return before === was;
    };
    await waitFor('end of the pictures', LIMIT_MS, isStill, { everyMs: 300 });
    assert.deepEqual(await page.evaluate('inPage.connections()'), ['connected']);
    assert.ok((await brightest()) > 100);
    assert.deepEqual(await cameras(), []);
  });

  it('is plugged in elsewhere: the viewer sees new pictures within 2 s on the same connection', async () => {
    const before = await shown();
    machine.plug('video1');
    await waitFor('new pictures', RESUME_MS, () => moreThan(before + 1));
    assert.deepEqual(await page.evaluate('inPage.connections()'), ['connected']);
    assert.deepEqual(await cameras(), [CAMERA_ID]);
    await waitFor('control as before', LIMIT_MS, () => machine.control('brightness') === 10);
    await waitFor('status', LIMIT_MS, async () => (await lastStatus())?.startsWith('320x240'));
  });

  it('is unplugged while nobody watches, and says that too', async () => {
    await page.close();
    await waitFor('end of the capture', LIMIT_MS, () => nodeRed.descendants.length === 0);
    machine.unplug('video1');
    await waitFor('status', LIMIT_MS, async () => (await lastStatus()) === 'unplugged');
    machine.plug();
    await waitFor('status', LIMIT_MS, async () => (await lastStatus()) === 'ready');
  });
});

/** What is posted goes into the camera. */
function messagesToCamera(): FlowNode[] {
  const wires = [['camera', 'posted']];
  return [
    flowNode('post', 'http in', { url: '/to-camera', method: 'post', wires }),
    flowNode('posted', 'http response'),
  ];
}
