import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bombard, portsIn } from '../support/bombard';
import { cameraToBrowser } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { isRunning } from '../support/processes';
import { WeriftBrowser } from '../support/WeriftBrowser';
import { waitFor } from '../support/waitFor';

describe('Node-RED', () => {
  let nodeRed: NodeRed;
  before(async () => {
    nodeRed = await NodeRed.start({ flows: cameraToBrowser() });
  });
  after(() => nodeRed?.stop());

  it('ends within 2 s and without a crash while a viewer watches and strangers send to its ports', async () => {
    for (let time = 0; time < 4; time += 1) {
      const browser = new WeriftBrowser();
      const body = JSON.stringify({ type: 'offer', sdp: await browser.offer() });
      const response = await fetch(`${nodeRed.origin}/rtcbot/connect`, { method: 'POST', body });
      const { sdp } = (await response.json()) as { sdp: string };
      const cease = bombard(portsIn(sdp));
      await browser.accept(sdp);
      await waitFor('pictures', 20_000, () => browser.packets.length > 20);
      const left = nodeRed.descendants;
      assert.ok(left.length > 0, 'there is an encoder');
      await nodeRed.restart();
      cease();
      await browser.close();
      const { code, signal, tookMs = 0 } = nodeRed.lastEnd ?? {};
      assert.deepEqual([code, signal], [0, null]);
      assert.ok(tookMs < 2000, `${tookMs} ms`);
      assert.deepEqual(
        left.filter(({ pid }) => isRunning(pid)),
        [],
      );
    }
  });
});
