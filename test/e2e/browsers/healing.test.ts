import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { ffmpegs } from '../../support/ffmpegs';
import { cameraToBrowser } from '../../support/flows';
import { harm, startHarmable } from '../../support/harmableEngine';
import { NodeRed } from '../../support/NodeRed';
import { observed } from '../../support/observers';
import { onOneOf } from '../../support/onOneOf';
import { assertLive, waitForPictureAfter } from '../../support/pictureClock';
import type { ProcessInfo } from '../../support/processes';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

/** How soon a viewer must see new pictures again, in ms. */
const HEAL_LIMIT_MS = 3000;
/** How long it may take after the death of the whole engine, in ms: generous, because a new one has to be loaded. */
const ENGINE_LIMIT_MS = 20_000;
/** Notes in the page when it sends offers. */
const NOTE_OFFERS = `
  globalThis.offers = [];
  globalThis.fetch = new Proxy(fetch, { apply: (original, self, args) => {
    if (args[1]?.method === 'POST') offers.push(Date.now());
    return Reflect.apply(original, self, args);
  } }); 0`;

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

  it('asks anew within 2 s after the engine has died, without a word or with one, and sees pictures again', async () => {
    const nodeRed = await startHarmable(cameraToBrowser());
    try {
      const page = await browser.open(`${nodeRed.origin}/rtcbot`);
      await page.evaluate(NOTE_OFFERS);
      for (const how of ['terminate', 'crash'] as const) {
        await assertLive(page);
        const before = await deaths(nodeRed);
        const atDeath = Date.now();
        await harm(nodeRed, how);
        const askedAt = await waitFor('offer', ENGINE_LIMIT_MS, () =>
          page.evaluate<number | undefined>(`offers.find(at => at >= ${atDeath})`),
        );
        assert.ok(askedAt - atDeath < 2000, `after ${askedAt - atDeath} ms`);
        // What was on its way when it died was captured before.
        await waitForPictureAfter(page, atDeath + 100, ENGINE_LIMIT_MS);
        assert.ok((await deaths(nodeRed)) > before, 'it has died');
      }
      await page.close();
    } finally {
      await nodeRed.stop();
    }
  });

  it('sees pictures again after an engine that hung was started again', async () => {
    const nodeRed = await startHarmable(cameraToBrowser());
    try {
      const page = await browser.open(`${nodeRed.origin}/rtcbot`);
      await assertLive(page);
      await harm(nodeRed, 'hang');
      await waitFor('restart', 30_000, async () => (await deaths(nodeRed)) > 0);
      await waitForPictureAfter(page, Date.now(), ENGINE_LIMIT_MS);
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

/** How often the nodes have said that the engine has died. */
async function deaths(nodeRed: NodeRed): Promise<number> {
  const { errors } = await observed(nodeRed);
  return errors.filter(({ text }) => text.includes('is being started again')).length;
}

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
