import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { estimatedLatencyMs, inboundVideoOf } from '../../client/media/InboundVideo';
import { statsText } from '../../client/player/statsText';

const report = new Map<string, unknown>([
  ['A', { type: 'inbound-rtp', kind: 'audio', bytesReceived: 9 }],
  [
    'V',
    {
      type: 'inbound-rtp',
      kind: 'video',
      codecId: 'C',
      bytesReceived: 1000,
      framesDecoded: 30,
      jitterBufferDelay: 0.3,
      jitterBufferEmittedCount: 30,
      totalDecodeTime: 0.06,
      frameWidth: 640,
      frameHeight: 480,
    },
  ],
  ['C', { type: 'codec', mimeType: 'video/VP8' }],
  ['P1', { type: 'candidate-pair', state: 'waiting', currentRoundTripTime: 9 }],
  [
    'P2',
    { type: 'candidate-pair', state: 'succeeded', nominated: true, currentRoundTripTime: 0.02 },
  ],
]);

describe('inboundVideoOf', () => {
  it('picks video, its codec and the path in use out of a report', () => {
    assert.deepEqual(inboundVideoOf(report), {
      bytes: 1000,
      framesDecoded: 30,
      jitterBufferDelay: 0.3,
      framesEmitted: 30,
      decodeTime: 0.06,
      codec: 'VP8',
      width: 640,
      height: 480,
      roundTripTime: 0.02,
    });
  });

  it('is undefined where no video is received', () => {
    assert.equal(inboundVideoOf(new Map()), undefined);
  });
});

describe('estimatedLatencyMs', () => {
  const now = inboundVideoOf(report);
  assert.ok(now);
  const start = { ...now, framesDecoded: 0, framesEmitted: 0, jitterBufferDelay: 0, decodeTime: 0 };

  it('adds half a round trip, jitter buffer and decoding of a frame', () => {
    const ms = estimatedLatencyMs(now, start);
    assert.equal(ms && Math.round(ms), 10 + 10 + 2);
  });

  it('is undefined when no frame came between', () => {
    assert.equal(estimatedLatencyMs(now, now), undefined);
  });
});

describe('statsText', () => {
  const unknown = {
    latency: undefined,
    fps: undefined,
    bitrateBps: undefined,
    width: undefined,
    height: undefined,
    codec: undefined,
    roundTripMs: undefined,
  };

  it('puts the figures in one line', () => {
    const latency = { p50Ms: 23.6, p95Ms: 40, method: 'measured' as const };
    const stats = { latency, fps: 29.9, bitrateBps: 1_234_567, width: 640, height: 480 };
    assert.equal(
      statsText({ ...unknown, ...stats, codec: 'H264' }),
      '24 ms · 30 fps · 640×480 · 1.2 Mbit/s · H264',
    );
  });

  it('says that an estimate is one', () => {
    const latency = { p50Ms: 23.6, p95Ms: 23.6, method: 'estimated' as const };
    assert.equal(statsText({ ...unknown, latency }), 'about 24 ms');
  });

  it('leaves out what is unknown', () => {
    assert.equal(statsText({ ...unknown, fps: 0, bitrateBps: 8000 }), '0 fps · 8 kbit/s');
  });
});
