import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RtcpPacketConverter } from 'werift';
import { readFeedback } from '../../engine/peer/rtp/rtcp/feedback';

const OURS = 0x11223344;

// RTCP feedback (RFC 4585 6.1): V P FMT | PT | length | sender SSRC | media SSRC | FCI
function rtcp(format: number, type: number, ...fci: number[]): Buffer {
  const words = [7, OURS, ...fci];
  const packet = Buffer.alloc(4 + 4 * words.length);
  packet[0] = 0x80 | format;
  packet[1] = type;
  packet.writeUInt16BE(words.length, 2);
  words.forEach((word, index) => {
    packet.writeUInt32BE(word, 4 + 4 * index);
  });
  return packet;
}

function heard(bytes: Buffer): string[] {
  const calls: string[] = [];
  for (const packet of RtcpPacketConverter.deSerialize(bytes)) {
    readFeedback(packet, {
      keyframe: ssrc => calls.push(`keyframe ${ssrc.toString(16)}`),
      lost: (ssrc, sequences) => calls.push(`lost ${ssrc.toString(16)} ${sequences.join(' ')}`),
    });
  }
  return calls;
}

describe('readFeedback', () => {
  for (const { it: sentence, bytes, calls } of [
    { it: 'reads a PLI', bytes: rtcp(1, 206), calls: ['keyframe 11223344'] },
    {
      it: 'reads a FIR, whose stream stands in its entry',
      bytes: rtcp(4, 206, OURS, 0x01000000),
      calls: ['keyframe 11223344'],
    },
    {
      it: 'reads a NACK with its mask',
      bytes: rtcp(1, 205, (100 << 16) | 0b101),
      calls: ['lost 11223344 100 101 103'],
    },
    {
      it: 'reads a NACK over the wrap of the sequence number',
      bytes: rtcp(1, 205, (0xffff0000 | 0b11) >>> 0),
      calls: ['lost 11223344 65535 0 1'],
    },
    { it: 'ignores slice losses, which browsers do not send', bytes: rtcp(2, 206, 1), calls: [] },
    {
      it: 'ignores a bandwidth estimate',
      bytes: rtcp(15, 206, 0x52454d42, 0x01000400, OURS),
      calls: [],
    },
  ]) {
    it(sentence, () => assert.deepEqual(heard(bytes), calls));
  }
});
