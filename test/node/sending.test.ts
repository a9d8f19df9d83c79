import { afterEach, describe, it } from 'node:test';
import { flowNode, TAB } from '../support/flowNode';
import { connectionNode } from '../support/flows';
import { type LoadedFlow, loadFlow } from '../support/nodeTestHelper';
import { WeriftBrowser } from '../support/WeriftBrowser';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 20_000;

describe('An rtc-connection and what it sends', () => {
  let flow: LoadedFlow;
  let browser: WeriftBrowser;
  let timer: NodeJS.Timeout | undefined;
  afterEach(async () => {
    clearInterval(timer);
    await browser.close();
    await flow.unload();
  });

  /** A flow whose messages come again and again, and a browser that is connected to it. */
  async function watch(messages: readonly object[]): Promise<void> {
    const connection = connectionNode({
      signaling: 'wired',
      outputs: 5,
      wires: [[], [], [], ['events'], ['answers']],
    });
    flow = await loadFlow(
      ['rtc-connection'],
      [TAB, connection, flowNode('events', 'helper'), flowNode('answers', 'helper')],
    );
    const node = flow.node('connection');
    const put = () => {
      for (const message of messages) node.receive({ ...message });
    };
    // Before the offer: the browser's answer has a place for what there is.
    put();
    timer = setInterval(put, 50);
    browser = new WeriftBrowser({ videos: 1 });
    node.receive({ payload: { type: 'offer', sdp: await browser.offer() }, res: {} });
    const answer = await waitFor('answer', LIMIT_MS, () => flow.messages('answers')[0]);
    await browser.accept((answer.payload as { sdp: string }).sdp);
    await browser.connected();
  }

  const picture = (width: number, height: number) => ({
    ...{ format: 'gray8', width, height },
    payload: Buffer.alloc(width * height),
  });
  const status = (key: string) =>
    waitFor(`status ${key}`, LIMIT_MS, () =>
      flow.statuses('connection').some(({ text, fill }) => text === key && fill === 'yellow'),
    );

  it('says that nobody sees the second of two topics', async () => {
    await watch([
      { ...picture(64, 48), topic: 'front' },
      { ...picture(64, 48), topic: 'back' },
    ]);
    await status('status.unsent');
  });

  it('says that pictures of one topic have two sizes', async () => {
    await watch([picture(64, 48), picture(96, 64)]);
    await status('status.mixed');
  });
});
