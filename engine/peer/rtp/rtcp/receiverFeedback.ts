import {
  GenericNack,
  PictureLossIndication,
  type RTCDtlsTransport,
  type RTCRtpReceiver,
  type RtcpPacket,
  RtcpPayloadSpecificFeedback,
  RtcpTransportLayerFeedback,
} from 'werift';

/** Asks the peer for a keyframe: PLI (RFC 4585 6.3.1). */
export function askForKeyframe(transport: RTCDtlsTransport, receiver: RTCRtpReceiver): void {
  const mediaSsrc = receiver.track.ssrc;
  if (mediaSsrc === undefined) return;
  const feedback = new PictureLossIndication({ senderSsrc: receiver.rtcpSsrc, mediaSsrc });
  send(transport, new RtcpPayloadSpecificFeedback({ feedback }));
}

/** Asks the peer for packets again: NACK (RFC 4585 6.2.1). */
export function askForPackets(
  transport: RTCDtlsTransport,
  receiver: RTCRtpReceiver,
  sequences: readonly number[],
): void {
  const mediaSourceSsrc = receiver.track.ssrc;
  if (mediaSourceSsrc === undefined) return;
  const lost = [...sequences];
  const feedback = new GenericNack({ senderSsrc: receiver.rtcpSsrc, mediaSourceSsrc, lost });
  send(transport, new RtcpTransportLayerFeedback({ feedback }));
}

function send(transport: RTCDtlsTransport, packet: RtcpPacket): void {
  if (transport.state !== 'connected') return;
  // A transport that is closed in this very moment rejects: the peer is gone.
  transport.sendRtcp([packet]).catch(() => {});
}
