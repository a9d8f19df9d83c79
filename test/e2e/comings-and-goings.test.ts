import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TAB } from '../support/flowNode';
import { connectionNode } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { observed, observers } from '../support/observers';
import { processInfo } from '../support/processes';
import { udpSocketsOf } from '../support/sockets';
import { WeriftBrowser } from '../support/WeriftBrowser';
import { waitFor } from '../support/waitFor';

const MEGABYTE = 1024 * 1024;
/** Peers at the same time. */
const WIDTH = 6;

describe('Peers that come and go', () => {
  let nodeRed: NodeRed;
  before(async () => {
    const wires = [['connection'], [], [], ['events']];
    nodeRed = await NodeRed.start({ flows: [TAB, connectionNode({ wires }), ...observers()] });
  });
  after(() => nodeRed?.stop());

  /** The answer to an offer; asks again when the endpoint says that it gets too many at once. */
  const answerTo = async (sdp: string): Promise<string> => {
    const body = JSON.stringify({ type: 'offer', sdp });
    const response = await fetch(`${nodeRed.origin}/rtcbot/connect`, { method: 'POST', body });
    if (response.status === 429) {
      await response.text();
      await sleep(1000 * Number(response.headers.get('Retry-After')));
      return answerTo(sdp);
    }
    assert.equal(response.status, 200);
    return ((await response.json()) as { sdp: string }).sdp;
  };

  /** Connects, exchanges a message, and leaves as a page does that is closed. */
  const visit = async () => {
    const browser = new WeriftBrowser({ videos: 0, channels: ['default', 'rtcbot'] });
    try {
      await browser.accept(await answerTo(await browser.offer()));
      await browser.connected();
      const channel = await browser.channel();
      const answer = new Promise(resolve => {
        channel.onMessage.subscribe(resolve);
      });
      channel.send('"hello"');
      assert.equal(await answer, '"hello"');
      (await browser.channel('rtcbot')).send('{"type":"bye"}');
      await waitFor('end', 10_000, () => channel.readyState === 'closed', { everyMs: 5 });
    } finally {
      await browser.close();
    }
  };

  const visits = async (count: number) => {
    const lanes = Array.from({ length: WIDTH }, async (_, lane) => {
      for (let done = lane; done < count; done += WIDTH) await visit();
    });
    await Promise.all(lanes);
    await waitFor('end of all peers', 10_000, () => udpSocketsOf(nodeRed.pid).length === 0);
  };

  const held = () => ({
    memory: processInfo(nodeRed.pid)?.rssBytes ?? 0,
    handles: readdirSync(`/proc/${nodeRed.pid}/fd`).length,
  });

  it('leave memory and handles as they were, 500 of them', async () => {
    // What is compiled and kept for good is there after the first hundred.
    await visits(100);
    const before = held();
    await visits(400);
    let count = 500;
    // On a busy machine garbage lies about for some time. More visits make Node.js take it away; what
    // is kept for good would only grow with them.
    await waitFor('memory as it was', 60_000, async () => {
      const growth = (held().memory - before.memory) / MEGABYTE;
      if (growth < 40) return true;
      await visits(WIDTH * 5);
      count += WIDTH * 5;
      throw new Error(`${growth.toFixed(1)} MB more`);
    });
    assert.ok(held().handles <= before.handles + WIDTH, `${held().handles} of ${before.handles}`);
    const { events } = await observed(nodeRed);
    const counts = ['connected', 'disconnected'].map(
      payload => events.filter(event => event.payload === payload).length,
    );
    assert.deepEqual(counts, [count, count]);
  });
});
