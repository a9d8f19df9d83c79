import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ChannelSection } from '../../client/channels/ChannelSection';
import { Channels } from '../../client/channels/Channels';

it('a message that is larger than the server takes is refused with the limit, and nothing of it is sent', async () => {
  const sent: unknown[] = [];
  const carried = {
    label: 'default',
    ordered: true,
    maxRetransmits: null,
    maxPacketLifeTime: null,
    readyState: 'open',
    bufferedAmount: 0,
    send: (frame: unknown) => sent.push(frame),
  };
  const peer = {
    addEventListener: () => {},
    sctp: { maxMessageSize: 262_144 },
    signalingState: 'stable',
    createDataChannel: () => carried,
  } as unknown as RTCPeerConnection;
  const room = { most: 10, longestMs: Number.POSITIVE_INFINITY, whenFull: 'refuse' } as const;
  const channels = new Channels(
    { ordered: true },
    room,
    () => {},
    () => {},
  );
  const section = new ChannelSection(peer, channels, undefined, () => {});
  channels.carryOver(section);
  const put = channels.default.put(new Uint8Array(5_000_000));
  section.settle(true, 4_194_304);
  await assert.rejects(put, /of 5000000 bytes is too large: 4194304 are taken/);
  assert.deepEqual(sent, []);
});
