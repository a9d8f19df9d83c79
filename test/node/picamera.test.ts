import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
    // The engine takes its environment along when it starts, and outlives a test: what the name
    // stands for is changed, not the name.
    process.env.RPICAM_PATH = join(dirname(standIn.path), 'installed');
  });
  afterEach(() => flow.unload());
  after(() => {
    delete process.env.RPICAM_PATH;
    standIn.remove();
  });

  async function load(settings: object = {}): Promise<void> {
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
  /** Texts are not translated here: a status shows its key, an error its code. */
  const status = (fill: string, key: string) =>
    waitFor(`${fill} status ${key}`, LIMIT_MS, () =>
      flow.statuses('picamera').some(each => each.fill === fill && each.text?.endsWith(key)),
    );
  const errorText = async () => {
    const message = await waitFor('error', LIMIT_MS, () => flow.messages('errors')[0]);
    return (message.error as { message: string }).message;
  };

  it('says at once, with nobody watching, that the program is missing', async () => {
    await load({ wires: [[], []] });
    assert.match(await errorText(), /rpicam-vid not found: .*apt install rpicam-apps/);
    await status('red', 'rpicam-missing');
  });

  it('works as soon as the program is installed: sends its track, and JPEG frames', async () => {
    symlinkSync(standIn.path, process.env.RPICAM_PATH ?? '');
    standIn.change(PI_5);
    await load({ width: '640', height: '480', frameRate: '10' });
    const frame = await waitFor('frame', LIMIT_MS, () => flow.messages('frames')[0]);
    assert.ok(Buffer.isBuffer(frame.payload));
    assert.deepEqual([frame.width, frame.height, frame.contentType], [640, 480, 'image/jpeg']);
    const track = await waitFor('track', LIMIT_MS, () => flow.messages('tracks')[0]);
    assert.equal((track.payload as { kind: string }).kind, 'video');
    await status('green', 'status.liveVia');
  });

  it('says at once that the camera is missing', async () => {
    standIn.change(PI_4);
    await load({ wires: [[], []], camera: '1' });
    assert.match(await errorText(), /camera 1 was not found: check its cable/);
    await status('red', 'picamera-missing');
  });

  it('shows a test pattern without a camera if it may', async () => {
    standIn.change({ ...PI_4, cameras: [] });
    await load({ testPattern: true, width: '320', height: '240' });
    await waitFor('frame', LIMIT_MS, () => flow.messages('frames')[0]);
    await status('green', 'status.liveVia');
    assert.deepEqual(flow.messages('errors'), []);
  });

  it('takes one picture for each message, and controls from others', async () => {
    standIn.change(PI_5);
    await load({ frames: 'snapshot', width: '320', height: '240' });
    flow.node('picamera').receive({ payload: 1, note: 'mine' });
    const frame = await waitFor('frame', LIMIT_MS, () => flow.messages('frames')[0]);
    assert.deepEqual([frame.width, frame.note], [320, 'mine']);
    flow.node('picamera').receive({ payload: { width: 256, height: 192 } });
    const second = await waitFor('frame of another size', LIMIT_MS, async () => {
      const count = flow.messages('frames').length;
      flow.node('picamera').receive({ payload: 2 });
      const [newest] = await waitFor('next frame', LIMIT_MS, () => {
        const newer = flow.messages('frames').slice(count);
        return newer.length > 0 ? newer : undefined;
      });
      return newest?.width === 256 ? newest : undefined;
    });
    assert.equal(second.height, 192);
  });

  it('refuses a wrong control, and says which', async () => {
    standIn.change(PI_4);
    await load({ wires: [[], []] });
    flow.node('picamera').receive({ payload: { ev: 'much' } });
    assert.match(await errorText(), /setting ev is wrong: much is not a number/);
  });
});
