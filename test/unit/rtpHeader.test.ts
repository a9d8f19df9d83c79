import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RtpHeader } from 'werift';
import { ntpTime } from '../../engine/peer/rtp/ntpTime';
import {
  absCaptureTime,
  extensionBlock,
  playoutDelay,
  rtpHeader,
} from '../../engine/peer/rtp/rtpHeader';

const FIELDS = {
  payloadType: 102,
  sequenceNumber: 0xfffe,
  timestamp: 0xfedcba98,
  ssrc: 0x89abcdef,
  marker: true,
  extensions: Buffer.alloc(0),
};

describe('rtpHeader', () => {
  it('writes the fixed header as RFC 3550 draws it', () => {
    assert.equal(rtpHeader(FIELDS).toString('hex'), '80e6fffefedcba9889abcdef');
  });

  for (const { it: sentence, extensions } of [
    { it: 'with one extension', extensions: [{ id: 5, payload: playoutDelay(0, 0) }] },
    {
      it: 'with two extensions and padding',
      extensions: [
        { id: 5, payload: playoutDelay(0, 100) },
        { id: 12, payload: absCaptureTime(1_700_000_000_123) },
      ],
    },
    {
      it: 'with extensions of 1 and 16 bytes',
      extensions: [
        { id: 1, payload: Buffer.from([7]) },
        { id: 14, payload: Buffer.alloc(16, 9) },
      ],
    },
  ]) {
    it(`is read back by another implementation ${sentence}`, () => {
      const header = rtpHeader({
        ...FIELDS,
        marker: false,
        extensions: extensionBlock(extensions),
      });
      const read = RtpHeader.deSerialize(header);
      assert.equal(read.payloadType, 102);
      assert.equal(read.sequenceNumber, 0xfffe);
      assert.equal(read.timestamp, 0xfedcba98);
      assert.equal(read.ssrc, 0x89abcdef);
      assert.equal(read.marker, false);
      assert.equal(read.payloadOffset, header.length);
      assert.deepEqual(
        read.extensions.map(({ id, payload }) => ({ id, payload: Buffer.from(payload) })),
        extensions,
      );
    });
  }

  it('writes no extension block where there is nothing to say', () => {
    assert.equal(extensionBlock([]).length, 0);
  });
});

describe('playoutDelay', () => {
  for (const { least, most, hex } of [
    { least: 0, most: 0, hex: '000000' },
    { least: 0, most: 100, hex: '00000a' },
    { least: 10, most: 40_950, hex: '001fff' },
  ]) {
    it(`writes ${least} to ${most} ms as twelve bits each`, () => {
      assert.equal(playoutDelay(least, most).toString('hex'), hex);
    });
  }
});

describe('ntpTime', () => {
  for (const { it: sentence, ms, hex } of [
    { it: 'knows 1970', ms: 0, hex: '83aa7e8000000000' },
    { it: 'writes fractions', ms: 500, hex: '83aa7e8080000000' },
    { it: 'knows 2025', ms: 1_735_689_600_250, hex: 'eb1f040040000000' },
  ]) {
    it(sentence, () => {
      assert.equal(ntpTime(ms), BigInt(`0x${hex}`));
    });
  }
});
