import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RtpPacket } from 'werift';
import type { AudioUnit } from '../../engine/model/AudioUnit';
import { AudioSender } from '../../engine/peer/rtp/send/AudioSender';
import { RtpSender } from '../../engine/peer/rtp/send/RtpSender';
import { manualSound } from '../support/manualSound';
import { settled } from '../support/settled';

/** Any time in ms since the epoch will do. */
const START_MS = 1_700_000_000_000;

function packet(timestampMs: number, text = ''): AudioUnit {
  return {
    codec: 'Opus',
    data: Buffer.from(text),
    timestampMs: START_MS + timestampMs,
    sampleRate: 48_000,
    channels: 1,
    samples: 960,
  };
}

function setUp() {
  const sent: RtpPacket[] = [];
  const rtp = new RtpSender(
    { payloadType: 111, ssrc: 1, clockRate: 48_000, marksUnits: false },
    {
      backlogBytes: 0,
      send: (header, payload) => {
        sent.push(RtpPacket.deSerialize(Buffer.concat([header, payload])));
        return payload.length;
      },
    },
  );
  return {
    rtp,
    sender: new AudioSender(),
    texts: () => sent.map(({ payload }) => payload.toString()),
    timestamps: () => sent.map(({ header }) => header.timestamp),
    /** Samples from the first packet to each. */
    times: () => {
      const [first] = sent;
      return sent.map(({ header }) => (header.timestamp - (first?.header.timestamp ?? 0)) >>> 0);
    },
  };
}

describe('an AudioSender', () => {
  it('sends each packet of its track once connected, and none from before', async () => {
    const { rtp, sender, texts } = setUp();
    const { track, push } = manualSound();
    sender.follow(track);
    assert.equal(track.state, 'idle', 'nobody listens yet');
    sender.connect(rtp);
    await settled();
    push(packet(0, 'a'));
    push(packet(20, 'b'));
    assert.deepEqual(texts(), ['a', 'b']);
    sender.close();
  });

  for (const { it: sentence, at, samples } of [
    { it: 'counts samples however capture times jitter', at: [0, 27, 33, 64], samples: 960 },
    { it: 'counts samples though the clock drifts', at: [0, 20.3, 40.6, 60.9], samples: 960 },
  ]) {
    it(sentence, async () => {
      const { rtp, sender, times } = setUp();
      const { track, push } = manualSound();
      sender.follow(track);
      sender.connect(rtp);
      await settled();
      for (const time of at) push(packet(time));
      assert.deepEqual(
        times(),
        at.map((_, index) => index * samples),
      );
      sender.close();
    });
  }

  for (const { it: sentence, ppm } of [
    { it: 'cuts nothing for a sound card that is 100 ppm too slow for half an hour', ppm: 100 },
    { it: 'cuts nothing for a sound card that is 100 ppm too fast for half an hour', ppm: -100 },
  ]) {
    it(`${sentence}, and tells the drift in what sender reports are made of`, async () => {
      const { rtp, sender, times, timestamps } = setUp();
      const { track, push } = manualSound();
      const count = 30 * 60 * 50;
      const capturedMs = (index: number) => index * 20 * (1 + ppm / 1e6);
      sender.follow(track);
      sender.connect(rtp);
      await settled();
      for (let index = 0; index < count; index += 1) push(packet(capturedMs(index)));
      assert.ok(times().every((time, index) => time === index * 960));
      const last = timestamps().at(-1) ?? 0;
      const reported = rtp.rtpTimestamp(START_MS + capturedMs(count - 1));
      const offMs = ((reported - last) | 0) / 48;
      assert.ok(Math.abs(offMs) < 1, `${offMs} ms`);
      sender.close();
    });
  }

  it('lets a gap in the sound be one in its timestamps', async () => {
    const { rtp, sender, times } = setUp();
    const { track, push } = manualSound();
    sender.follow(track);
    sender.connect(rtp);
    await settled();
    for (const time of [0, 20, 540, 560]) push(packet(time));
    assert.deepEqual(times(), [0, 960, 540 * 48, 560 * 48]);
    sender.close();
  });

  it('goes over to another track, also one of another time', async () => {
    const { rtp, sender, texts, times } = setUp();
    const one = manualSound();
    const other = manualSound();
    sender.follow(one.track);
    sender.connect(rtp);
    await settled();
    one.push(packet(0, 'one'));
    sender.follow(other.track);
    await settled();
    other.push(packet(30, 'other'));
    assert.deepEqual(texts(), ['one', 'other']);
    assert.deepEqual(times(), [0, 30 * 48]);
    assert.equal(one.track.state, 'lingering', 'nobody listens to it any more');
    sender.close();
  });

  it('goes over to a track whose clock is behind without going back in its timestamps', async () => {
    const { rtp, sender, times } = setUp();
    const one = manualSound();
    const other = manualSound();
    sender.follow(one.track);
    sender.connect(rtp);
    await settled();
    for (const time of [0, 20, 40]) one.push(packet(time));
    sender.follow(other.track);
    await settled();
    for (const time of [-500, -480]) other.push(packet(time));
    assert.deepEqual(times(), [0, 960, 1920, 2880, 3840]);
    sender.close();
  });

  it('keeps its place when it is given the same track again', async () => {
    const { rtp, sender, texts } = setUp();
    const { track, push } = manualSound();
    sender.follow(track);
    sender.connect(rtp);
    await settled();
    sender.follow(track);
    push(packet(0, 'a'));
    assert.deepEqual(texts(), ['a']);
    sender.close();
  });

  it('sends nothing but Opus', async () => {
    const { rtp, sender, texts } = setUp();
    const { track, push } = manualSound();
    sender.follow(track);
    sender.connect(rtp);
    await settled();
    push({ ...packet(0, 'pcm'), codec: 'S16LE' });
    assert.deepEqual(texts(), []);
    sender.close();
  });

  it('listens no more after it was closed or has no track', async () => {
    const { rtp, sender } = setUp();
    const { track } = manualSound();
    sender.follow(track);
    sender.connect(rtp);
    await settled();
    assert.equal(track.state, 'starting');
    sender.follow(undefined);
    assert.equal(track.state, 'idle');
    sender.follow(track);
    sender.close();
    sender.close();
    assert.equal(track.state, 'idle');
    assert.equal(sender.sender, undefined);
    await track.close();
  });
});
