import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageError } from '../../engine/model/errors';
import { MessageChannel } from '../../engine/peer/MessageChannel';
import { TestChannel } from '../support/TestChannel';

const MEGABYTE = 1024 * 1024;

function setUp({ mostBytes = 1000 } = {}) {
  const messages = new MessageChannel();
  const channel = new TestChannel();
  const heard: unknown[] = [];
  let closings = 0;
  const attach = () =>
    messages.attach(channel.asChannel, mostBytes, {
      message: data => heard.push(data),
      closed: () => {
        closings += 1;
      },
    });
  return { messages, channel, heard, attach, closings: () => closings };
}

describe('a MessageChannel', () => {
  it('keeps what is sent before it is open, in order, text as text and bytes as bytes', () => {
    const { messages, channel, attach } = setUp();
    messages.send('one');
    attach();
    messages.send(Buffer.from('two'));
    assert.deepEqual(channel.sent, []);
    channel.become('open');
    messages.send('three');
    assert.deepEqual(channel.sent, ['one', Buffer.from('two'), 'three']);
  });

  it('sends at once what waits when the channel is open already', () => {
    const { messages, channel, attach } = setUp();
    messages.send('one');
    channel.become('open');
    attach();
    assert.deepEqual(channel.sent, ['one']);
  });

  it('hands over what comes, and tells its end', () => {
    const { channel, heard, attach, closings } = setUp();
    attach();
    channel.become('open');
    channel.onMessage.execute('text');
    channel.onMessage.execute(Buffer.alloc(0));
    assert.deepEqual(heard, ['text', Buffer.alloc(0)]);
    channel.become('closing');
    channel.become('closed');
    assert.equal(closings(), 1);
  });

  it('leaves out what waited and turns out to be too large for the peer', () => {
    const { messages, channel, attach } = setUp();
    messages.send('x'.repeat(1001));
    messages.send('small');
    attach();
    channel.become('open');
    assert.deepEqual(channel.sent, ['small']);
  });

  it('takes a limit of 0 as none', () => {
    const { messages, channel, attach } = setUp({ mostBytes: 0 });
    attach();
    channel.become('open');
    messages.send('x'.repeat(MEGABYTE));
    assert.equal(channel.sent.length, 1);
  });
});

describe('a MessageChannel refuses', () => {
  for (const { it: sentence, data } of [
    { it: 'empty text, which would block it for ever', data: '' },
    { it: 'no bytes, which would block it for ever', data: Buffer.alloc(0) },
    { it: 'more bytes than the peer takes', data: Buffer.alloc(1001) },
    { it: 'text that is too long in bytes', data: 'ä'.repeat(501) },
  ]) {
    it(sentence, () => {
      const { messages, channel, attach } = setUp();
      attach();
      channel.become('open');
      assert.throws(() => messages.send(data), MessageError);
      assert.deepEqual(channel.sent, []);
    });
  }

  it('to queue without end before it is open', () => {
    const { messages } = setUp();
    for (let count = 0; count < 1000; count += 1) messages.send('x');
    assert.throws(() => messages.send('x'), /too many wait/);
  });

  it('to queue more than 4 MB before it is open', () => {
    const { messages } = setUp();
    for (let count = 0; count < 4; count += 1) messages.send(Buffer.alloc(MEGABYTE));
    assert.throws(() => messages.send('x'), /too many wait/);
  });

  it('to pile up messages for a peer that is slower than the flow', () => {
    const { messages, channel, attach } = setUp();
    attach();
    channel.become('open');
    channel.bufferedAmount = 4 * MEGABYTE;
    assert.throws(() => messages.send('x'), /takes less than it is sent/);
    channel.bufferedAmount = 0;
    messages.send('x');
    assert.equal(channel.sent.length, 1);
  });

  it('anything once it is closed', () => {
    const { messages, channel, attach } = setUp();
    attach();
    channel.become('open');
    channel.become('closed');
    assert.throws(() => messages.send('x'), /channel is closed/);
  });
});
