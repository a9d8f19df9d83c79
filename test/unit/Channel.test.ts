import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Carrier } from '../../client/channels/Carrier';
import { Channel, type WaitingRoom } from '../../client/channels/Channel';
import { PART_BYTES } from '../../client/channels/split';
import { ManualDataChannel } from '../support/ManualDataChannel';

const LASTING: WaitingRoom = { most: 3, longestMs: 60_000, whenFull: 'refuse' };
const LIMIT = 64 * 1024;

/** A connection whose server's abilities the test sets. */
function carrierOf(splits: boolean | undefined = false) {
  return { mostBytes: LIMIT, splits, isMuted: false };
}

function channelOf({
  room = LASTING,
  carrier = carrierOf(),
  settings = {},
}: {
  room?: WaitingRoom;
  carrier?: Carrier;
  settings?: ConstructorParameters<typeof ManualDataChannel>[0];
} = {}) {
  const channel = new Channel('default', {}, room);
  const log: unknown[] = [];
  channel.on('failed', ({ message }) => log.push(message));
  channel.on('open', () => log.push('open'));
  channel.on('close', () => log.push('close'));
  const carried = new ManualDataChannel(settings);
  const attach = (next: ManualDataChannel, sends = true) =>
    channel.attach(next.asChannel, carrier, sends, () => log.push('ended'));
  return { channel, carried, attach, log };
}

/** A channel that is open, with nothing sent. */
function openChannel(options: Parameters<typeof channelOf>[0] = {}) {
  const made = channelOf(options);
  const end = made.attach(made.carried);
  made.carried.open();
  return { ...made, end };
}

describe('A channel', () => {
  it('sends what was put before it was open, in order', () => {
    const { channel, carried, attach } = channelOf();
    channel.put_nowait('first');
    attach(carried);
    channel.put_nowait({ second: 2 });
    assert.deepEqual(carried.sent, []);
    carried.open();
    assert.deepEqual(carried.sent, ['first', '{"second":2}']);
  });

  it('sends over a channel of the other side that is open from the start', () => {
    const { channel, carried, attach } = channelOf();
    carried.readyState = 'open';
    channel.put_nowait('early');
    attach(carried);
    assert.deepEqual(carried.sent, ['early']);
  });

  it('gives its callback the text, and its event the value', () => {
    const { channel, carried } = openChannel();
    const got: unknown[] = [];
    channel.subscribe((message, label) => got.push(message, label));
    channel.on('message', message => got.push(message));
    carried.receive('{"speed":1}');
    carried.receive('no JSON');
    assert.deepEqual(got, [
      ...['{"speed":1}', 'default', { speed: 1 }],
      ...['no JSON', 'default', 'no JSON'],
    ]);
  });

  it('goes on over the next connection', () => {
    const { channel, carried, attach, log } = openChannel();
    carried.end();
    channel.put_nowait('between');
    const next = new ManualDataChannel();
    attach(next);
    next.open();
    channel.put_nowait('after');
    assert.deepEqual(next.sent, ['between', 'after']);
    assert.deepEqual(log, ['open', 'close', 'ended', 'open']);
  });

  it('hears nothing of a connection that another has replaced', () => {
    const carrier = carrierOf();
    const { channel, carried } = openChannel({ carrier });
    channel.subscribe(() => assert.fail('heard'));
    carrier.isMuted = true;
    carried.receive('twice');
  });

  it('goes on over its own when the other side closes one of the same label', () => {
    const { channel, carried, attach } = openChannel();
    const theirs = new ManualDataChannel();
    attach(theirs, false);
    theirs.open();
    theirs.end();
    channel.put_nowait('hello');
    assert.deepEqual(carried.sent, ['hello']);
  });

  it('refuses what comes too many before a connection', async () => {
    const { channel, log } = channelOf();
    for (const message of ['1', '2', '3', '4']) channel.put_nowait(message);
    assert.equal(log.length, 1);
    await assert.rejects(channel.put('5'), /3 messages wait/);
  });

  it('of a session drops the oldest instead, and what is too old', () => {
    const room: WaitingRoom = { most: 2, longestMs: -1, whenFull: 'drop oldest' };
    const { channel, carried, attach, log } = channelOf({ room });
    for (const message of ['1', '2', '3']) channel.put_nowait(message);
    assert.equal(log.length, 1);
    attach(carried);
    carried.open();
    assert.deepEqual(carried.sent, []);
    assert.deepEqual(log.slice(1).map(String).sort().at(-1), 'open');
    assert.equal(log.length, 4);
  });

  it('tells of what was not sent when it is closed, and of what is put later', async () => {
    const { channel, log } = channelOf();
    channel.put_nowait('waits');
    channel.close();
    await assert.rejects(channel.put('late'), /closed/);
    assert.equal(log.length, 1);
    assert.equal(channel.isClosed, true);
  });

  it('throws at once for what JSON cannot hold', () => {
    const { channel } = openChannel();
    assert.throws(() => channel.put_nowait(1n), TypeError);
  });
});

