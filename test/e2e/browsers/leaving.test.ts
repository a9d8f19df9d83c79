import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { cameraToBrowser } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { type Observed, observed } from '../../support/observers';
import { onOneOf } from '../../support/onOneOf';
import { assertLive } from '../../support/pictureClock';
import { waitFor } from '../../support/waitFor';

type Event = Observed['events'][number];

describe('a viewer who leaves', () => {
  let nodeRed: NodeRed;
  before(async () => {
    nodeRed = await NodeRed.start({ flows: cameraToBrowser() });
  });
  after(() => nodeRed?.stop());

  const eventsOf = async (payload: string) =>
    (await observed(nodeRed)).events.filter(event => event.payload === payload);
  const newEvent = (payload: string, before: number, limitMs: number): Promise<Event> =>
    waitFor(`event ${payload}`, limitMs, async () => (await eventsOf(payload))[before]);

  it('by closing the page is gone within 1 s', async () => {
    const browser = await launchChromium();
    try {
      await onOneOf(3, async () => {
        const [connectedBefore, goneBefore] = [
          (await eventsOf('connected')).length,
          (await eventsOf('disconnected')).length,
        ];
        const page = await browser.open(`${nodeRed.origin}/rtcbot`);
        await assertLive(page);
        const { peer } = await newEvent('connected', connectedBefore, 2000);

        const closedAtMs = Date.now();
        await page.close();
        const event = await newEvent('disconnected', goneBefore, 12_000);
        assert.equal(event.peer, peer);
        assert.match(event.reason ?? '', /\w/);
        assert.ok(event.atMs - closedAtMs < 1000, `after ${event.atMs - closedAtMs} ms`);
      });
    } finally {
      await browser.close();
    }
  });

  it('by a crash of the browser is gone within 10 s', async () => {
    const browser = await launchChromium();
    const goneBefore = (await eventsOf('disconnected')).length;
    const page = await browser.open(`${nodeRed.origin}/rtcbot`);
    await assertLive(page);

    const killedAtMs = Date.now();
    await browser.kill();
    const event = await newEvent('disconnected', goneBefore, 20_000);
    assert.match(event.reason ?? '', /\w/);
    assert.ok(event.atMs - killedAtMs < 10_000, `after ${event.atMs - killedAtMs} ms`);
  });

  it('is no longer counted in the status of the node', async () => {
    const texts = (await observed(nodeRed)).statuses
      .filter(({ node }) => node === 'connection')
      .map(({ text }) => text);
    assert.ok(
      texts.some(text => /\b1 peer/.test(text)),
      `one peer was shown: ${texts}`,
    );
    await waitFor('status without peers', 15_000, async () => {
      const { statuses } = await observed(nodeRed);
      const last = statuses.filter(({ node }) => node === 'connection').at(-1);
      return !/\b[1-9]\d* peer/.test(last?.text ?? '');
    });
  });
});
