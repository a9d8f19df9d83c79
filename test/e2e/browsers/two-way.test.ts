import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { ffmpegs } from '../../support/ffmpegs';
import { TAB } from '../../support/flowNode';
import { exampleFlow } from '../../support/flows';
import { waitForTone } from '../../support/heard';
import { mediaObservers, seenMedia } from '../../support/mediaObservers';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import { assertLive } from '../../support/pictureClock';
import { SERVER_CHANNELS, SERVER_RATE, SoundServer } from '../../support/SoundServer';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { amplitudeAt, channelOf } from '../../support/tones';
import { waitFor } from '../../support/waitFor';

const SPOKEN_HZ = 1000;
/** What each page sends; none is a multiple of another. */
const PAGE_HZ = [500, 700, 1100, 1300];
const PAGE_AMPLITUDE = 0.15;
/** The encoder, and the idle spare that stands by for the next keyframe. */
const ENCODER_AND_SPARE = 2;
const LIMIT_MS = 60_000;
/** Four browsers are on one machine here: their pictures are small, and so is what they are sent. */
const SMALL = { width: 320, height: 240 };
const PAGE_RATE = 10;
const START_CAMERA = `(async ({ camera }) => {
  await camera.start();
  await camera.track.applyConstraints(${JSON.stringify({ ...SMALL, frameRate: PAGE_RATE })});
})(document.querySelector('rtcbot-player').session)`;

// Each has a context of its own, with nothing shared but the program.
describe('four browsers in "06 Two-way"', () => {
  let sound: SoundServer;
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  const pages: TestPage[] = [];
  before(async () => {
    sound = await SoundServer.start();
    sound.playTone({ frequency: SPOKEN_HZ, amplitude: 0.2 });
    nodeRed = await NodeRed.start({ flows: observedTwoWay(), env: sound.env });
    browser = await launchChromium();
    for (const frequency of PAGE_HZ) {
      const page = await browser.open(`${nodeRed.origin}/rtcbot`);
      await page.evaluate(START_CAMERA);
      await page.evaluate(`inPage.sendTone(${frequency}, ${PAGE_AMPLITUDE})`);
      pages.push(page);
    }
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    await sound?.close();
  });

  it('all see the live picture', async () => {
    await Promise.all(pages.map(page => assertLive(page, { limitMs: LIMIT_MS })));
  });

  it('all hear the microphone', async () => {
    for (const page of pages) await waitForTone(page, SPOKEN_HZ, LIMIT_MS);
  });

  it('all are seen in the flow, by their peers', async () => {
    await waitFor('pictures of four peers at once', LIMIT_MS, async () => {
      const since = Date.now() - 2000;
      const { frames } = await seenMedia(nodeRed);
      const recent = frames.filter(({ atMs }) => atMs > since);
      const peers = [...new Set(recent.map(({ peer }) => peer))];
      const counts = peers.map(peer => recent.filter(frame => frame.peer === peer).length);
      assert.ok(counts.length === PAGE_HZ.length, `pictures of ${counts.length} peers`);
      assert.ok(Math.min(...counts) >= PAGE_RATE / 2, `pictures in 2 s: ${counts}`);
      return true;
    });
  });

  it('all are heard from the speaker', async () => {
    await waitFor('four tones on the speaker', LIMIT_MS, async () => {
      const samples = channelOf(await sound.record(500), SERVER_CHANNELS);
      for (const frequency of PAGE_HZ) {
        const amplitude = amplitudeAt(samples, SERVER_RATE, frequency);
        const isThere = amplitude > PAGE_AMPLITUDE / 2 && amplitude < PAGE_AMPLITUDE * 1.5;
        assert.ok(isThere, `${frequency} Hz: amplitude ${amplitude}`);
      }
      return true;
    });
  });

  it('share one encoder', async () => {
    // A swap of encoders has three of them for a moment.
    await waitFor('one encoder and its spare', 20_000, () => {
      const { 'H264 encoder': h264, 'VP8 encoder': vp8 } = ffmpegs(nodeRed);
      assert.ok(h264.length >= 1 && h264.length <= ENCODER_AND_SPARE, `${h264.length} H264`);
      assert.equal(vp8.length, 0, 'Chromium gets H264');
      return true;
    });
    for (const page of pages) {
      const states = await page.evaluate<string[]>('inPage.connections()');
      assert.equal(states.at(-1), 'connected');
    }
    assert.deepEqual((await observed(nodeRed)).errors, []);
  });
});

/** The example, its pictures of peers as frames to a recorder too: what a display shows has no output. */
function observedTwoWay() {
  const flow = exampleFlow('06 Two-way').map(node => {
    if (node.type === 'rtc-camera') return { ...node, ...SMALL, frameRate: '15' };
    if (node.type !== 'rtc-connection') return node;
    const [messages = [], video = [], audio = [], events = []] = node.wires ?? [];
    const wires = [messages, [...video, 'frames'], audio, [...events, 'events']];
    return { ...node, video: 'frames', wires };
  });
  return [...flow, TAB, ...observers(), ...mediaObservers()];
}
