import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { TAB } from '../../support/flowNode';
import { cameraNode, connectionNode, microphoneNode, speakerNode } from '../../support/flows';
import { waitForSilence, waitForTone } from '../../support/heard';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import { assertLive } from '../../support/pictureClock';
import { SERVER_CHANNELS, SERVER_RATE, SoundServer } from '../../support/SoundServer';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { amplitudeAt, channelOf } from '../../support/tones';
import { waitFor } from '../../support/waitFor';

const SPOKEN = { frequency: 1000, amplitude: 0.5 };
const PAGE_HZ = 700;
/** Pauses between attempts double; the server is away for some seconds. */
const HEAL_LIMIT_MS = 30_000;

describe('a sound server that is killed in the midst of a talk', () => {
  let sound: SoundServer;
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  let page: TestPage;
  let stopTone: () => Promise<void>;
  before(async () => {
    sound = await SoundServer.start();
    stopTone = sound.playTone(SPOKEN);
    const connection = connectionNode({ wires: [[], [], ['speaker'], ['events']] });
    nodeRed = await NodeRed.start({
      flows: [TAB, cameraNode(), microphoneNode(), connection, speakerNode(), ...observers()],
      env: sound.env,
    });
    browser = await launchChromium();
    page = await browser.open(`${nodeRed.origin}/rtcbot`);
    await page.evaluate(`inPage.sendTone(${PAGE_HZ}, 0.4)`);
    await waitForTone(page, SPOKEN.frequency, 30_000);
    await waitForSpeaker();
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    await sound?.close();
  });

  const waitForSpeaker = () =>
    waitFor('tone of the page on the speaker', HEAL_LIMIT_MS, async () => {
      const samples = channelOf(await sound.record(500), SERVER_CHANNELS);
      const amplitude = amplitudeAt(samples, SERVER_RATE, PAGE_HZ);
      assert.ok(amplitude > 0.2, `amplitude ${amplitude}`);
      return true;
    });
  const lastStatus = async (id: string) =>
    (await observed(nodeRed)).statuses.filter(({ node }) => node === id).at(-1);
  let connectionsBefore: string[];

  it('is told by microphone and speaker, with the cause', async () => {
    connectionsBefore = await page.evaluate('inPage.connections()');
    await sound.kill();
    await stopTone();
    for (const id of ['microphone', 'speaker']) {
      await waitFor(`status of the ${id}`, 20_000, async () => {
        const status = await lastStatus(id);
        assert.equal(status?.fill, 'red');
        // The device lost its server, and with none left the search for another way finds nothing.
        assert.match(status.text, /^no sound (server|system)$/);
        return true;
      });
      const { errors } = await observed(nodeRed);
      const told = errors.filter(({ node }) => node === id).map(({ text }) => text);
      assert.ok(told.length > 0 && told.length <= 2, `the ${id} repeats itself: ${told}`);
      for (const text of told) assert.match(text, /sound server/);
    }
  });

  it('leaves the viewer its picture and its connection', async () => {
    await waitForSilence(page, 15_000);
    await assertLive(page);
    assert.deepEqual(await page.evaluate('inPage.connections()'), connectionsBefore);
  });

  it('is used again when it is back: both directions are heard, on the same connection', async () => {
    await sound.restart();
    sound.playTone(SPOKEN);
    await waitForTone(page, SPOKEN.frequency, HEAL_LIMIT_MS);
    await waitForSpeaker();
    assert.deepEqual(await page.evaluate('inPage.connections()'), connectionsBefore);
    for (const id of ['microphone', 'speaker']) {
      await waitFor(`live status of the ${id}`, 15_000, async () => {
        return (await lastStatus(id))?.fill === 'green';
      });
    }
  });
});
