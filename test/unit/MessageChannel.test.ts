import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageChannel } from '../../engine/peer/data/MessageChannel';
import { SplitReader } from '../../engine/peer/data/split';
import { settled } from '../support/settled';
import { TestChannel } from '../support/TestChannel';
import { TestSender } from '../support/TestSender';

const MEGABYTE = 1024 * 1024;
const CLOSED = { code: 'message-unsendable', message: /closed/ };

interface SetUp {
  /** The largest message that the peer takes, in bytes. */
  readonly mostBytes?: number;
  readonly canSplit?: boolean | undefined;
  readonly channel?: Partial<TestChannel>;
}

function setUp({ mostBytes = 1000, canSplit = false, channel: properties = {} }: SetUp = {}) {
  const sender = new TestSender();
  const split: { can: boolean | undefined } = { can: canSplit };
  const messages = new MessageChannel({ sender, canSplit: () => split.can });
  const channel = Object.assign(new TestChannel(), properties);
  const heard: unknown[] = [];
  const failures: string[] = [];
  let closings = 0;
  const attach = () =>
    messages.attach(channel.asChannel, mostBytes, {
      message: data => heard.push(data),
      closed: () => {
        closings += 1;
      },
      refused: reason => failures.push(`refused: ${reason}`),
      failed: reason => failures.push(reason),
    });
  const open = () => {
    attach();
    channel.become('open');
  };
  return {
    messages,
    sender,
    channel,
    heard,
    failures,
    attach,
    open,
    split,
    closings: () => closings,
  };
}

/** Sends so many texts, each its own number, and keeps how each ends. */
function sendMany(messages: MessageChannel, count: number) {
  return Array.from({ length: count }, (_, index) => messages.send(`${index}`));
}

describe('a MessageChannel', () => {
  it('leaves out what is too large, and hands on what comes next', () => {
    const { channel, heard, failures, open } = setUp();
    open();
    const bytes = 5 * 1024 * 1024;
    const parts = Math.ceil(bytes / (60 * 1024));
    channel.onMessage.execute(
      `\u0000rtcbot-split {"bytes":${bytes},"parts":${parts},"text":false}`,
    );
    for (let part = 0; part < parts; part += 1) channel.onMessage.execute(Buffer.alloc(60 * 1024));
    channel.onMessage.execute('next');
    assert.deepEqual(heard, ['next']);
    assert.deepEqual(failures, ['refused: it has 5242880 bytes, 4194304 are taken']);
    assert.equal(channel.readyState, 'open');
  });

  it('keeps what is sent before it is open, in order, text as text and bytes as bytes', async () => {
    const { messages, channel, attach } = setUp();
    const one = messages.send('one');
    attach();
    const two = messages.send(Buffer.from('two'));
    assert.deepEqual(channel.sent, []);
    channel.become('open');
    await messages.send('three');
    await Promise.all([one, two]);
    assert.deepEqual(channel.sent, ['one', Buffer.from('two'), 'three']);
  });

  it('sends at once what waits when the channel is open already', async () => {
    const { messages, channel, attach } = setUp();
    const one = messages.send('one');
    channel.become('open');
    attach();
    await one;
    assert.deepEqual(channel.sent, ['one']);
  });

  it('hands over what comes, and tells its end', () => {
    const { channel, heard, open, closings } = setUp();
    open();
    channel.onMessage.execute('text');
    channel.onMessage.execute(Buffer.alloc(0));
    assert.deepEqual(heard, ['text', Buffer.alloc(0)]);
    channel.become('closing');
    channel.become('closed');
    assert.equal(closings(), 1);
  });

  it('sends empty messages like others', async () => {
    const { messages, channel, open } = setUp();
    open();
    await messages.send('');
    await messages.send(Buffer.alloc(0));
    assert.deepEqual(channel.sent, ['', Buffer.alloc(0)]);
  });

  it('refuses what waited and turns out to be too large for the peer, and sends the rest', async () => {
    const { messages, channel, attach } = setUp();
    const large = messages.send('x'.repeat(1001));
    const small = messages.send('small');
    attach();
    const refused = assert.rejects(large, { message: /it has 1001 bytes, the peer takes 1000/ });
    channel.become('open');
    await refused;
    await small;
    assert.deepEqual(channel.sent, ['small']);
  });

  it('takes a limit of 0 as none', async () => {
    const { messages, channel, open } = setUp({ mostBytes: 0 });
    open();
    await messages.send('x'.repeat(MEGABYTE));
    assert.equal(channel.sent.length, 1);
  });

  it('gives the stack no more than it takes, and the rest in order when it does', async () => {
    const { messages, sender, channel, open } = setUp();
    open();
    sender.busyAfter = 2;
    const sent = sendMany(messages, 5);
    assert.deepEqual(channel.sent, ['0', '1']);
    sender.busyAfter = Number.POSITIVE_INFINITY;
    sender.isBusy = false;
    messages.pump();
    await Promise.all(sent);
    assert.deepEqual(channel.sent, ['0', '1', '2', '3', '4']);
    assert.equal(messages.waitingBytes, 0);
  });

  it('leaves out what is stale where messages may be lost, and takes it as done', async () => {
    const { messages, sender, channel, open } = setUp({ channel: { maxRetransmits: 0 } });
    open();
    sender.isBusy = true;
    const sent = sendMany(messages, 40);
    await Promise.all(sent.slice(0, 8));
    assert.equal(messages.dropped, 8);
    sender.isBusy = false;
    messages.pump();
    await Promise.all(sent);
    assert.deepEqual([channel.sent.length, channel.sent[0], channel.sent.at(-1)], [32, '8', '39']);
  });

  it('keeps no more than the newest 64 KB where messages may be lost', () => {
    const { messages, sender, open } = setUp({
      mostBytes: MEGABYTE,
      channel: { maxPacketLifeTime: 100 },
    });
    open();
    sender.isBusy = true;
    for (let count = 0; count < 10; count += 1) void messages.send(Buffer.alloc(20_000));
    assert.equal(messages.dropped, 7);
  });
});

