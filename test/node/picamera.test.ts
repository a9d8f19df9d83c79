import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { flowNode, TAB } from '../support/flowNode';
import { picameraNode } from '../support/flows';
import { type LoadedFlow, loadFlow } from '../support/nodeTestHelper';
import { StandInRpicam } from '../support/rpicam/StandInRpicam';
import { PI_4, PI_5 } from '../support/rpicam/setup';
import { waitFor } from '../support/waitFor';

/** Long enough for a busy machine to start two programs, in ms. */
const LIMIT_MS = 30_000;

describe('rtc-picamera', () => {
  let standIn: StandInRpicam;
  let flow: LoadedFlow;
  before(() => {
    standIn = new StandInRpicam();
  });
  afterEach(async () => {
    await flow.unload();
    delete process.env.RPICAM_PATH;
  });
  after(() => standIn.remove());

  async function load(settings: object = {}, { hasProgram = true } = {}): Promise<void> {
    if (hasProgram) process.env.RPICAM_PATH = standIn.path;
    flow = await loadFlow(
      ['picamera'],
      [
        TAB,
        picameraNode({ wires: [['tracks'], ['frames']], ...settings }),
        flowNode('tracks', 'helper'),
        flowNode('frames', 'helper'),
        flowNode('catch', 'catch', { scope: null, uncaught: false, wires: [['errors']] }),
        flowNode('errors', 'helper'),
      ],
    );
  }
  const status = (pattern: RegExp) =>
    waitFor(`status ${pattern}`, LIMIT_MS, () =>
      flow.statuses('picamera').find(({ text }) => pattern.test(text ?? '')),
    );
  const errorText = async () => {
    const message = await waitFor('error', LIMIT_MS, () => flow.messages('errors')[0]);
    return (message.error as { message: string }).message;
  };

  it('sends its track, and JPEG frames of the camera', async () => {
    standIn.change(PI_5);
    await load({ width: '640', height: '480', frameRate: '10' });
    const frame = await waitFor('frame', LIMIT_MS, () => flow.messages('frames')[0]);
    assert.ok(Buffer.isBuffer(frame.payload));
    assert.deepEqual([frame.width, frame.height, frame.contentType], [640, 480, 'image/jpeg']);
    const track = await waitFor('track', LIMIT_MS, () => flow.messages('tracks')[0]);
    assert.equal((track.payload as { kind: string }).kind, 'video');
    const { fill } = await status(/^640x480 \d+fps yuv$/);
    assert.equal(fill, 'green');
  });

  it('says at once, with nobody watching, that the program is missing', async () => {
    await load({ wires: [[], []] }, { hasProgram: false });
    assert.match(await errorText(), /rpicam-vid not found: .*apt install rpicam-apps/);
    const { fill } = await status(/^rpicam-vid not found$/);
    assert.equal(fill, 'red');
  });

  it('says at once that the camera is missing', async () => {
    standIn.change(PI_4);
    await load({ wires: [[], []], camera: '1' });
    assert.match(await errorText(), /camera 1 was not found: check its cable/);
    await status(/^no camera module$/);
  });

  it('shows a test pattern without a camera if it may', async () => {
    standIn.change({ ...PI_4, cameras: [] });
    await load({ testPattern: true, width: '320', height: '240' });
    await waitFor('frame', LIMIT_MS, () => flow.messages('frames')[0]);
    await status(/^320x240 \d+fps test$/);
    assert.deepEqual(flow.messages('errors'), []);
  });

  it('takes one picture for each message, and controls from others', async () => {
    standIn.change(PI_5);
    await load({ frames: 'snapshot', width: '320', height: '240' });
    flow.node('picamera').receive({ payload: 1, note: 'mine' });
    const frame = await waitFor('frame', LIMIT_MS, () => flow.messages('frames')[0]);
    assert.deepEqual([frame.width, frame.note], [320, 'mine']);
    flow.node('picamera').receive({ payload: { width: 256, height: 192 } });
    await status(/^256x192 /);
    assert.equal(flow.messages('frames').length, 1);
  });

  it('refuses a wrong control, and says which', async () => {
    standIn.change(PI_4);
    await load({ wires: [[], []] });
    flow.node('picamera').receive({ payload: { ev: 'much' } });
    assert.match(await errorText(), /setting ev is wrong: much is not a number/);
  });
});
