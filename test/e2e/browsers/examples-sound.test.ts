import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { exampleFlow } from '../../support/flows';
import { waitForTone } from '../../support/heard';
import type { ShownColor } from '../../support/inPage/shownColor';
import { NodeRed } from '../../support/NodeRed';
import { assertLive } from '../../support/pictureClock';
import { SERVER_CHANNELS, SERVER_RATE, SoundServer } from '../../support/SoundServer';
import type { TestBrowser } from '../../support/TestBrowser';
import { amplitudeAt, channelOf } from '../../support/tones';
import { waitFor } from '../../support/waitFor';

const SPOKEN = { frequency: 1000, amplitude: 0.2 };
/** Of a sine with the amplitude 0.2. */
const SPOKEN_DB = -17;
/** What the page sends, unlike what the microphone hears. */
const PAGE_HZ = 700;

describe('the example', () => {
  let sound: SoundServer;
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  before(async () => {
    sound = await SoundServer.start();
    sound.playTone(SPOKEN);
    nodeRed = await NodeRed.start({ env: sound.env });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    await sound?.close();
  });

  async function open(example: string) {
    await nodeRed.deploy(exampleFlow(example));
    return browser.open(`${nodeRed.origin}/rtcbot`);
  }
  const waitForSpeaker = () =>
    waitFor('tone of the page on the speaker', 30_000, async () => {
      const samples = channelOf(await sound.record(500), SERVER_CHANNELS);
      const amplitude = amplitudeAt(samples, SERVER_RATE, PAGE_HZ);
      assert.ok(amplitude > 0.1, `amplitude ${amplitude}`);
      return true;
    });

  it('"04 Camera and microphone to browser" sends picture and sound', async () => {
    const page = await open('04 Camera and microphone to browser');
    await assertLive(page);
    const { levelDb } = await waitForTone(page, SPOKEN.frequency, 20_000);
    assert.ok(Math.abs(levelDb - SPOKEN_DB) <= 3, `${levelDb} dB`);
    await page.close();
  });

  it('"05 Browser to Node-RED" plays what the browser sends', async () => {
    const page = await open('05 Browser to Node-RED');
    await page.evaluate(`inPage.sendTone(${PAGE_HZ}, 0.3)`);
    await waitForSpeaker();
    await page.close();
  });

  it('"06 Two-way" sends picture and sound in both directions at once', async () => {
    const page = await open('06 Two-way');
    await page.evaluate("document.querySelector('rtcbot-player').session.camera.start()");
    await page.evaluate(`inPage.sendTone(${PAGE_HZ}, 0.3)`);
    await waitForSpeaker();
    await waitForTone(page, SPOKEN.frequency, 20_000);
    await assertLive(page);
    await page.close();
  });

  it('"07 Process frames" shows a live picture in black and white', async () => {
    const page = await open('07 Process frames');
    await assertLive(page);
    const { range, saturation } = await waitFor('picture', 15_000, () =>
      page.evaluate<ShownColor | undefined>('inPage.shownColor()'),
    );
    assert.ok(saturation <= 8, `colours differ by ${saturation}`);
    assert.ok(range > 100, `from dark to bright it is ${range}`);
    await page.close();
  });

  it('"09 Microphone louder" sends the sound twice as loud', async () => {
    const page = await open('09 Microphone louder');
    const { levelDb } = await waitForTone(page, SPOKEN.frequency, 20_000);
    assert.ok(Math.abs(levelDb - SPOKEN_DB - 6) <= 2, `${levelDb} dB`);
    await page.close();
  });
});
