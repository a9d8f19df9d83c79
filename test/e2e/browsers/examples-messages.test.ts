import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import type { FlowNode } from '../../support/flowNode';
import { exampleFlow } from '../../support/flows';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

const LIMIT_MS = 20_000;

/** An example with the recorders on its tab, one of them wired to what leaves these nodes. */
function recorded(example: string, types: Readonly<Record<string, number>>): FlowNode[] {
  const flow = exampleFlow(example);
  const tab = flow[0]?.id ?? '';
  const wired = flow.map(node => {
    const output = types[node.type];
    if (output === undefined) return node;
    const wires = node.wires?.map((targets, at) =>
      at === output ? [...targets, 'events'] : targets,
    );
    return { ...node, wires: wires ?? [] };
  });
  return [...wired, ...observers().map(node => ({ ...node, z: tab }))];
}

describe('The examples with messages', () => {
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  before(async () => {
    nodeRed = await NodeRed.start();
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  const see = <T>(what: string, page: TestPage, expression: string) =>
    waitFor(what, LIMIT_MS, () => page.evaluate<T>(expression));

  it('"11 Messages back and forth": a page gets its replies, all get the time', async () => {
    await nodeRed.deploy(exampleFlow('11 Messages back and forth'));
    const pages = [
      await browser.open(`${nodeRed.origin}/messages`),
      await browser.open(`${nodeRed.origin}/messages`),
    ] as const;
    for (const page of pages) {
      await see('time', page, `/T.*Z/.test(document.getElementById('time').textContent)`);
    }
    await pages[0].evaluate(`(() => {
      document.querySelector('input').value = 'Hallo Welt';
      document.querySelector('form').requestSubmit();
    })()`);
    const replies = `document.getElementById('replies').textContent`;
    await see('reply', pages[0], `${replies} === '"Hallo Welt" has 10 letters'`);
    assert.equal(await pages[1].evaluate<string>(replies), '');
    for (const page of pages) await page.close();
  });

  it('"14 One driver at a time": the last one drives, and what moves stops without a driver', async () => {
    await nodeRed.deploy(recorded('14 One driver at a time', { function: 0, 'rtc-connection': 3 }));
    const events = async () =>
      (await observed(nodeRed)).events as readonly { payload: unknown; reason?: string }[];
    const find = (what: string, left: number, reason?: string) =>
      waitFor(what, LIMIT_MS, async () =>
        (await events()).find(
          event =>
            (event.payload as { left?: number } | undefined)?.left === left &&
            event.reason === reason,
        ),
      );
    const page = await browser.open(`${nodeRed.origin}/drive`);
    await see('connection', page, `document.getElementById('state').textContent === 'connected'`);
    await page.evaluate(
      `document.querySelector('button').dispatchEvent(new PointerEvent('pointerdown'))`,
    );
    await find('driving', 1);
    const second = await browser.open(`${nodeRed.origin}/drive`);
    await find('stop', 0, 'replaced');
    await waitFor('event', LIMIT_MS, async () =>
      (await events()).some(
        ({ payload, reason }) => payload === 'disconnected' && reason === 'replaced',
      ),
    );
    await second.close();
    await page.close();
  });
});
