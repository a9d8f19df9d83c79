import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { ffmpegs } from '../../support/ffmpegs';
import { cameraToBrowser } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { onOneOf } from '../../support/onOneOf';
import { assertLive, waitForPictureAfter } from '../../support/pictureClock';
import type { ProcessInfo } from '../../support/processes';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

/** How soon a viewer must see new pictures again, in ms. */
const HEAL_LIMIT_MS = 3000;

describe('a viewer', () => {
  let browser: TestBrowser;
  let directory: string;
  before(async () => {
    browser = await launchChromium();
    directory = mkdtempSync(join(tmpdir(), 'rtcbot-video-'));
  });
  after(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const kill = (processes: readonly ProcessInfo[]) => {
    assert.ok(processes.length > 0, 'there is something to kill');
    for (const { pid } of processes) process.kill(pid, 'SIGKILL');
  };
  /** The page has made one connection since it was loaded, and that one lives. */
  const assertStillConnected = async (page: TestPage) =>
    assert.deepEqual(await page.evaluate('inPage.connections()'), ['connected']);

  it('sees new pictures within 3 s after the encoder was killed, on the same connection', async () => {
    const nodeRed = await NodeRed.start({ flows: cameraToBrowser() });
    try {
      const page = await browser.open(`${nodeRed.origin}/rtcbot`);
      await assertLive(page);
      const encoders = () => ffmpegs(nodeRed)['H264 encoder'];
      await onOneOf(3, async () => {
        await waitFor('encoder', 15_000, () => encoders().length > 0);
        const [working] = encoders().toSorted((a, b) => b.cpuMs - a.cpuMs);
        kill(working ? [working] : []);
        await waitForPictureAfter(page, Date.now(), HEAL_LIMIT_MS);
      });
      await onOneOf(3, async () => {
        await waitFor('encoder', 15_000, () => encoders().length > 0);
        kill(encoders()); // the spare, too
        await waitForPictureAfter(page, Date.now(), HEAL_LIMIT_MS);
      });
      await assertStillConnected(page);
      await page.close();
    } finally {
      await nodeRed.stop();
    }
  });

  it('sees new pictures within 3 s after the capture was killed, on the same connection', async () => {
    const file = join(directory, 'moving.mp4');
    makeVideo(file);
    const nodeRed = await NodeRed.start({
      flows: cameraToBrowser({ camera: { source: 'file', file } }),
    });
    try {
      const page = await browser.open(`${nodeRed.origin}/rtcbot`);
      const shown = () => page.evaluate<number>('inPage.presentedFrames()');
      /** Half a second of pictures: more than what can have been on its way. */
      const moreThan = async (count: number) => (await shown()) > count + 15;
      await waitFor('pictures', 15_000, () => moreThan(0));

      const captures = () =>
        Object.values(ffmpegs(nodeRed))
          .flat()
          .filter(({ command }) => command.some(argument => argument.includes(file)));
      await onOneOf(3, async () => {
        await waitFor('capture', 15_000, () => captures().length > 0);
        kill(captures());
        const atDeath = await shown();
        await waitFor('new pictures', HEAL_LIMIT_MS, () => moreThan(atDeath));
      });
      await assertStillConnected(page);
      await page.close();
    } finally {
      await nodeRed.stop();
    }
  });
});

/** Ten seconds of a moving test picture, with keyframes and B-frames as cameras' files have them. */
function makeVideo(file: string): void {
  const program = process.env.FFMPEG_PATH ?? 'ffmpeg';
  execFileSync(
    program,
    [
      ...['-hide_banner', '-loglevel', 'error', '-y'],
      ...['-f', 'lavfi', '-i', 'testsrc2=size=640x480:rate=30:duration=10'],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-g', '30', '-bf', '2', '-pix_fmt', 'yuv420p'],
      file,
    ],
    { stdio: 'inherit' },
  );
}
