import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joinNals } from '../../engine/media/h264/h264';
import { rtpPayloads } from '../../engine/peer/rtp/send/rtpPayloads';
import { seededRandom } from '../support/recordings';
import { unitOf } from '../support/unitOf';

/** The NAL units in RTP payloads, put together as RFC 6184 says. */
function nalsIn(payloads: readonly Buffer[]): Buffer[] {
  const nals: Buffer[] = [];
  let open: Buffer[] | undefined;
  for (const payload of payloads) {
    const [first = 0, second = 0] = payload;
    const type = first & 31;
    assert.equal(first & 0x80, 0, 'the forbidden bit is set');
    if (type === 28) {
      if (second & 0x80) {
        assert.equal(open, undefined, 'a fragment starts within another');
        open = [Buffer.from([(first & 0x60) | (second & 31)])];
      }
      assert.ok(open, 'a fragment lacks its start');
      open.push(payload.subarray(2));
      if (second & 0x40) {
        assert.ok(!(second & 0x80), 'one fragment is start and end');
        nals.push(Buffer.concat(open));
        open = undefined;
      }
    } else {
      assert.equal(open, undefined, 'a fragment lacks its end');
      if (type === 24) nals.push(...aggregated(payload));
      else nals.push(payload);
    }
  }
  assert.equal(open, undefined, 'a fragment lacks its end');
  return nals;
}