describe('a MessageChannel to one of ours', () => {
  const large = Buffer.alloc(200_000, 'large');

  it('sends what is too large in parts, in one piece with what comes after', async () => {
    const { messages, channel, open } = setUp({ mostBytes: 65_536, canSplit: true });
    open();
    await messages.send(large);
    await messages.send('after');
    const reader = new SplitReader();
    const whole = channel.sent.map(frame => reader.read(frame)).filter(each => each !== undefined);
    assert.deepEqual(whole, [large, 'after']);
    for (const frame of channel.sent) assert.ok(Buffer.byteLength(frame) <= 61_440);
  });

  it('puts nothing between the parts while the stack is busy', async () => {
    const { messages, sender, channel, open } = setUp({ mostBytes: 65_536, canSplit: true });
    open();
    sender.busyAfter = 2;
    const sent = [messages.send('ä'.repeat(50_000)), messages.send('after')];
    assert.equal(channel.sent.length, 2);
    sender.busyAfter = Number.POSITIVE_INFINITY;
    sender.isBusy = false;
    messages.pump();
    await Promise.all(sent);
    const reader = new SplitReader();
    const whole = channel.sent.map(frame => reader.read(frame)).filter(each => each !== undefined);
    assert.deepEqual(whole, ['ä'.repeat(50_000), 'after']);
  });

  it('waits to hear whether the peer can put parts together', async () => {
    const { messages, channel, open, split } = setUp({ mostBytes: 65_536 });
    split.can = undefined;
    open();
    const sent = messages.send(large);
    await settled();
    assert.deepEqual(channel.sent, []);
    split.can = true;
    messages.pump();
    await sent;
    assert.equal(channel.sent.length, 5);
  });

  it('refuses what waited when the peer cannot', async () => {
    const { messages, open, split } = setUp({ mostBytes: 65_536 });
    split.can = undefined;
    open();
    const refused = assert.rejects(messages.send(large), { message: /the peer takes 65536/ });
    split.can = false;
    messages.pump();
    await refused;
  });

  it('puts together what comes in parts', async () => {
    const { messages, channel, open } = setUp({ mostBytes: 65_536, canSplit: true });
    const other = setUp();
    open();
    other.open();
    await messages.send(large);
    for (const frame of channel.sent) other.channel.onMessage.execute(frame);
    assert.deepEqual(other.heard, [large]);
  });

  it('closes a channel whose parts make no sense', () => {
    const { channel, heard, failures, open } = setUp();
    open();
    channel.onMessage.execute('\u0000rtcbot-split {"bytes":1e12,"parts":1,"text":false}');
    assert.deepEqual([channel.readyState, heard], ['closed', []]);
    assert.equal(failures.length, 1);
  });

  for (const properties of [{ ordered: false }, { maxRetransmits: 3 }]) {
    it(`splits nothing over a channel with ${JSON.stringify(properties)}`, async () => {
      const { messages, open } = setUp({ canSplit: true, channel: properties });
      open();
      await assert.rejects(messages.send(large), { message: /the peer takes 1000/ });
    });
  }
});

describe('a MessageChannel refuses', () => {
  for (const { it: sentence, data } of [
    { it: 'more bytes than the peer takes', data: Buffer.alloc(1001) },
    { it: 'text that is too long in bytes', data: 'ä'.repeat(501) },
  ]) {
    it(sentence, async () => {
      const { messages, channel, open } = setUp();
      open();
      await assert.rejects(messages.send(data), { code: 'message-unsendable' });
      assert.deepEqual(channel.sent, []);
    });
  }

  it('more than 64 MB even from and to one of ours', async () => {
    const { messages, open } = setUp({ canSplit: true });
    open();
    await assert.rejects(messages.send(Buffer.alloc(64 * MEGABYTE + 1)), { message: /bytes/ });
  });

  it('to queue without end before it is open', async () => {
    const { messages } = setUp();
    for (const sent of sendMany(messages, 1000)) sent.catch(() => {});
    await assert.rejects(messages.send('x'), /too many wait/);
    messages.close('the test is over');
  });

  it('to queue more than 4 MB before it is open', async () => {
    const { messages } = setUp();
    for (let count = 0; count < 4; count += 1) {
      messages.send(Buffer.alloc(MEGABYTE - 100)).catch(() => {});
    }
    await assert.rejects(messages.send(Buffer.alloc(1000)), /too much waits/);
    messages.close('the test is over');
  });

  it('to pile up messages for a peer that is slower than the flow', async () => {
    const { messages, sender, channel, open } = setUp({ mostBytes: 0 });
    open();
    sender.isBusy = true;
    const first = messages.send(Buffer.alloc(4 * MEGABYTE));
    await assert.rejects(messages.send('x'), /takes less than it is sent/);
    sender.isBusy = false;
    messages.pump();
    await first;
    await messages.send('x');
    assert.equal(channel.sent.length, 2);
  });

  it('anything once it is closed, and what waited too', async () => {
    const { messages, sender, channel, open } = setUp();
    open();
    sender.isBusy = true;
    const waiting = assert.rejects(messages.send('waiting'), CLOSED);
    channel.become('closed');
    await waiting;
    await assert.rejects(messages.send('x'), CLOSED);
  });
});
