import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { TAB } from '../../support/flowNode';
import { connectionNode, speakerNode } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import { SERVER_CHANNELS, SERVER_RATE, SoundServer } from '../../support/SoundServer';
import type { TestBrowser } from '../../support/TestBrowser';
import { amplitudeAt, channelOf, frequencyOf, impurityDb } from '../../support/tones';
import { waitFor } from '../../support/waitFor';

describe('the sound of a browser on the speaker', () => {
  let sound: SoundServer;
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  before(async () => {
    sound = await SoundServer.start();
    const connection = connectionNode({ wires: [[], [], ['speaker'], ['events']] });
    nodeRed = await NodeRed.start({
      flows: [TAB, connection, speakerNode(), ...observers()],
      env: sound.env,
    });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    await sound?.close();
  });

  const openWith = async (send: string) => {
    const page = await browser.open(`${nodeRed.origin}/rtcbot`);
    await page.evaluate(send);
    return page;
  };
  const played = async () => channelOf(await sound.record(500), SERVER_CHANNELS);

  it('is the tone that the page sends, as loud as it was sent', async () => {
    const page = await openWith('inPage.sendTone(1000, 0.4)');
    await waitFor('tone on the speaker', 30_000, async () => {
      const samples = await played();
      const frequency = frequencyOf(samples, SERVER_RATE);
      assert.ok(Math.abs(frequency - 1000) <= 20, `${frequency} Hz`);
      const amplitude = amplitudeAt(samples, SERVER_RATE, frequency);
      assert.ok(amplitude > 0.3 && amplitude < 0.5, `amplitude ${amplitude}`);
      const impurity = impurityDb(samples, SERVER_RATE, frequency);
      assert.ok(impurity < -15, `all else is at ${impurity} dB`);
      return true;
    });
    await page.close();
  });

  it('is mixed from all pages, and ends with them', async () => {
    const pages = [
      await openWith('inPage.sendTone(700, 0.2)'),
      await openWith('inPage.sendTone(1900, 0.2)'),
    ];
    await waitFor('both tones on the speaker', 30_000, async () => {
      const samples = await played();
      for (const frequency of [700, 1900]) {
        const amplitude = amplitudeAt(samples, SERVER_RATE, frequency);
        assert.ok(amplitude > 0.1 && amplitude < 0.3, `${frequency} Hz: amplitude ${amplitude}`);
      }
      return true;
    });

    await Promise.all(pages.map(page => page.close()));
    await waitFor('silence', 15_000, async () => (await played()).every(each => each === 0));
  });

  it('is the beep of a microphone', async () => {
    const page = await openWith(
      "document.querySelector('rtcbot-player').session.microphone.start()",
    );
    await waitFor('beep on the speaker', 30_000, async () => {
      const samples = await played();
      return samples.some(each => Math.abs(each) > 0.1);
    });
    await page.close();
    const { errors } = await observed(nodeRed);
    assert.deepEqual(errors, []);
  });
});
