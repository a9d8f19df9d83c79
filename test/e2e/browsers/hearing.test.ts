import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { TAB } from '../../support/flowNode';
import { connectionNode, microphoneNode } from '../../support/flows';
import { waitForSilence, waitForTone } from '../../support/heard';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import { SoundServer } from '../../support/SoundServer';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

const TONE = { frequency: 1000, amplitude: 0.5 };
/** Of a sine with this amplitude: half of full scale is -6 dB, a sine's power -3 dB of its peak's. */
const TONE_DB = -9;

describe('the sound of a microphone in the browser', () => {
  let sound: SoundServer;
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  let page: TestPage;
  before(async () => {
    sound = await SoundServer.start();
    nodeRed = await NodeRed.start({
      flows: [TAB, microphoneNode(), connectionNode(), ...observers()],
      env: sound.env,
    });
    browser = await launchChromium();
    page = await browser.open(`${nodeRed.origin}/rtcbot`);
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    await sound?.close();
  });

  const lastStatus = async () =>
    (await observed(nodeRed)).statuses.filter(({ node }) => node === 'microphone').at(-1);

  it('is a tone of the frequency and the level that the microphone hears', async () => {
    const stop = sound.playTone(TONE);
    const { frequency, levelDb } = await waitForTone(page, TONE.frequency, 20_000);
    assert.ok(Math.abs(frequency - TONE.frequency) <= 20, `${frequency} Hz`);
    assert.ok(Math.abs(levelDb - TONE_DB) <= 3, `${levelDb} dB`);

    await stop();
    await waitForSilence(page, 10_000);
  });

  it('is shown with its backend in the status of the microphone', async () => {
    const status = await waitFor('live status', 15_000, async () => {
      const last = await lastStatus();
      return last?.fill === 'green' ? last : undefined;
    });
    assert.match(status.text, /pulse.*48 kHz/i);
  });

  it('ends with its node, and Node-RED lives on', async () => {
    const threads = () => readdirSync(`/proc/${nodeRed.pid}/task`).length;
    const before = threads();
    await nodeRed.deploy([TAB, ...observers()]);
    await waitFor('end of all processes', 15_000, () => nodeRed.descendants.length === 0);
    await waitFor("end of the engine's thread", 10_000, () => threads() < before);
    assert.ok(await observed(nodeRed), 'Node-RED answers');
  });
});
