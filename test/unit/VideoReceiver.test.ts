import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setInterval } from 'node:timers/promises';
import { ReceiverEstimatedMaxBitrate, RtcpPayloadSpecificFeedback } from 'werift';
import { joinNals, NAL, nalType, nalUnits } from '../../engine/media/h264/h264';
import type { AccessUnit, PeerVideoCodec } from '../../engine/model/AccessUnit';
import { epochMs, systemClock } from '../../engine/model/Clock';
import type { OriginRun } from '../../engine/model/Origin';
import { VideoReceiver } from '../../engine/peer/rtp/receive/VideoReceiver';
import { readFeedback } from '../../engine/peer/rtp/rtcp/feedback';
import { RembSender } from '../../engine/peer/rtp/rtcp/RembSender';
import { SenderReports } from '../../engine/peer/rtp/rtcp/SenderReports';
import { rtpPayloads } from '../../engine/peer/rtp/send/rtpPayloads';
import { codedUnits, decodedPictures, fileOf } from '../support/codedUnits';
import { ManualClock } from '../support/ManualClock';
import { seededRandom } from '../support/recordings';
import { SendingPair } from '../support/SendingPair';
import { waitFor } from '../support/waitFor';

const GOP = 30;
const PICTURES = 150;
const FRAME_MS = 10;
const UNITS = { H264: codedUnits('H264', PICTURES, GOP), VP8: codedUnits('VP8', PICTURES, GOP) };

/** What of a unit goes over RTP: x264's SEI does not. */
function sent({ codec, data }: AccessUnit): Buffer {
  if (codec !== 'H264') return data;
  return joinNals([...nalUnits(data)].filter(nal => nalType(nal) !== NAL.sei));
}

/** An encoder that sends its units over a pair, repairs what is asked for and makes keyframes. */
class Camera {
  /** Capture times of what was sent, by the index of the unit. */
  readonly times = new Map<number, number>();
  /** When keyframes were asked for, in ms since the epoch. */
  readonly asks: number[] = [];
  retransmits = true;
  readonly #pair: SendingPair;
  readonly #codec: PeerVideoCodec;
  readonly #sender;
  readonly #reports = new SenderReports(systemClock);
  readonly #subscription;
  #index = 0;
  #keyframeAt: number | undefined;

  constructor(pair: SendingPair, codec: PeerVideoCodec) {
    this.#pair = pair;
    this.#codec = codec;
    this.#sender = pair.stream(codec);
    this.#subscription = pair.sending.onRtcp.subscribe(packet =>
      readFeedback(packet, {
        keyframe: () => {
          this.asks.push(epochMs());
          // An encoder takes a moment; one that has not begun starts with a keyframe anyway.
          if (this.#index % GOP !== 0) this.#keyframeAt ??= this.#index + 3;
        },
        lost: (_ssrc, sequences) => {
          if (this.retransmits) this.#sender.retransmit(sequences);
        },
      }),
    );
  }

  get ssrc(): number {
    return this.#sender.ssrc;
  }

