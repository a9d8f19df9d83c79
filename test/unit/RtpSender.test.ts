import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RtpPacket } from 'werift';
import { playoutDelay } from '../../engine/peer/rtp/rtpHeader';
import { RtpSender } from '../../engine/peer/rtp/send/RtpSender';
import type { SecureSender } from '../../engine/peer/rtp/send/SecureSender';
import { ManualClock } from '../support/ManualClock';

interface Sent {
  readonly packet: RtpPacket;
  readonly rollover: number;
}

/** 48-bit packet index (RFC 3711 3.3.1). */
const indexOf = ({ packet, rollover }: Sent) => rollover * 65_536 + packet.header.sequenceNumber;
const sequenceOf = (sent: Sent | undefined) => sent?.packet.header.sequenceNumber ?? -1;

function setUp({ rtx = true } = {}) {
  const sent: Sent[] = [];
  const clock = new ManualClock();
  const secure: SecureSender = {
    backlogBytes: 0,
    send: (header, payload, rollover) => {
      sent.push({ packet: RtpPacket.deSerialize(Buffer.concat([header, payload])), rollover });
      return header.length + payload.length;
    },
  };
  const sender = new RtpSender(
    {
      payloadType: 102,
      ssrc: 1111,
      clockRate: 90_000,
      ...(rtx ? { rtx: { payloadType: 103, ssrc: 2222 } } : {}),
    },
    secure,
    clock,
  );
  return { sender, sent, clock };
}

const payloads = (...texts: string[]) => texts.map(text => Buffer.from(text));

describe('an RtpSender', () => {
  it('sends a unit as packets in sequence, one timestamp, the marker on the last', () => {
    const { sender, sent } = setUp();
    sender.send(payloads('a', 'b', 'c'), 1000, []);
    const headers = sent.map(({ packet }) => packet.header);
    const [first = 0] = headers.map(({ sequenceNumber }) => sequenceNumber);
    assert.ok(first < 32_768);
    assert.deepEqual(
      headers.map(({ sequenceNumber }) => sequenceNumber - first),
      [0, 1, 2],
    );
    assert.equal(new Set(headers.map(({ timestamp }) => timestamp)).size, 1);
    assert.deepEqual(
      headers.map(({ marker }) => marker),
      [false, false, true],
    );
    assert.ok(headers.every(({ ssrc, payloadType }) => ssrc === 1111 && payloadType === 102));
    assert.deepEqual(
      sent.map(({ packet }) => packet.payload.toString()),
      ['a', 'b', 'c'],
    );
  });

  it('writes header extensions into the first packet of a unit', () => {
    const { sender, sent } = setUp();
    sender.send(payloads('a', 'b'), 1000, [{ id: 5, payload: playoutDelay(0, 0) }]);
    assert.deepEqual(
      sent.map(({ packet }) => packet.header.extensions.map(({ id }) => id)),
      [[5], []],
    );
  });

  it('counts on over the wrap of the sequence number', () => {
    const { sender, sent } = setUp();
    for (let count = 0; count < 70_000; count += 1) sender.send(payloads('x'), count * 10, []);
    const indices = sent.map(indexOf);
    const [first = 0] = indices;
    assert.ok(indices.every((index, position) => index === first + position));
    assert.equal(sent[0]?.rollover, 0);
    assert.equal(sent.at(-1)?.rollover, 1);
  });

  it('counts what it has sent', () => {
    const { sender } = setUp();
    sender.send(payloads('abc', 'de'), 0, []);
    assert.deepEqual(sender.counts, { packets: 2, octets: 5, retransmitted: 0 });
  });
});

describe('the timestamps of an RtpSender', () => {
  it('are the capture times at 90 kHz from a random start', () => {
    const { sender, sent } = setUp();
    const times = [1_700_000_000_000, 1_700_000_000_033.3, 1_700_000_001_000];
    const returned = times.map(time => sender.send(payloads('x'), time, []));
    const stamps = sent.map(({ packet }) => packet.header.timestamp);
    assert.deepEqual(stamps, returned);
    const [first = 0] = stamps;
    const since = stamps.map(stamp => (stamp - first + 2 ** 32) % 2 ** 32);
    assert.deepEqual(since, [0, 2997, 90_000]);
    assert.deepEqual(
      times.map(time => sender.rtpTimestamp(time)),
      stamps,
    );
  });

  it('wrap after 13 hours like any other', () => {
    const { sender } = setUp();
    const hour = 3_600_000;
    const stamps = Array.from({ length: 30 }, (_, hours) =>
      sender.send(payloads('x'), hours * hour, []),
    );
    stamps.slice(1).forEach((stamp, index) => {
      const before = stamps[index] ?? 0;
      assert.equal((stamp - before + 2 ** 32) % 2 ** 32, 90 * hour);
      assert.ok(Number.isInteger(stamp) && stamp >= 0 && stamp < 2 ** 32);
    });
  });

  for (const { it: sentence, timesMs } of [
    { it: 'rise when a capture time repeats', timesMs: [100, 100, 100] },
    { it: 'rise when capture time goes back', timesMs: [100, 40, 70, 99] },
    { it: 'rise when a late viewer is sent old units', timesMs: [500, 400, 433, 466, 500, 533] },
  ]) {
    it(sentence, () => {
      const { sender } = setUp();
      const stamps = timesMs.map(time => sender.send(payloads('x'), time, []));
      stamps.slice(1).forEach((stamp, index) => {
        const step = (stamp - (stamps[index] ?? 0) + 2 ** 32) % 2 ** 32;
        assert.ok(step >= 45 && step < 90_000, `${step}`);
      });
    });
  }
});

