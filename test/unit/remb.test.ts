import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ReceiverEstimatedMaxBitrate,
  RtcpPacketConverter,
  RtcpPayloadSpecificFeedback,
} from 'werift';
import { remb, rembBitrate } from '../../engine/peer/rtp/rtcp/remb';

describe('rembBitrate', () => {
  for (const { bps, exponent, mantissa } of [
    { bps: 0, exponent: 0, mantissa: 0 },
    { bps: -1, exponent: 0, mantissa: 0 },
    { bps: 1, exponent: 0, mantissa: 1 },
    { bps: 262_143, exponent: 0, mantissa: 262_143 },
    { bps: 262_144, exponent: 1, mantissa: 131_072 },
    { bps: 3_000_000, exponent: 4, mantissa: 187_500 },
    { bps: 5_000_000_000, exponent: 15, mantissa: 152_587 },
    { bps: Number.MAX_VALUE, exponent: 63, mantissa: 262_143 },
  ]) {
    it(`writes ${bps} bit/s as ${mantissa} * 2^${exponent}`, () => {
      assert.deepEqual(rembBitrate(bps), { exponent, mantissa });
    });
  }

  it('never says more, and hardly less', () => {
    for (let bps = 1; bps < 1e12; bps = Math.ceil(bps * 1.37)) {
      const { exponent, mantissa } = rembBitrate(bps);
      const said = mantissa * 2 ** exponent;
      assert.ok(said <= bps && said > bps * 0.99999 - 1, `${bps} as ${said}`);
    }
  });
});

describe('remb', () => {
  it('is laid out as the draft says', () => {
    const packet = remb({ senderSsrc: 0x01020304, bitrateBps: 3_000_000, ssrcs: [0xaabbccdd, 5] });
    const expected = [
      '8fce0006', // version 2, format 15, type 206, 7 words in all
      '01020304',
      '00000000',
      '52454d42', // "REMB"
      '0212dc6c', // two streams, exponent 4, mantissa 187500
      'aabbccdd',
      '00000005',
    ];
    assert.equal(packet.serialize().toString('hex'), expected.join(''));
  });

  it('is read by the other side as it was meant', () => {
    const bytes = remb({ senderSsrc: 7, bitrateBps: 250_000, ssrcs: [9] }).serialize();
    const [packet] = RtcpPacketConverter.deSerialize(bytes);
    assert.ok(packet instanceof RtcpPayloadSpecificFeedback);
    assert.ok(packet.feedback instanceof ReceiverEstimatedMaxBitrate);
    assert.equal(packet.feedback.bitrate, 250_000n);
    assert.deepEqual(packet.feedback.ssrcFeedbacks, [9]);
  });
});
