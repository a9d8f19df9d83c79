import { ReceiverEstimatedMaxBitrate, RtcpPayloadSpecificFeedback } from 'werift';

/** What a REMB message says. */
export interface RembFields {
  /** Ours. */
  readonly senderSsrc: number;
  /** The most that the peer shall send over this transport, in bit/s. */
  readonly bitrateBps: number;
  /** The streams that share it. */
  readonly ssrcs: readonly number[];
}

const MANTISSA_BITS = 18;
const LARGEST_EXPONENT = 63;

/** The message that limits what a peer sends (draft-alvestrand-rmcat-remb-03, 2.2). */
export function remb({ senderSsrc, bitrateBps, ssrcs }: RembFields): RtcpPayloadSpecificFeedback {
  const { exponent, mantissa } = rembBitrate(bitrateBps);
  return new RtcpPayloadSpecificFeedback({
    feedback: new ReceiverEstimatedMaxBitrate({
      senderSsrc,
      mediaSsrc: 0, // the draft wants it so
      ssrcNum: ssrcs.length,
      brExp: exponent,
      brMantissa: mantissa,
      bitrate: BigInt(mantissa) << BigInt(exponent),
      ssrcFeedbacks: [...ssrcs],
    }),
  });
}

/** A bitrate as mantissa * 2^exponent (6 and 18 bits): the largest such value that does not exceed it. */
export function rembBitrate(bitrateBps: number): { exponent: number; mantissa: number } {
  let mantissa = Math.max(0, Math.floor(bitrateBps));
  let exponent = 0;
  while (mantissa >= 2 ** MANTISSA_BITS && exponent < LARGEST_EXPONENT) {
    mantissa = Math.floor(mantissa / 2);
    exponent += 1;
  }
  return { exponent, mantissa: Math.min(mantissa, 2 ** MANTISSA_BITS - 1) };
}
