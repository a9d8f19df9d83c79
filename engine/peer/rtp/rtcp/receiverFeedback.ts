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

/** The stack's private part that `silenceOwnNacks` needs (pinned version, `~0.24.4`). */
interface OwnNacks {
  readonly nack?: { close?(): void };
}

/**
 * Ends the stack's own NACKs. They stop for 65536 packets once a packet is lost at the wrap of the
 * sequence numbers, repeat every 5 ms whatever the path, and leave a 5 ms timer behind after a repair.
 */
export function silenceOwnNacks(receiver: RTCRtpReceiver): void {
  (receiver as unknown as OwnNacks).nack?.close?.();
}

function send(transport: RTCDtlsTransport, packet: RtcpPacket): void {
  if (transport.state !== 'connected') return;
  // A transport that is closed in this very moment rejects: the peer is gone.
  transport.sendRtcp([packet]).catch(() => {});
}
