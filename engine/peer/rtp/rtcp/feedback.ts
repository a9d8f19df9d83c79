import {
  GenericNack,
  PictureLossIndication,
  type RtcpPacket,
  RtcpPayloadSpecificFeedback,
  RtcpTransportLayerFeedback,
} from 'werift';

/** What a peer's RTCP asks of one of our streams. */
export interface FeedbackHandlers {
  /** PLI (RFC 4585 6.3.1) or FIR (RFC 5104 4.3.1). */
  keyframe(ssrc: number): void;
  /** NACK (RFC 4585 6.2.1). @param sequences lost sequence numbers */
  lost(ssrc: number, sequences: readonly number[]): void;
}

/**
 * Reads the requests out of RTCP packets. The stack's own events miss those of browsers that
 * send media themselves, so the packets are read here.
 */
export function readFeedback(packet: RtcpPacket, handlers: FeedbackHandlers): void {
  if (packet instanceof RtcpPayloadSpecificFeedback) {
    const { feedback } = packet;
    if (feedback instanceof PictureLossIndication) handlers.keyframe(feedback.mediaSsrc);
    // The stack does not export the class of FIR, and leaves out what it does not know.
    else if (feedback && 'fir' in feedback) {
      for (const { ssrc } of feedback.fir) handlers.keyframe(ssrc);
    }
  } else if (packet instanceof RtcpTransportLayerFeedback) {
    const { feedback } = packet;
    if (!(feedback instanceof GenericNack)) return;
    // The stack counts on beyond 65535 where the mask reaches over the wrap.
    const sequences = feedback.lost.map(sequence => sequence & 0xffff);
    handlers.lost(feedback.mediaSourceSsrc, sequences);
  }
}