  /** Sends units from the newest on. @param done asked before each */
  async film(done: () => boolean = () => false): Promise<void> {
    const units = UNITS[this.#codec];
    for await (const _ of setInterval(FRAME_MS)) {
      if (this.#index === this.#keyframeAt) this.#index = Math.ceil(this.#index / GOP) * GOP;
      if (this.#index % GOP === 0) this.#keyframeAt = undefined;
      const unit = units[this.#index];
      if (!unit || done()) break;
      const timestampMs = epochMs();
      this.times.set(this.#index, timestampMs);
      this.#index += 1;
      this.#sender.send(rtpPayloads(unit), timestampMs, []);
      if (this.#index === 5) this.#report();
    }
  }

  #report(): void {
    this.#reports.add(this.#sender, this.#pair.sending);
    this.#reports.start('camera');
  }

  close(): void {
    this.#subscription.unSubscribe();
    this.#reports.close();
  }
}

/** Opens a receiver and keeps what it gives. */
function receive(receiver: VideoReceiver) {
  const units: AccessUnit[] = [];
  const state = { ended: 0 };
  const run: OriginRun = receiver.open({
    unit: unit => units.push(unit),
    failed: error => assert.fail(error),
    ended: () => {
      state.ended += 1;
    },
  });
  return { units, run, state };
}

/** The indices of the received units among those sent; fails unless each can be decoded after the one before. */
function indicesOf(units: readonly AccessUnit[], codec: PeerVideoCodec): number[] {
  const whole = UNITS[codec].map(sent);
  let last = -1;
  return units.map(({ data, key }) => {
    const index = whole.findIndex((each, at) => at > last && each.equals(data));
    assert.ok(index > last, 'a unit is none of those sent');
    assert.ok(key || index === last + 1, 'a unit refers to one that is missing');
    last = index;
    return index;
  });
}

for (const codec of ['H264', 'VP8'] as const) {
  describe(`A VideoReceiver of ${codec}`, () => {
    const pair = new SendingPair();
    let camera: Camera;
    before(async () => {
      await pair.connect();
    });
    after(() => pair.close());

    it('brings all through 5 % loss in both directions of the repair', async () => {
      const random = seededRandom(11);
      pair.loses = () => random() < 0.05;
      camera = new Camera(pair, codec);
      const receiver = new VideoReceiver(pair.received('video'), pair.receiving);
      const { units, run } = receive(receiver);
      // The keyframe that is asked for at the start is the first unit.
      await waitFor('ask for a keyframe', 10_000, () => camera.asks.length > 0);
      await camera.film();
      await waitFor('last unit', 10_000, () => indicesOf(units, codec).at(-1) === PICTURES - 1);
      pair.loses = () => false;

      const indices = indicesOf(units, codec);
      // A machine that stalls for long may lose a unit to the wait.
      assert.ok(indices.length > PICTURES * 0.7, `${indices.length} units`);
      assert.equal(decodedPictures(codec, fileOf(units)), units.length);
      const { width, height } = units[0] ?? {};
      assert.deepEqual([width, height, units[0]?.codec], [320, 240, codec]);
      await run.close();
      camera.close();
    });

    it('gives units the times of their capture', async () => {
      camera = new Camera(pair, codec);
      const receiver = new VideoReceiver(pair.received('video'), pair.receiving);
      const { units, run } = receive(receiver);
      await camera.film(() => units.length >= 100);
      await run.close();
      const indices = indicesOf(units, codec);
      const late = units
        .map(
          (unit, position) => unit.timestampMs - (camera.times.get(indices[position] ?? -1) ?? 0),
        )
        .sort((a, b) => a - b);
      const median = late[Math.floor(late.length / 2)] ?? Number.NaN;
      assert.ok(Math.abs(median) < 15, `${median} ms`);
      units.slice(1).forEach((unit, index) => {
        assert.ok(unit.timestampMs > (units[index]?.timestampMs ?? 0));
      });
      camera.close();
    });

    it('drops to a keyframe, which it asks for, where nothing is repaired', async () => {
      camera = new Camera(pair, codec);
      camera.retransmits = false;
      const receiver = new VideoReceiver(pair.received('video'), pair.receiving);
      const { units, run } = receive(receiver);
      let countdown = 50;
      let dropped = 0;
      pair.loses = ({ ssrc }) => {
        if (ssrc !== camera.ssrc) return false;
        countdown -= 1;
        if (countdown > 0) return false;
        countdown = 150;
        dropped += 1;
        return true;
      };
      await camera.film();
      pair.loses = () => false;
      await run.close();
      const indices = indicesOf(units, codec);
      assert.ok(dropped > 0);
      assert.ok(indices.length > 10 && indices.length < PICTURES, `${indices.length} units`);
      assert.equal(decodedPictures(codec, fileOf(units)), units.length);
      assert.ok(camera.asks.length >= 2, `${camera.asks.length} asks`);
      camera.asks.slice(1).forEach((at, index) => {
        assert.ok(at - (camera.asks[index] ?? 0) > 480, 'asks follow each other too fast');
      });
      camera.close();
    });

    it('starts amid a stream, and asks once if that is answered', async () => {
      camera = new Camera(pair, codec);
      await camera.film(() => camera.times.size >= 10);
      const receiver = new VideoReceiver(pair.received('video'), pair.receiving);
      const { units, run } = receive(receiver);
      await camera.film(() => units.length >= 80);
      await run.close();
      const [first = 0] = indicesOf(units, codec);
      assert.ok(first >= GOP && units[0]?.key);
      assert.equal(camera.asks.length, 1);
      camera.close();
    });

    it('asks again and again while no keyframe comes', async () => {
      camera = new Camera(pair, codec);
      const receiver = new VideoReceiver(pair.received('video'), pair.receiving);
      const { run } = receive(receiver);
      const { asks } = camera;
      const other = pair.stream(codec);
      let sentCount = 0;
      for await (const _ of setInterval(FRAME_MS)) {
        if (asks.length >= 3) break;
        sentCount += 1;
        assert.ok(sentCount < 500, 'it stopped to ask');
        const unit = UNITS[codec][1 + (sentCount % (GOP - 1))];
        if (unit) other.send(rtpPayloads(unit), epochMs(), []);
      }
      await run.close();
      camera.close();
    });

    it('listens only while it is open, and leaves no timer behind', async () => {
      camera = new Camera(pair, codec);
      const receiver = new VideoReceiver(pair.received('video'), pair.receiving);
      const { units, run } = receive(receiver);
      await camera.film(() => units.length >= 5);
      await run.close();
      await run.close();
      const { length } = units;
      const asks = camera.asks.length;
      const arrived = pair.receiving.packetsReceived;
      pair.loses = ({ sequence }) => sequence % 2 === 0;
      await camera.film(() => pair.receiving.packetsReceived > arrived + 20);
      pair.loses = () => false;
      assert.equal(units.length, length);
      assert.equal(camera.asks.length, asks);
      camera.close();
    });

    it('ends with its peer', async () => {
      const receiver = new VideoReceiver(pair.received('video'), pair.receiving);
      const { run, state } = receive(receiver);
      await pair.close();
      await waitFor('end', 10_000, () => state.ended > 0);
      await run.close();
      assert.equal(receive(receiver).state.ended, 1);
    });
  });
}

describe('What a peer may send', () => {
  const pair = new SendingPair();
  before(() => pair.connect());
  after(() => pair.close());

  it('is the target at the start and while it is watched, little else', async () => {
    const clock = new ManualClock();
    const receiver = new VideoReceiver(pair.received('video'), pair.receiving, { clock });
    assert.equal(receiver.nextBitrateBps(), 3_000_000);
    clock.advance(4999);
    assert.equal(receiver.nextBitrateBps(), 3_000_000);
    clock.advance(1);
    assert.equal(receiver.nextBitrateBps(), 50_000);
    const { run } = receive(receiver);
    assert.equal(receiver.nextBitrateBps(), 3_000_000);
    await run.close();
    assert.equal(receiver.nextBitrateBps(), 50_000);
  });

  it('reaches it once a second, for all its streams together', async () => {
    const clock = new ManualClock();
    const limits: bigint[] = [];
    const ssrcs: number[][] = [];
    pair.sending.onRtcp.subscribe(packet => {
      if (!(packet instanceof RtcpPayloadSpecificFeedback)) return;
      const { feedback } = packet;
      if (!(feedback instanceof ReceiverEstimatedMaxBitrate)) return;
      limits.push(feedback.bitrate);
      ssrcs.push(feedback.ssrcFeedbacks);
    });
    const receiver = new VideoReceiver(pair.received('video'), pair.receiving, {
      clock,
      bitrateBps: 2_000_000,
    });
    const remb = new RembSender(clock);
    remb.add(receiver);
    remb.add({ ssrc: 77, nextBitrateBps: () => 48_000 });
    remb.start(pair.receiving, 1);
    await waitFor('first limit', 10_000, () => limits.length === 1);
    clock.advance(999);
    clock.advance(1);
    await waitFor('second limit', 10_000, () => limits.length === 2);
    remb.close();
    assert.equal(clock.pending, 0);
    assert.deepEqual(limits, [2_048_000n, 2_048_000n]);
    assert.deepEqual(ssrcs[0], [receiver.ssrc, 77]);
    assert.equal(receiver.ssrc, pair.stream('H264').ssrc);
  });

  it('falls while packets are lost, until the network is good again', async () => {
    const receiver = new VideoReceiver(pair.received('video'), pair.receiving);
    const camera = new Camera(pair, 'H264');
    const { run, units } = receive(receiver);
    const random = seededRandom(5);
    pair.loses = () => random() < 0.25;
    await camera.film(() => units.length > 40);
    assert.equal(receiver.nextBitrateBps(), 2_550_000);
    pair.loses = () => false;
    const { length } = units;
    receiver.nextBitrateBps();
    await camera.film(() => units.length > length + 40);
    const later = receiver.nextBitrateBps();
    assert.ok(later > 2_167_500, `${later}`);
    await run.close();
    camera.close();
  });
});
