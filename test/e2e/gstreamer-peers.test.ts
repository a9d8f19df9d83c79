import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { TestPattern } from '../../engine/capture/testPattern/TestPattern';
import { PeerGroup } from '../../engine/peer/PeerGroup';
import { MOST_PAYLOAD_BYTES } from '../../engine/peer/rtp/send/rtpPayloads';
import { Source } from '../../engine/source/Source';
import { FOUND_FFMPEGS } from '../support/foundFfmpegs';
import { GstPeer, type GstPeerOptions } from '../support/GstPeer';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 20_000;
/** H264 as webrtcbin offers it by itself: nothing is said of how it is packetized. */
const H264 = 'application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000';
const OPUS = 'application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000';
const PICTURES = 10;
/** libnice says something every 25 s where it has nothing to say. */
const SILENCE_MS = 1500;

const skip = process.env.SKIP_BROWSERS === '1' && 'SKIP_BROWSERS=1: needs gstreamer1.0-nice';

describe("GStreamer's webrtcbin", { skip }, () => {
  let group: PeerGroup;
  let source: Source;
  let peer: GstPeer;
  const said: string[] = [];

  beforeEach(() => {
    const [ffmpeg] = FOUND_FFMPEGS;
    assert.ok(ffmpeg);
    source = new Source(new TestPattern(), {
      lingerMs: 0,
      findFfmpeg: ffmpeg.find,
      spare: false,
      log: () => {},
    });
    group = new PeerGroup({ latency: 'lowest', maxPeers: 2, silenceMs: SILENCE_MS });
    group.on('message', (_, channel, data) => said.push(`${channel}: ${data}`));
    group.send({
      video: [
        {
          native: undefined,
          rendition: ({ codec, isSingleNal }) =>
            source.rendition({
              codec,
              ...(isSingleNal ? { mostNalBytes: MOST_PAYLOAD_BYTES } : {}),
            }),
        },
      ],
      audio: [],
    });
  });
  afterEach(async () => {
    await peer?.stop();
    await group.close();
    await source.close();
  });

  async function connect(options: GstPeerOptions): Promise<void> {
    peer = new GstPeer(options);
    const connected = once(group, 'connected');
    await peer.connect(group);
    await connected;
  }

  it('shows the picture and exchanges messages with its defaults: a transport for each section, no packetization mode', async () => {
    await connect({ media: [H264, OPUS] });
    const pictures = () => peer.happenings.filter(({ event }) => event === 'picture');
    await waitFor('pictures', LIMIT_MS, () => pictures().length >= PICTURES);
    const packets = peer.happenings.filter(({ event }) => event === 'packet');
    for (const { nal, bytes } of packets) {
      // What holds several NAL units, or a part of one, is of packetization mode 1.
      assert.ok(Number(nal) >= 1 && Number(nal) <= 23, `NAL unit type ${nal}`);
      assert.ok(Number(bytes) <= MOST_PAYLOAD_BYTES + 100, `${bytes} bytes`);
    }
    await peer.heard('open');
    peer.say('from GStreamer');
    await waitFor('message', LIMIT_MS, () => said.includes('default: from GStreamer'));
    await group.message('to GStreamer');
    await peer.heard('message', ({ text }) => text === 'to GStreamer');
  });

  it('stays while it is idle: it is asked whether it lives', async () => {
    await connect({});
    const ended = once(group, 'disconnected');
    const isOver = await Promise.race([ended, wait(2.5 * SILENCE_MS, 'still there')]);
    assert.equal(isOver, 'still there');
    await group.message('to GStreamer');
    await peer.heard('message', ({ text }) => text === 'to GStreamer');
  });

  it('gets the data channels although its video has no codec of ours', async () => {
    const av1 = 'application/x-rtp,media=video,encoding-name=AV1,payload=96,clock-rate=90000';
    await connect({ media: [av1], bundle: 'max-bundle' });
    await peer.heard('open');
    await group.message('to GStreamer');
    await peer.heard('message', ({ text }) => text === 'to GStreamer');
  });
});