describe('retransmission', () => {
  it('goes once in a round trip, however often it is asked for', () => {
    const { sender, sent, clock } = setUp();
    for (let count = 0; count < 10; count += 1) sender.send(payloads('abc'), count, []);
    const lost = [sequenceOf(sent[0])];
    const again = () => sender.counts.retransmitted;
    for (let count = 0; count < 100; count += 1) sender.retransmit([...lost, ...lost]);
    assert.equal(again(), 1);
    sender.roundTripMs = 80;
    clock.advance(79);
    sender.retransmit(lost);
    assert.equal(again(), 1);
    clock.advance(1);
    sender.retransmit(lost);
    assert.equal(again(), 2);
  });

  it('is never more than what was sent anew', () => {
    const { sender, sent, clock } = setUp();
    for (let count = 0; count < 10; count += 1) sender.send(payloads('abc'), count, []);
    const all = sent.map(sequenceOf);
    for (let count = 0; count < 50; count += 1) {
      sender.retransmit(all);
      clock.advance(100);
    }
    assert.equal(sender.counts.retransmitted, 10);
    sender.send(payloads('abcdef'), 10, []);
    sender.retransmit(all);
    assert.equal(sender.counts.retransmitted, 12);
  });

  it('repeats a lost packet on the stream that is there for it (RFC 4588)', () => {
    const { sender, sent } = setUp();
    sender.send(payloads('a', 'b', 'c'), 0, [{ id: 5, payload: playoutDelay(0, 0) }]);
    const lost = [sequenceOf(sent[0]), sequenceOf(sent[2])];
    sender.retransmit(lost);
    const again = sent.slice(3).map(({ packet }) => packet);
    assert.deepEqual(
      again.map(({ header }) => [header.ssrc, header.payloadType, header.marker]),
      [
        [2222, 103, false],
        [2222, 103, true],
      ],
    );
    assert.deepEqual(
      again.map(({ payload }) => [payload.readUInt16BE(0), payload.subarray(2).toString()]),
      [
        [lost[0], 'a'],
        [lost[1], 'c'],
      ],
    );
    assert.equal(again[0]?.header.timestamp, sent[0]?.packet.header.timestamp);
    assert.equal(
      (again[1]?.header.sequenceNumber ?? 0) - (again[0]?.header.sequenceNumber ?? 0),
      1,
    );
    assert.equal(sender.counts.retransmitted, 2);
    assert.equal(sender.counts.packets, 3);
  });

  it('repeats the packet itself where there is no such stream', () => {
    const { sender, sent } = setUp({ rtx: false });
    sender.send(payloads('a', 'b'), 0, []);
    sender.retransmit([sequenceOf(sent[0])]);
    assert.deepEqual(sent[2], sent[0]);
  });

  it('knows which packets are kept: the last 512', () => {
    const { sender, sent } = setUp();
    for (let count = 0; count < 600; count += 1) sender.send(payloads(`${count}`), count, []);
    const all = sent.map(sequenceOf);
    sender.retransmit(all);
    const again = sent.slice(600).map(({ packet }) => packet.payload.subarray(2).toString());
    assert.deepEqual(
      again,
      Array.from({ length: 512 }, (_, index) => `${index + 88}`),
    );
  });

  it('ignores numbers that were never sent', () => {
    const { sender, sent } = setUp();
    sender.retransmit([0, 1, 65_535]);
    sender.send(payloads('a'), 0, []);
    sender.retransmit([(sequenceOf(sent[0]) + 1) % 65_536, 65_536 + sequenceOf(sent[0]), -1]);
    assert.equal(sent.length, 1);
  });

  for (const rtx of [true, false]) {
    it(`finds packets on both sides of the wrap ${rtx ? 'with' : 'without'} a stream for it`, () => {
      const { sender, sent } = setUp({ rtx });
      const until = () => sent.at(-1)?.rollover === 1 && sequenceOf(sent.at(-1)) === 20;
      while (!until()) sender.send(payloads(`${sent.length}`), sent.length, []);
      const last = sent.slice(-40);
      const before = sent.length;
      sender.retransmit(last.map(sequenceOf));
      const again = sent.slice(before);
      assert.equal(again.length, 40);
      if (rtx) {
        const texts = again.map(({ packet }) => packet.payload.subarray(2).toString());
        assert.deepEqual(
          texts,
          last.map(({ packet }) => packet.payload.toString()),
        );
      } else assert.deepEqual(again.map(indexOf), last.map(indexOf));
    });
  }

  it('counts its own stream on over the wrap', () => {
    const { sender, sent } = setUp();
    sender.send(payloads('a'), 0, []);
    const sequence = sequenceOf(sent[0]);
    sender.retransmit([sequence]);
    for (let count = 0; count < 70_000; count += 1) {
      sender.send(payloads('a'), count, []);
      sender.retransmit([sequenceOf(sent.at(-1))]);
    }
    const indices = sent.filter(({ packet }) => packet.header.ssrc === 2222).map(indexOf);
    assert.equal(indices.length, 70_001);
    assert.ok(indices.every((index, position) => index === (indices[0] ?? 0) + position));
  });
});
