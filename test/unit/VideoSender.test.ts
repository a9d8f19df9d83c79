import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Track } from '../../engine/model/Track';
import { RtpSender } from '../../engine/peer/rtp/send/RtpSender';
import { VideoSender } from '../../engine/peer/rtp/send/VideoSender';
import { ManualClock } from '../support/ManualClock';
import { ManualOrigin } from '../support/ManualOrigin';
import { settled } from '../support/settled';
import { unitOf } from '../support/unitOf';

/** A viewer whose path the test can fill. */
async function setUp({ latency = 'lowest' as const, ids = {}, roundTripMs = 0 } = {}) {
  const clock = new ManualClock();
  const origin = new ManualOrigin();
  const track = new Track(origin, { lingerMs: 0 });
  const sent: string[] = [];
  const headers: Buffer[] = [];
  const path = { backlogBytes: 0 };
  const rtp = new RtpSender(
    { payloadType: 96, ssrc: 1, clockRate: 90_000 },
    {
      get backlogBytes() {
        return path.backlogBytes;
      },
      send: (header, payload) => {
        headers.push(header);
        sent.push(payload.toString());
        return payload.length;
      },
    },
  );
  const sender = new VideoSender({
    latency,
    packetize: unit => [unit.data],
    roundTripMs: () => roundTripMs,
    clock,
  });
  sender.follow(track);
  await settled();
  const deliver = (name: string, timestampMs = 0) =>
    origin.run.unit(unitOf({ data: Buffer.from(name), key: name.startsWith('key'), timestampMs }));
  return {
    clock,
    origin,
    track,
    sent,
    headers,
    path,
    sender,
    deliver,
    connect: () => sender.connect(rtp, ids),
  };
}

