import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  GenericNack,
  PictureLossIndication,
  RtcpPayloadSpecificFeedback,
  RtcpTransportLayerFeedback,
} from 'werift';
import type { PeerGroupOptions } from '../../engine/peer/PeerGroupOptions';
import { GroupRig, h264Unit, LIMIT_MS, sockets } from '../support/GroupRig';
import { waitFor } from '../support/waitFor';

/** The streams that end by an RTCP compound packet (RFC 3550 6.6), which the stack does not read. */
function byesIn(compound: Buffer): number[] {
  const streams: number[] = [];
  for (let at = 0; at + 8 <= compound.length; at += 4 + 4 * compound.readUInt16BE(at + 2)) {
    if (compound[at + 1] === 203) streams.push(compound.readUInt32BE(at + 4));
  }
  return streams;
}

describe('a PeerGroup and what its peers report', () => {
  let rig = new GroupRig();
  const start = (options: Partial<PeerGroupOptions> = {}) => {
    rig = new GroupRig(options);
    return rig;
  };
  afterEach(async () => {
    await rig.close();
    await waitFor('end of all sockets', 10_000, () => sockets() === 0);
    assert.equal(rig.track.state, 'idle');
  });

  it('turns a PLI into a wish for a keyframe', async () => {
    const { origin } = start();
    const { browser } = await rig.connect();
    origin.run.unit(h264Unit('key', { key: true }));
    await waitFor('packet', LIMIT_MS, () => browser.packets.length > 0);
    const before = origin.run.keyframeRequests;
    const mediaSsrc = browser.packets[0]?.header.ssrc ?? 0;
    const feedback = new PictureLossIndication({ senderSsrc: 1, mediaSsrc });
    const [transport] = browser.connection.dtlsTransports;
    await transport?.sendRtcp([new RtcpPayloadSpecificFeedback({ feedback })]);
    await waitFor('request', LIMIT_MS, () => origin.run.keyframeRequests > before);
  });

  it('answers a NACK with a retransmission', async () => {
    const { origin } = start();
    const { browser } = await rig.connect();
    origin.run.unit(h264Unit('lost', { key: true }));
    await waitFor('unit', LIMIT_MS, () => browser.packets.some(({ header }) => header.marker));
    const [, lost] = browser.packets;
    assert.ok(lost);
    const { ssrc, sequenceNumber, timestamp } = lost.header;
    const feedback = new GenericNack({
      senderSsrc: 1,
      mediaSourceSsrc: ssrc,
      lost: [sequenceNumber],
    });
    const [transport] = browser.connection.dtlsTransports;
    await transport?.sendRtcp([new RtcpTransportLayerFeedback({ feedback })]);
    const again = await waitFor('retransmission', LIMIT_MS, () =>
      browser.packets.find(({ header }) => header.ssrc !== ssrc),
    );
    assert.equal(again.payload.readUInt16BE(0), sequenceNumber);
    assert.ok(again.payload.subarray(2).equals(lost.payload));
    assert.equal(again.header.timestamp, timestamp);
  });

  it('knows what feedback is about by the stream that it names, also with a microphone on', async () => {
    const { origin } = start({ wanted: ['audio'] });
    const { browser } = await rig.connect({ microphone: true });
    origin.run.unit(h264Unit('key', { key: true }));
    await waitFor('unit', LIMIT_MS, () => browser.packets.some(({ header }) => header.marker));
    const [first] = browser.packets;
    assert.ok(first);
    const { ssrc: mediaSsrc, sequenceNumber } = first.header;
    // Feedback of browsers that send comes from the stream that they send (RFC 4585 6.1).
    const [senderSsrc = 0] = browser.connection
      .getTransceivers()
      .filter(({ kind }) => kind === 'audio')
      .map(({ sender }) => sender.ssrc);
    const pli = new PictureLossIndication({ senderSsrc, mediaSsrc });
    const lost = { senderSsrc, mediaSourceSsrc: mediaSsrc, lost: [sequenceNumber] };
    const before = origin.run.keyframeRequests;
    const [transport] = browser.connection.dtlsTransports;
    await transport?.sendRtcp([
      new RtcpPayloadSpecificFeedback({ feedback: pli }),
      new RtcpTransportLayerFeedback({ feedback: new GenericNack(lost) }),
    ]);
    await waitFor('request', LIMIT_MS, () => origin.run.keyframeRequests > before);
    await waitFor('retransmission', LIMIT_MS, () =>
      browser.packets.some(({ header }) => header.ssrc !== mediaSsrc),
    );
  });

  it('says BYE when a stream stops, and when it closes', async () => {
    const { origin, group } = start();
    const { browser, peer } = await rig.connect();
    origin.run.unit(h264Unit('key', { key: true }));
    await waitFor('packet', LIMIT_MS, () => browser.packets.length > 0);
    const ssrc = browser.packets[0]?.header.ssrc ?? 0;
    const [transport] = browser.connection.dtlsTransports;
    assert.ok(transport?.srtcp);
    const decrypt = transport.srtcp.decrypt;
    let byes = 0;
    transport.srtcp.decrypt = data => {
      const packet = decrypt.call(transport.srtcp, data);
      if (byesIn(packet).includes(ssrc)) byes += 1;
      return packet;
    };
    group.send({ video: [], audio: [] });
    await waitFor('BYE', LIMIT_MS, () => byes === 1);
    group.send({ video: [rig.source], audio: [] });
    group.closePeer(peer);
    await waitFor('second BYE', LIMIT_MS, () => byes === 2);
  });
});
