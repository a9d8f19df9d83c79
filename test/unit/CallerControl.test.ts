import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { epochMs } from '../../engine/model/Clock';
import { CallerControl } from '../../engine/peer/data/CallerControl';
import { ManualClock } from '../support/ManualClock';
import { TestChannel } from '../support/TestChannel';
import { TestSender } from '../support/TestSender';

describe("a caller's control channel", () => {
  let clock: ManualClock;
  let channel: TestChannel;
  let control: CallerControl;
  let heard: string[];
  beforeEach(() => {
    clock = new ManualClock();
    channel = new TestChannel();
    heard = [];
    const handlers = {
      lost: () => heard.push('lost'),
      reconnect: () => heard.push('reconnect'),
      replaced: () => heard.push('replaced'),
      sending: (kinds: object) => heard.push(`sending ${JSON.stringify(kinds)}`),
      hello: (canSplit: boolean) => heard.push(`hello ${canSplit}`),
    };
    control = new CallerControl(channel.asChannel, new TestSender(), { handlers, clock });
  });
  afterEach(() => control.close());

  const pings = () => channel.sent.filter(text => JSON.parse(String(text)).type === 'ping').length;

  it('measures the round trip, and tells the other end', () => {
    channel.become('open');
    channel.onMessage.execute(JSON.stringify({ type: 'pong', time: epochMs() - 20 }));
    const { roundTripMs = 0 } = control.page;
    assert.ok(roundTripMs >= 20 && roundTripMs < 1000, String(roundTripMs));
    clock.advance(1000);
    assert.equal(JSON.parse(String(channel.sent.at(-1))).roundTrip, roundTripMs);
  });

  it('pings once a second from the moment at which it is open', () => {
    clock.advance(5000);
    assert.equal(pings(), 0);
    channel.become('open');
    clock.advance(3500);
    assert.equal(pings(), 4);
  });

  it('holds an end that has answered, and then does not four times, for lost', () => {
    channel.become('open');
    for (let second = 0; second < 10; second += 1) {
      channel.onMessage.execute('{"type":"pong","time":1,"serverTime":1}');
      clock.advance(1000);
    }
    assert.deepEqual(heard, []);
    clock.advance(4000);
    assert.deepEqual(heard, ['lost']);
    clock.advance(60_000);
    assert.deepEqual(heard, ['lost']);
  });

  it('waits for the answers of an end whose flow has no time, and of one that has to wait for ours', () => {
    channel.become('open');
    channel.onMessage.execute('{"type":"pong","time":1,"serverTime":1}');
    for (let second = 0; second < 20; second += 1) {
      clock.advance(1000);
      if (second < 10) channel.onMessage.execute('{"type":"busy"}');
      else control.excuse();
    }
    assert.deepEqual(heard, []);
    clock.advance(5000);
    assert.deepEqual(heard, ['lost']);
  });

  it('lets an end be that never answers: it does not know the channel', () => {
    channel.become('open');
    clock.advance(60_000);
    assert.deepEqual(heard, []);
  });

  it('says once what it can, before it pings', () => {
    channel.become('open');
    clock.advance(2500);
    const types = channel.sent.map(text => JSON.parse(String(text)).type);
    assert.deepEqual(types, ['hello', 'ping', 'ping', 'ping']);
  });

  it('does as it is told, and leaves what it does not know', () => {
    channel.become('open');
    const notes = ['{"type":"hello","split":true}', '{"type":"reconnect"}', 'x', 'null', '7', '[]'];
    for (const note of notes) {
      channel.onMessage.execute(note);
    }
    channel.onMessage.execute('{"type":"replaced"}');
    channel.onMessage.execute('{"type":"sending","video":true,"audio":1}');
    const sending = 'sending {"video":true,"audio":false}';
    assert.deepEqual(heard, ['hello true', 'reconnect', 'replaced', sending]);
  });

  it('hears and says nothing after its end', () => {
    channel.become('open');
    control.close();
    const before = pings();
    channel.onMessage.execute('{"type":"reconnect"}');
    clock.advance(10_000);
    assert.equal(pings(), before);
    assert.deepEqual(heard, []);
    assert.equal(clock.pending, 0);
  });
});