function aggregated(payload: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = 1; at < payload.length; ) {
    const length = payload.readUInt16BE(at);
    nals.push(payload.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return nals;
}

/** The frame in RTP payloads, put together as RFC 7741 says. */
function vp8In(payloads: readonly Buffer[]): Buffer {
  payloads.forEach((payload, index) => {
    assert.equal(payload[0], index === 0 ? 0x10 : 0);
  });
  return Buffer.concat(payloads.map(payload => payload.subarray(1)));
}

const random = seededRandom(20);
const bytes = (length: number) => Buffer.from(Array.from({ length }, () => 256 * random()));
/** A NAL unit with this header byte and so many bytes in all. */
const nal = (header: number, length: number) =>
  Buffer.concat([Buffer.from([header]), bytes(length - 1)]);
const h264 = (nals: Buffer[]) => rtpPayloads(unitOf({ codec: 'H264', data: joinNals(nals) }));
const vp8 = (data: Buffer) => rtpPayloads(unitOf({ codec: 'VP8', data }));

const LIMIT = 1180;
const SPS = nal(0x67, 20);
const PPS = nal(0x68, 6);
const AROUND_LIMIT = [1, 2, 3].concat(
  [1, 2, 3, 10].flatMap(times =>
    Array.from({ length: 13 }, (_, index) => times * LIMIT - 9 + index),
  ),
);

describe('RTP payloads of H264', () => {
  it('bring slices of all sizes around the limit through', () => {
    for (const length of AROUND_LIMIT) {
      const slice = nal(0x41, length);
      const payloads = h264([slice]);
      assert.deepEqual(nalsIn(payloads), [slice], `${length} bytes`);
      assert.ok(payloads.every(payload => payload.length <= LIMIT));
    }
  });

  it('bring random units of several slices through', () => {
    for (let round = 0; round < 200; round += 1) {
      const slices = Array.from({ length: 1 + Math.floor(4 * random()) }, () =>
        nal(0x41, 1 + Math.floor(8000 * random() ** 2)),
      );
      assert.deepEqual(nalsIn(h264(slices)), slices);
    }
  });

  it('put the parameter sets together in one payload before the keyframe', () => {
    const slice = nal(0x65, 3000);
    const payloads = h264([SPS, PPS, slice]);
    assert.equal((payloads[0]?.[0] ?? 0) & 31, 24);
    assert.deepEqual(nalsIn(payloads), [SPS, PPS, slice]);
  });

  it('keep the importance of slices and parameter sets', () => {
    assert.equal(h264([SPS, PPS])[0]?.[0], 0x60 | 24);
    assert.equal(h264([nal(0x01, 3000)])[0]?.[0], 0x00 | 28);
    assert.equal(h264([nal(0x65, 3000)])[0]?.[0], 0x60 | 28);
  });

  /** A parameter set of an id: its Exp-Golomb code stands where H.264 has it (7.3.2). */
  const spsOf = (id: '0' | '1', length = 20) =>
    Buffer.concat([Buffer.from([0x67, 66, 0xc0, 31, id === '0' ? 0x80 : 0x40]), bytes(length)]);
  const ppsOf = (id: 0 | 1, length = 5) =>
    Buffer.concat([Buffer.from([0x68, id === 0 ? 0xc0 : 0x60]), bytes(length)]);
  const slice = nal(0x65, 50);

  it('send parameter sets once, the newest of each kind and id', () => {
    const [first, second] = [spsOf('0'), spsOf('0')];
    const pps = ppsOf(0);
    assert.deepEqual(nalsIn(h264([first, pps, second, pps, slice])), [second, pps, slice]);
  });

  it('send all parameter sets of a camera that has several, the SPS first', () => {
    const [one, two, three, four] = [spsOf('0'), spsOf('1'), ppsOf(0), ppsOf(1)];
    const payloads = h264([one, three, two, four, slice]);
    assert.deepEqual(nalsIn(payloads), [one, two, three, four, slice]);
    assert.equal(payloads.length, 2);
  });

  it('send parameter sets that are too many or too large for one payload in several', () => {
    const many = [spsOf('0', 700), spsOf('1', 700), ppsOf(0, 1300), ppsOf(1, 5)];
    const payloads = h264([...many, slice]);
    assert.deepEqual(nalsIn(payloads), [...many, slice]);
    assert.ok(payloads.every(payload => payload.length <= LIMIT));
  });

  it('leave out what browsers do not need', () => {
    const slice = nal(0x65, 50);
    const filler = [0x09, 0x06, 0x0c, 0x0a, 0x0b].map(header => nal(header, 4));
    assert.deepEqual(nalsIn(h264([...filler, slice])), [slice]);
  });

  it('are none for a unit without slices', () => {
    assert.deepEqual(h264([nal(0x06, 40)]), []);
    assert.deepEqual(h264([]), []);
  });
});

describe('RTP payloads of H264 in single NAL units', () => {
  const single = (nals: readonly Buffer[]) =>
    rtpPayloads(unitOf({ codec: 'H264', data: joinNals(nals) }), true);

  it('are the NAL units as they are: a decoder without a packetization mode knows no others', () => {
    const nals = [nal(0x67, 15), nal(0x68, 5), nal(0x65, 1100), nal(0x65, 1300)];
    assert.deepEqual(single(nals), nals);
  });

  it('are none for a picture with a NAL unit that no datagram holds', () => {
    assert.deepEqual(single([nal(0x65, 100), nal(0x65, 65_000)]), []);
  });
});

describe('RTP payloads of VP8', () => {
  it('bring frames of all sizes around the limit through', () => {
    for (const length of AROUND_LIMIT) {
      const frame = bytes(length);
      const payloads = vp8(frame);
      assert.deepEqual(vp8In(payloads), frame, `${length} bytes`);
      assert.ok(payloads.every(payload => payload.length > 1 && payload.length <= LIMIT));
    }
  });

  it('are never empty, however large the frame', () => {
    for (const length of [1_390_000, 1_500_001, 3_000_001]) {
      const frame = Buffer.alloc(length, 7);
      const payloads = vp8(frame);
      assert.ok(payloads.every(payload => payload.length > 1 && payload.length <= LIMIT));
      assert.ok(vp8In(payloads).equals(frame));
    }
  });

  it('bring random frames through', () => {
    for (let round = 0; round < 100; round += 1) {
      const frame = bytes(1 + Math.floor(30_000 * random() ** 2));
      assert.deepEqual(vp8In(vp8(frame)), frame);
    }
  });
});

describe('RTP payloads of pictures', () => {
  for (const codec of ['JPEG', 'I420'] as const) {
    it(`are none for ${codec}, which is never sent`, () => {
      assert.deepEqual(rtpPayloads(unitOf({ codec, data: bytes(5000) })), []);
    });
  }
});