describe('a VideoSender', () => {
  it('holds units from the newest keyframe on until the peer is connected', async () => {
    const { sent, deliver, connect } = await setUp();
    for (const name of ['p0', 'key1', 'p1', 'key2', 'p2', 'p3']) deliver(name);
    assert.deepEqual(sent, []);
    connect();
    assert.deepEqual(sent, ['key2', 'p2', 'p3']);
    deliver('p4');
    assert.equal(sent.at(-1), 'p4');
  });

  it('asks for a keyframe when it connects and holds none', async () => {
    const { origin, sent, deliver, connect } = await setUp();
    deliver('p0');
    const before = origin.run.keyframeRequests;
    connect();
    assert.equal(origin.run.keyframeRequests, before + 1);
    deliver('p1');
    deliver('key2');
    assert.deepEqual(sent, ['key2']);
  });

  it('gives up what it holds when the handshake takes too long, and begins with a keyframe', async () => {
    const { origin, sent, deliver, connect } = await setUp();
    deliver('key');
    for (let count = 0; count < 200; count += 1) deliver('p');
    const before = origin.run.keyframeRequests;
    connect();
    assert.deepEqual(sent, []);
    assert.equal(origin.run.keyframeRequests, before + 1);
  });

  it('drops whole units up to the next keyframe when the path is full, and asks once it is free', async () => {
    const { origin, sent, path, sender, deliver, connect } = await setUp();
    connect();
    deliver('key1');
    const before = origin.run.keyframeRequests;
    path.backlogBytes = 2 * 1024 * 1024;
    deliver('p1');
    deliver('p2');
    deliver('key3');
    assert.equal(origin.run.keyframeRequests, before);
    path.backlogBytes = 0;
    deliver('p4');
    deliver('p5');
    assert.equal(origin.run.keyframeRequests, before + 1);
    deliver('key6');
    deliver('p7');
    assert.deepEqual(sent, ['key1', 'key6', 'p7']);
    assert.equal(sender.dropped, 5);
  });

  /** A group of old units, 400 KB. */
  const group = Array.from({ length: 40 }, (_, index) =>
    unitOf({ data: Buffer.alloc(10_000, `${index}`), key: index === 0 }),
  );

  it('sends old units in steps, and what comes meanwhile behind them', async () => {
    const { clock, origin, sent, sender, deliver, connect } = await setUp();
    connect();
    origin.makesKeyframes = false;
    origin.run.caughtUp = group;
    sender.requestKeyframe();
    assert.equal(sent.length, 7);
    deliver('live');
    clock.advance(50);
    assert.ok(sent.length < 30, `${sent.length} units in 50 ms`);
    clock.advance(100);
    assert.equal(sent.length, 41);
    assert.equal(sent.at(-1), 'live');
    deliver('next');
    assert.equal(sent.at(-1), 'next');
    assert.equal(clock.pending, 0);
  });

  it('leaves old units out once a keyframe comes, and when it is closed', async () => {
    const { clock, origin, sent, sender, deliver, connect } = await setUp();
    connect();
    origin.makesKeyframes = false;
    origin.run.caughtUp = group;
    sender.requestKeyframe();
    deliver('key');
    clock.advance(500);
    assert.deepEqual(sent.slice(7), ['key']);
    clock.advance(1000);
    sender.requestKeyframe();
    sender.close();
    assert.equal(clock.pending, 0);
  });

  it('answers keyframe requests once a round trip', async () => {
    const { clock, origin, sender, deliver, connect } = await setUp({ roundTripMs: 300 });
    connect();
    deliver('key1');
    const before = origin.run.keyframeRequests;
    for (let count = 0; count < 5; count += 1) {
      sender.requestKeyframe();
      clock.advance(50);
    }
    assert.equal(origin.run.keyframeRequests, before);
    clock.advance(50);
    assert.equal(origin.run.keyframeRequests, before + 1);
    sender.requestKeyframe();
    deliver('key2');
    clock.advance(1000);
    assert.equal(origin.run.keyframeRequests, before + 2);
  });

  it('follows another track from its next keyframe on', async () => {
    const { track, sent, sender, deliver, connect } = await setUp();
    connect();
    deliver('key1');
    const other = new ManualOrigin();
    sender.follow(new Track(other, { lingerMs: 0 }));
    await settled();
    assert.notEqual(track.state, 'live');
    for (const name of ['p2', 'key3']) {
      other.run.unit(unitOf({ data: Buffer.from(name), key: name === 'key3' }));
    }
    assert.deepEqual(sent, ['key1', 'key3']);
    sender.close();
  });

  it('goes on undisturbed when it is told to follow the same track', async () => {
    const { origin, track, sent, sender, deliver, connect } = await setUp();
    connect();
    deliver('key1');
    const before = origin.run.keyframeRequests;
    sender.follow(track);
    deliver('p2');
    assert.deepEqual(sent, ['key1', 'p2']);
    assert.equal(origin.run.keyframeRequests, before);
  });

  it('lets go of its track when it is closed', async () => {
    const { track, sent, sender, deliver, connect } = await setUp();
    connect();
    deliver('key1');
    sender.close();
    sender.close();
    assert.notEqual(track.state, 'live');
    deliver('p2');
    assert.deepEqual(sent, ['key1']);
  });

  it('tells the times of the newest picture', async () => {
    const { headers, sender, deliver, connect } = await setUp();
    connect();
    assert.equal(typeof sender.lastSent, 'undefined');
    deliver('key1', 1_700_000_000_000);
    assert.equal(sender.lastSent?.captureTime, 1_700_000_000_000);
    assert.equal(sender.lastSent?.rtpTimestamp, headers[0]?.readUInt32BE(4));
  });

  for (const { it: sentence, latency, ids, hex } of [
    {
      it: 'wants pictures shown at once',
      latency: 'lowest',
      ids: { playoutDelay: 5 },
      hex: 'bede000152000000',
    },
    { it: 'leaves the delay to the browser', latency: 'smooth', ids: { playoutDelay: 5 }, hex: '' },
    { it: 'writes no extension that was not negotiated', latency: 'lowest', ids: {}, hex: '' },
    {
      it: 'writes the capture time',
      latency: 'smooth',
      ids: { absCaptureTime: 12 },
      hex: 'bede0003c783aa7e8100000000000000',
    },
  ] as const) {
    it(sentence, async () => {
      const { headers, deliver, connect } = await setUp({ latency: latency as 'lowest', ids });
      connect();
      deliver('key1', 1000);
      assert.equal(headers[0]?.subarray(12).toString('hex'), hex);
    });
  }
});
