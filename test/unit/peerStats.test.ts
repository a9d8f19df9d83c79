import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RtcpReceiverInfo, RtcpRrPacket } from 'werift';
import { PeerMeter } from '../../engine/peer/PeerMeter';
import { ntpTime } from '../../engine/peer/rtp/ntpTime';
import { readReports } from '../../engine/peer/rtp/rtcp/receiverReports';
import { ManualClock } from '../support/ManualClock';

const NOW_MS = 1_700_000_000_000;

/** A receiver report on one stream, as it is after it has travelled. */
function report(values: { fractionLost: number; lsr: number; dlsr: number }): RtcpRrPacket {
  const info = { ssrc: 7, packetsLost: 0, highestSequence: 1, jitter: 0, ...values };
  return new RtcpRrPacket({ ssrc: 1, reports: [new RtcpReceiverInfo(info)] });
}

/** The middle 32 bits of NTP time (RFC 3550 4). */
const middle = (timestampMs: number) => Number((ntpTime(timestampMs) >> 16n) & 0xffff_ffffn);

describe('A receiver report', () => {
  it('tells the loss and the round trip', () => {
    // Our report left 350 ms ago and lay at the peer for 250 ms.
    const dlsr = Math.round(0.25 * 65_536);
    const packet = report({ fractionLost: 64, lsr: middle(NOW_MS - 350), dlsr });
    const [read] = readReports(packet, NOW_MS);
    assert.deepEqual([read?.ssrc, read?.loss], [7, 0.25]);
    assert.ok(Math.abs((read?.roundTripMs ?? 0) - 100) < 0.1, `${read?.roundTripMs}`);
  });

  it('tells no round trip before the peer has had a report of ours', () => {
    const [read] = readReports(report({ fractionLost: 0, lsr: 0, dlsr: 0 }), NOW_MS);
    assert.deepEqual(read, { ssrc: 7, loss: 0 });
  });

  it('never tells of less than no time', () => {
    const packet = report({ fractionLost: 0, lsr: middle(NOW_MS), dlsr: 100 });
    assert.equal(readReports(packet, NOW_MS)[0]?.roundTripMs, 0);
  });
});

describe('A PeerMeter', () => {
  it('makes rates of totals, from one reading to the next', () => {
    const clock = new ManualClock();
    const meter = new PeerMeter(clock);
    clock.advance(1000);
    const first = meter.read({ sentBytes: 1000, receivedBytes: 500, pictures: 30 });
    assert.deepEqual(first, { sentBps: 8000, receivedBps: 4000, fps: 30 });
    clock.advance(2000);
    const second = meter.read({ sentBytes: 2000, receivedBytes: 500, pictures: 80 });
    assert.deepEqual(second, { sentBps: 4000, receivedBps: 0, fps: 25 });
    assert.equal(meter.elapsedMs, 3000);
  });

  it('gives the rates of before when it is asked again at once', () => {
    const clock = new ManualClock();
    const meter = new PeerMeter(clock);
    clock.advance(1000);
    const first = meter.read({ sentBytes: 1000, receivedBytes: 0, pictures: 0 });
    clock.advance(10);
    assert.deepEqual(meter.read({ sentBytes: 9000, receivedBytes: 0, pictures: 9 }), first);
  });
});
