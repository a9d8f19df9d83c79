import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { cameraToBrowser } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { observed } from '../support/observers';
import { StandInFfmpeg } from '../support/StandInFfmpeg';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 30_000;

describe('On a machine with a hardware encoder', () => {
  let ffmpeg: StandInFfmpeg;
  let nodeRed: NodeRed;

  before(async () => {
    ffmpeg = new StandInFfmpeg(['h264_v4l2m2m']);
    nodeRed = await NodeRed.start({
      flows: cameraToBrowser({ camera: { linger: '20' } }),
      env: { FFMPEG_PATH: ffmpeg.path, RTCBOT_SYS_ROOT: ffmpeg.sysRoot },
    });
  });
  after(async () => {
    await nodeRed?.stop();
    ffmpeg?.close();
  });

  const encoders = () =>
    nodeRed.descendants.filter(({ command }) => command.includes('libx264')).map(({ pid }) => pid);
  /** A page is fetched: what a viewer would need is started, and kept for some seconds. */
  const visit = async () => assert.equal((await fetch(`${nodeRed.origin}/rtcbot`)).status, 200);
  /** A busy machine may need longer for its full rate than what one visit starts is kept. */
  const untilStatus = (pattern: RegExp) =>
    waitFor(
      `status ${pattern}`,
      LIMIT_MS,
      async () => {
        await visit();
        const { statuses } = await observed(nodeRed);
        return pattern.test(statuses.filter(({ node }) => node === 'camera').at(-1)?.text ?? '');
      },
      { everyMs: 1000 },
    );

  it('encodes with it and says so, after a trial when the flow started', async () => {
    await nodeRed.waitForLog(/H\.264 is encoded by h264_v4l2m2m/, LIMIT_MS);
    assert.equal(ffmpeg.calls.length, 1);
    await visit();
    await untilStatus(/^640x480@(29|30|31) V4L2$/);
    assert.ok(ffmpeg.calls.every(call => call.includes('-c:v h264_v4l2m2m')));
  });

  it('goes on with libx264 by itself when that fails, and says that too', async () => {
    await visit();
    await waitFor('encoder', LIMIT_MS, () => encoders().length > 0);
    ffmpeg.become('missing');
    for (const pid of encoders()) process.kill(pid, 'SIGKILL');
    await visit();
    await nodeRed.waitForLog(/h264_v4l2m2m failed .*libx264 goes on/, LIMIT_MS);
    await untilStatus(/^640x480 (29|30|31)fps$/);
    assert.deepEqual((await observed(nodeRed)).errors, []);
  });
});
