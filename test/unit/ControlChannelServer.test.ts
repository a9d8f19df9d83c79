import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { epochMs } from '../../engine/model/Clock';
import { ControlChannel } from '../../engine/peer/data/ControlChannel';
import type { SentPicture } from '../../engine/peer/rtp/send/VideoSender';
import { TestChannel } from '../support/TestChannel';
import { TestSender } from '../support/TestSender';

function setUp(lastSent?: SentPicture) {
  const channel = new TestChannel();
  channel.readyState = 'open';
  const sender = new TestSender();
  const hellos: boolean[] = [];
  let byes = 0;
  const sending = { video: false, audio: false };
  const control = new ControlChannel(channel.asChannel, sender, {
    lastSent: () => lastSent,
    sending: () => sending,
    mostBytes: 1000,
    bye: () => {
      byes += 1;
    },
    hello: canSplit => hellos.push(canSplit),
  });
  // Its own hello, which a test of its own looks at.
  channel.sent.splice(0);
  const say = (message: unknown) => channel.onMessage.execute(JSON.stringify(message));
  const answers = () => channel.sent.map(text => JSON.parse(text.toString()));
  return { channel, sender, control, sending, say, answers, hellos, byes: () => byes };
}

describe("the server's end of the control channel", () => {
  it('answers a ping with its clock and the newest picture', () => {
    const video = { rtpTimestamp: 4_000_000_000, captureTime: 1_700_000_000_000.5 };
    const { say, answers } = setUp(video);
    say({ type: 'ping', time: 12.5 });
    const [{ serverTime, ...pong }] = answers();
    assert.deepEqual(pong, { type: 'pong', time: 12.5, video });
    assert.ok(Math.abs(serverTime - epochMs()) < 1000);
  });

  it('answers a ping before any picture too', () => {
    const { say, answers } = setUp();
    say({ type: 'ping', time: 1 });
    assert.equal('video' in answers()[0], false);
  });

  it('hears the good-bye', () => {
    const { say, byes } = setUp();
    say({ type: 'bye' });
    assert.equal(byes(), 1);
  });

  it('tells the page that a message of it was left out, and why', () => {
    const { control, answers } = setUp();
    control.sayRefused('it has 9 bytes');
    assert.deepEqual(answers(), [{ type: 'refused', reason: 'it has 9 bytes' }]);
  });

  it('says hello once when it opens, and what is sent', () => {
    const channel = new TestChannel();
    const sending = () => ({ video: true, audio: false });
    const handlers = { lastSent: () => undefined, sending, mostBytes: 1000, bye: () => {} };
    void new ControlChannel(channel.asChannel, new TestSender(), handlers);
    assert.deepEqual(channel.sent, []);
    channel.become('open');
    assert.deepEqual(channel.sent, [
      '{"type":"hello","split":true,"largest":1000}',
      '{"type":"sending","video":true,"audio":false}',
    ]);
  });

  it('hears whether the other end puts split messages together', () => {
    const { say, hellos } = setUp();
    say({ type: 'hello', split: true });
    say({ type: 'hello' });
    assert.deepEqual(hellos, [true, false]);
  });

  it('keeps what the page tells of itself in its pings, if it makes sense', () => {
    const { control, say } = setUp();
    say({ type: 'ping', time: 1, latency: 45.5, roundTrip: 3 });
    assert.deepEqual(control.page, { latencyMs: 45.5, roundTripMs: 3 });
    say({ type: 'ping', time: 2, latency: 'much', roundTrip: -1 });
    assert.deepEqual(control.page, {});
  });

  it('tells the browser that it was replaced', () => {
    const { control, answers } = setUp();
    control.sayReplaced();
    assert.deepEqual(answers(), [{ type: 'replaced' }]);
  });

  it('tells the browser what it is sent when that changes, and only then', () => {
    const { control, answers, sending } = setUp();
    control.saySending();
    sending.video = true;
    control.saySending();
    control.saySending();
    assert.deepEqual(answers(), [{ type: 'sending', video: true, audio: false }]);
  });

  it('tells the browser later what it could not be told when that changed', () => {
    const { control, sender, say, answers, sending } = setUp();
    sender.isStuck = true;
    sending.audio = true;
    control.saySending();
    assert.deepEqual(answers(), []);
    sender.isStuck = false;
    say({ type: 'ping', time: 1 });
    assert.deepEqual(answers().at(-1), { type: 'sending', video: false, audio: true });
  });

  for (const { it: sentence, message } of [
    { it: 'a ping with a text as time, which could be of any length', message: 'long' },
    { it: 'a ping with an object as time', message: {} },
    { it: 'a ping without time', message: undefined },
  ]) {
    it(`does not echo ${sentence}`, () => {
      const { say, channel } = setUp();
      say({ type: 'ping', time: message });
      assert.deepEqual(channel.sent, []);
    });
  }

  for (const text of ['', 'hello', 'null', '[]', '7', '{"type":"nonsense"}', '{'.repeat(50_000)]) {
    it(`ignores ${text.slice(0, 20) || 'nothing'}`, () => {
      const { channel, byes } = setUp();
      channel.onMessage.execute(text);
      channel.onMessage.execute(Buffer.from(text));
      assert.deepEqual(channel.sent, []);
      assert.equal(byes(), 0);
    });
  }

  it('answers no more where the answers are not taken', () => {
    const { channel, sender, say } = setUp();
    sender.isStuck = true;
    say({ type: 'ping', time: 1 });
    assert.deepEqual(channel.sent, []);
  });

  it('says nothing on a channel that is not open', () => {
    const { channel, control } = setUp();
    channel.readyState = 'closing';
    control.sayReplaced();
    control.saySending();
    assert.deepEqual(channel.sent, []);
  });
});
