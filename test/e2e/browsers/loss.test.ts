import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { TAB } from '../../support/flowNode';
import { cameraNode, connectionNode, microphoneNode } from '../../support/flows';
import { waitForTone } from '../../support/heard';
import type { Quiet } from '../../support/inPage/quiet';
import { LossyPath } from '../../support/LossyPath';
import type { LossyRelay } from '../../support/LossyRelay';
import { mediaObservers, seenMedia } from '../../support/mediaObservers';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import { onOneOf } from '../../support/onOneOf';
import { assertLive, type Reading } from '../../support/pictureClock';
import { SoundServer } from '../../support/SoundServer';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

const LOSS = 0.05;
/** Some 20 ms there and back: a repair takes a round trip. */
const FAULTS = { loss: LOSS, delayMs: 10, seed: 20 };
/** How long both ends are watched, in ms. */
const WATCHED_MS = 20_000;
/** The longest that picture or sound may stand still, in ms. */
const FREEZE_LIMIT_MS = 500;
/** What is on in both directions, in Hz. */
const [DOWN_HZ, UP_HZ] = [1000, 700];
const SESSION = "document.querySelector('rtcbot-player').session";

describe('with 5 % of all packets lost in both directions', () => {
  let sound: SoundServer;
  let nodeRed: NodeRed;
  let path: LossyPath;
  let browser: TestBrowser;
  let page: TestPage;
  let relay: LossyRelay;
  /** When the watch began and ended, in ms since the epoch. */
  let [fromMs, toMs] = [0, 0];
  let pictures: Reading[] = [];
  let quiet: Quiet;

  before(async () => {
    sound = await SoundServer.start();
    sound.playTone({ frequency: DOWN_HZ, amplitude: 0.5 });
    const wires = [[], ['frames'], ['chunks'], ['events']];
    nodeRed = await NodeRed.start({
      flows: [
        TAB,
        cameraNode(),
        microphoneNode(),
        connectionNode({ video: 'frames', audio: 'chunks', wires }),
        ...observers(),
        ...mediaObservers(),
      ],
      env: sound.env,
    });
    path = await LossyPath.start(nodeRed.origin, FAULTS);
    browser = await launchChromium();
    page = await browser.open(`${path.origin}/rtcbot`);
    await page.evaluate(`${SESSION}.camera.start(), inPage.sendTone(${UP_HZ}, 0.5)`);
    await waitFor('picture and sound of the page', 60_000, async () => {
      const { frames, chunks } = await seenMedia(nodeRed);
      return frames.length > 30 && chunks.some(({ level }) => level > 0.1);
    });
    await assertLive(page, { limitMs: 60_000 });
    await waitForTone(page, DOWN_HZ, 60_000);
    // What stands still because the machine does is nobody's fault: another watch may be without that.
    await onOneOf(3, async isLast => {
      await watch();
      if (!isLast) for (const check of Object.values(checks)) await check();
    });
  });
  after(async () => {
    await browser?.close();
    await path?.close();
    await nodeRed?.stop();
    await sound?.close();
  });

  /** Lets it run, and collects what the page shows. */
  async function watch(): Promise<void> {
    await page.evaluate('inPage.watchQuiet(), inPage.startClock()');
    pictures = [];
    fromMs = Date.now();
    await waitFor('end of the watch', WATCHED_MS * 2, async () => {
      pictures.push(...(await page.evaluate<Reading[]>('inPage.takeReadings()')));
      return Date.now() - fromMs > WATCHED_MS;
    });
    toMs = Date.now();
    quiet = await page.evaluate<Quiet>('inPage.quiet()');
    relay = path.relays.at(-1) as LossyRelay;
  }
  const watched = <Seen extends { atMs: number }>(all: readonly Seen[]) =>
    all.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);

  it('all media go over the bad path, on one connection', async () => {
    assert.equal(await page.evaluate('inPage.remotePort()'), relay.address.port);
    const states = await page.evaluate<string[]>('inPage.connections()');
    assert.equal(states.at(-1), 'connected');
    for (const { passed, dropped } of [relay.toServer, relay.toBrowser]) {
      // 50 packets of sound and 30 of pictures in a second at the least.
      assert.ok(passed > (WATCHED_MS / 1000) * 80, `${passed} packets`);
      const loss = dropped / (passed + dropped);
      assert.ok(loss > LOSS * 0.7 && loss < LOSS * 1.3, `lost ${loss}`);
    }
  });

  /** What is watched: each check says what it saw, and throws when something stood still. */
  const checks = {
    'the browser sees a picture that never stands still for half a second': async () => {
      const times = pictures.map(({ seenMs }) => seenMs);
      const seen = goesOn('picture in the page', [fromMs, ...times, toMs]);
      assert.ok(times.length > (WATCHED_MS / 1000) * 15, `${times.length} pictures`);
      const behind = Math.max(...pictures.map(({ seenMs, captureMs }) => seenMs - captureMs));
      assert.ok(behind < 1000, `a picture was ${behind} ms behind`);
      return seen;
    },
    'the browser hears the microphone without half a second of silence': async () => {
      const { longestMs, watchedMs } = quiet;
      assert.ok(watchedMs > WATCHED_MS * 0.9, `${watchedMs} ms were listened to`);
      assert.ok(longestMs <= FREEZE_LIMIT_MS, `${longestMs} ms of silence`);
      return `longest silence in the page: ${longestMs} ms`;
    },
    "the flow gets the browser's pictures, never half a second apart": async () => {
      const frames = watched((await seenMedia(nodeRed)).frames);
      assert.ok(frames.length > (WATCHED_MS / 1000) * 8, `${frames.length} pictures`);
      return goesOn('picture in the flow', [fromMs, ...frames.map(({ atMs }) => atMs), toMs]);
    },
    "the flow gets the browser's sound, without half a second of silence": async () => {
      const loud = watched((await seenMedia(nodeRed)).chunks).filter(({ level }) => level > 0.1);
      // 20 ms each; what was lost is made up for.
      assert.ok(loud.length > (WATCHED_MS / 20) * 0.9, `${loud.length} chunks`);
      return goesOn('sound in the flow', [fromMs, ...loud.map(({ atMs }) => atMs), toMs]);
    },
  };
  for (const [sentence, check] of Object.entries(checks)) {
    it(sentence, async t => t.diagnostic(await check()));
  }

  it('the browser hears the tone of the microphone to the end', async () => {
    await waitForTone(page, DOWN_HZ, 20_000);
  });

  it('nothing goes wrong in the flow', async () => {
    assert.deepEqual((await observed(nodeRed)).errors, []);
  });
});

/** The longest gap, in words. @throws AssertionError when it is too long */
function goesOn(what: string, timesMs: readonly number[]): string {
  const gaps = timesMs.slice(1).map((time, index) => time - (timesMs[index] ?? time));
  const longest = Math.max(...gaps);
  assert.ok(longest <= FREEZE_LIMIT_MS, `no ${what} for ${longest} ms`);
  return `${what}: ${timesMs.length}, longest gap ${longest} ms`;
}
