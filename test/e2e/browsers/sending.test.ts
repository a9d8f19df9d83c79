import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { launchFirefox } from '../../support/firefox';
import { TAB } from '../../support/flowNode';
import { connectionNode } from '../../support/flows';
import {
  mediaObservers,
  newestFrame,
  type SeenFrame,
  seenMedia,
} from '../../support/mediaObservers';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import { contrast, type MeanColor, meanColor, pixelsOf } from '../../support/pixels';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

/** Most by which the mean of a colour may change by coding and in the time between, of 255. */
const ALIKE = 20;
const SESSION = "document.querySelector('rtcbot-player').session";

describe("the browser's camera and microphone in the flow", () => {
  let nodeRed: NodeRed;
  before(async () => {
    const wires = [[], ['frames'], ['chunks'], ['events']];
    const connection = connectionNode({ video: 'frames', audio: 'chunks', wires });
    nodeRed = await NodeRed.start({
      flows: [TAB, connection, ...observers(), ...mediaObservers()],
    });
  });
  after(() => nodeRed?.stop());

  for (const launch of [launchChromium, launchFirefox]) {
    describe(`from ${launch === launchChromium ? 'Chromium' : 'Firefox'}`, () => {
      let browser: TestBrowser;
      let page: TestPage;
      let peer: string;
      before(async () => {
        browser = await launch();
        page = await browser.open(`${nodeRed.origin}/rtcbot`);
        await waitFor('session', 15_000, () =>
          page.evaluate<boolean>(`${SESSION}?.state === 'connected'`),
        );
        await page.evaluate(`${SESSION}.camera.start(), ${SESSION}.microphone.start()`);
      });
      after(() => browser?.close());

      const framesOf = async (id: string): Promise<SeenFrame[]> =>
        (await seenMedia(nodeRed)).frames.filter(frame => frame.peer === id);

      it('arrives as JPEG frames with their size, peer, and rising times', async () => {
        const frames = await waitFor('frames of this peer', 30_000, async () => {
          // Asking for media may have replaced the connection: the newest peer is the one.
          const { events } = await observed(nodeRed);
          peer = events.filter(({ payload }) => payload === 'connected').at(-1)?.peer ?? '';
          const found = await framesOf(peer);
          return found.length >= 30 && found;
        });
        for (const [index, frame] of frames.entries()) {
          assert.equal(frame.format, 'jpeg');
          assert.equal(frame.contentType, 'image/jpeg');
          assert.ok(frame.width > 0 && frame.height > 0);
          const earlier = frames[index - 1];
          if (!earlier) continue;
          assert.ok(frame.timestamp > earlier.timestamp, 'the times rise');
          assert.ok(frame.sequence > earlier.sequence, 'the numbers rise');
        }
      });

      it('shows what the camera sees', async () => {
        // The colours of Firefox' picture change all the time, some ten steps in a second.
        await waitFor('frame in the colours that the page sends', 10_000, async () => {
          const sent = await page.evaluate<MeanColor>('inPage.sentColor()');
          const jpeg = await newestFrame(nodeRed);
          assert.equal(jpeg.readUInt16BE(0), 0xffd8);
          const told = (await framesOf(peer)).find(({ bytes }) => bytes === jpeg.length);
          assert.ok(told, 'it is a frame of this peer');

          const pixels = pixelsOf(jpeg);
          assert.equal(pixels.length, told.width * told.height * 3);
          assert.ok(contrast(pixels) > 2, 'it is not of one colour');
          const got = meanColor(pixels);
          assert.ok(isAlike(got, sent), `sent ${JSON.stringify(sent)}, got ${JSON.stringify(got)}`);
          return true;
        });
      });

      it('sounds as what the microphone hears', async () => {
        const loud = await waitFor('loud chunks of this peer', 30_000, async () => {
          const { chunks } = await seenMedia(nodeRed);
          const found = chunks.filter(chunk => chunk.peer === peer && chunk.level > 0.02);
          return found.length >= 10 && found;
        });
        for (const { sampleRate, channels, bitDepth, bytes } of loud) {
          assert.equal(bitDepth, 16);
          assert.equal(bytes, (sampleRate / 50) * channels * 2, '20 ms of samples');
        }
      });
    });
  }
});

function isAlike(one: MeanColor, other: MeanColor): boolean {
  const differences = [one.red - other.red, one.green - other.green, one.blue - other.blue];
  return differences.every(each => Math.abs(each) < ALIKE);
}
