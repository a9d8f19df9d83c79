import { type RtcpPacket, RtcpRrPacket, RtcpSrPacket } from 'werift';
import { epochMs } from '../../../model/Clock';
import { ntpTime } from '../ntpTime';

/** What a peer reports of a stream that it is sent (RFC 3550 6.4.1). */
export interface StreamReport {
  readonly ssrc: number;
  /** Share of the packets that did not arrive since its last report, 0 to 1. */
  readonly loss: number;
  /** Absent until it has had a sender report of ours. */
  readonly roundTripMs?: number;
}

/** NTP time of 16.16 bits, as in the fields LSR and DLSR, to ms. */
const SHORT_NTP_MS = 1000 / 65_536;

/** The receiver's reports in an RTCP packet. @param nowMs when it came, in ms since the epoch */
export function readReports(packet: RtcpPacket, nowMs = epochMs()): StreamReport[] {
  if (!(packet instanceof RtcpRrPacket) && !(packet instanceof RtcpSrPacket)) return [];
  return packet.reports.map(({ ssrc, fractionLost, lsr, dlsr }) => {
    const report = { ssrc, loss: fractionLost / 256 };
    if (lsr === 0) return report;
    const now = Number((ntpTime(nowMs) >> 16n) & 0xffff_ffffn);
    // The clocks of both ends are rounded: what is a little below nothing is nothing.
    const roundTrip = ((now - lsr - dlsr) | 0) * SHORT_NTP_MS;
    return { ...report, roundTripMs: Math.max(0, roundTrip) };
  });
}