describe('The backpressure of a channel', () => {
  const large = 'x'.repeat(60_000);

  it('leaves no more than 1 MiB to the browser and sends the rest when there is room', () => {
    const { channel, carried } = openChannel();
    for (let count = 0; count < 40; count++) channel.put_nowait(large);
    assert.equal(carried.sent.length, Math.ceil(2 ** 20 / large.length));
    assert.equal(channel.bufferedAmount, 40 * large.length);
    carried.drain();
    carried.drain();
    carried.drain();
    assert.equal(carried.sent.length, 40);
  });

  it('lets who awaits `put` go no faster than the network', async () => {
    const { channel, carried } = openChannel();
    let through = 0;
    for (let count = 0; count < 40; count++) {
      void channel.put(large).then(() => {
        through += 1;
      });
    }
    await Promise.resolve();
    await Promise.resolve();
    assert.equal(through, carried.sent.length);
    assert.ok(through < 40);
  });

  it('reports what it cannot take any more on a reliable channel', () => {
    const { channel, carried, log } = openChannel({ carrier: carrierOf(true) });
    carried.bufferedAmount = 2 ** 20;
    for (let count = 0; count < 3; count++) channel.put_nowait(new Uint8Array(30 * 2 ** 20));
    assert.deepEqual(log.slice(1), [
      'More than 64 MiB would wait: the other side takes less than is put',
    ]);
  });

  it('keeps only the newest on a channel that may lose messages', () => {
    const { channel, carried, log } = openChannel({ settings: { maxRetransmits: 0 } });
    channel.put_nowait('x'.repeat(64 * 1024));
    for (const message of ['1', '2', '3']) channel.put_nowait(message);
    carried.drain();
    assert.deepEqual(carried.sent.slice(1), ['3']);
    assert.deepEqual(log, ['open']);
  });

  it('fails what still waits when the connection ends', () => {
    const { channel, carried, log } = openChannel();
    carried.bufferedAmount = 2 ** 20;
    channel.put_nowait('waits');
    carried.end();
    assert.match(String(log[1]), /closed before/);
  });
});

describe('A message over the limit', () => {
  const large = new Uint8Array(LIMIT + 1);

  it('is an error where the server takes none in parts', async () => {
    const { channel, carried, log } = openChannel();
    channel.put_nowait(large);
    assert.deepEqual(log.slice(1), ['A message of 65537 bytes is too large: 65536 are taken']);
    await assert.rejects(channel.put(large), /too large/);
    assert.deepEqual(carried.sent, []);
  });

  it('goes in parts where it does', () => {
    const { channel, carried } = openChannel({ carrier: carrierOf(true) });
    channel.put_nowait(large);
    channel.put_nowait('after');
    assert.equal(carried.sent.length, 4);
    assert.match(String(carried.sent[0]), /rtcbot-split/);
    assert.equal((carried.sent[1] as Uint8Array).length, PART_BYTES);
    assert.equal(carried.sent[3], 'after');
  });

  it('waits for the word of the server, and what comes later waits behind it', () => {
    const carrier: { mostBytes: number; splits: boolean | undefined; isMuted: boolean } =
      carrierOf();
    carrier.splits = undefined;
    const { channel, carried, end } = openChannel({ carrier });
    channel.put_nowait('before');
    channel.put_nowait(large);
    channel.put_nowait('after');
    assert.deepEqual(carried.sent, ['before']);
    carrier.splits = true;
    end.pump();
    assert.equal(carried.sent.length, 5);
    assert.equal(carried.sent.at(-1), 'after');
  });

  for (const settings of [{ ordered: false }, { maxRetransmits: 3 }]) {
    it(`is never in parts on a channel with ${JSON.stringify(settings)}`, () => {
      const { channel, log } = openChannel({ carrier: carrierOf(true), settings });
      channel.put_nowait(large);
      assert.match(String(log[1]), /too large/);
    });
  }

  it('lets nothing come between its parts while the network is slow', () => {
    const { channel, carried } = openChannel({ carrier: carrierOf(true) });
    const parts = 40;
    channel.put_nowait(new Uint8Array(parts * PART_BYTES));
    assert.ok(carried.sent.length < parts);
    channel.put_nowait('after');
    for (let count = 0; count < 4; count++) carried.drain();
    assert.equal(carried.sent.indexOf('after'), parts + 1);
  });

  it('is put together when it comes', () => {
    const { channel, carried } = openChannel();
    const got: unknown[] = [];
    channel.on('message', message => got.push(message));
    carried.receive('\u0000rtcbot-split {"bytes":4,"parts":2,"text":true}');
    carried.receive(new Uint8Array([91, 49]).buffer);
    carried.receive(new Uint8Array([50, 93]).buffer);
    assert.deepEqual(got, [[12]]);
  });

  it('that looks like an announcement arrives as the text that it is', () => {
    const { channel, carried } = openChannel({ carrier: carrierOf(true) });
    const text = '\u0000rtcbot-split {}';
    channel.put_nowait(text);
    assert.equal(carried.sent.length, 2);
    const got: unknown[] = [];
    channel.on('message', message => got.push(message));
    const [announced, part] = carried.sent as [string, Uint8Array<ArrayBuffer>];
    carried.receive(announced);
    carried.receive(part.buffer);
    assert.deepEqual(got, [text]);
  });
});
