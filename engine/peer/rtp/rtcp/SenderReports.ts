import {
  type RTCDtlsTransport,
  type RtcpPacket,
  RtcpSenderInfo,
  RtcpSourceDescriptionPacket,
  RtcpSrPacket,
  SourceDescriptionChunk,
  SourceDescriptionItem,
} from 'werift';
import { type Clock, epochMs } from '../../../model/Clock';
import { ntpTime } from '../ntpTime';
import type { RtpSender } from '../send/RtpSender';
import { rtcpBye } from './rtcpBye';

/** Time between two reports, in ms (RFC 3550 6.2 allows less than its 5 s for video). */
const INTERVAL_MS = 1000;
/** SDES item CNAME (RFC 3550 6.5.1). */
const CNAME = 1;

/** Sends a sender report for each stream of a peer once a second, so that the browser knows the time of each picture. */
export class SenderReports {
  readonly #clock: Clock;
  readonly #senders = new Map<RtpSender, RTCDtlsTransport>();
  #cname = '';
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Reports on this stream as well, over the transport that it is sent on. */
  add(sender: RtpSender, transport: RTCDtlsTransport): void {
    this.#senders.set(sender, transport);
  }

  /** Begins. @param cname the same for all streams of the connection */
  start(cname: string): void {
    this.#cname = cname;
    if (this.#senders.size === 0) return;
    for (const [sender, transport] of this.#senders) {
      if (sender.counts.packets === 0) continue;
      // A transport that has just been closed rejects: nobody is there any more to be told.
      transport.sendRtcp(report(sender, cname)).catch(() => {});
    }
    this.#cancel = this.#clock.after(INTERVAL_MS, () => this.start(cname));
  }

  /** A stream stops, for now or for good: tells so, if anything of it was sent. */
  stopped(sender: RtpSender): void {
    const transport = this.#senders.get(sender);
    if (!transport || sender.counts.packets === 0 || transport.state !== 'connected') return;
    // The stack knows no such packet, and asks of what it sends only that it can be written.
    const bye = rtcpBye(sender.ssrc) as RtcpPacket;
    transport.sendRtcp([...report(sender, this.#cname), bye]).catch(() => {});
  }

  /** Tells the end of all streams. Idempotent. */
  close(): void {
    for (const sender of this.#senders.keys()) this.stopped(sender);
    this.#senders.clear();
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

function report(sender: RtpSender, cname: string): [RtcpSrPacket, RtcpSourceDescriptionPacket] {
  const nowMs = epochMs();
  const { packets, octets } = sender.counts;
  const senderInfo = new RtcpSenderInfo({
    ntpTimestamp: ntpTime(nowMs),
    rtpTimestamp: sender.rtpTimestamp(nowMs),
    packetCount: packets % 2 ** 32,
    octetCount: octets % 2 ** 32,
  });
  const item = new SourceDescriptionItem({ type: CNAME, text: cname });
  const chunk = new SourceDescriptionChunk({ source: sender.ssrc, items: [item] });
  return [
    new RtcpSrPacket({ ssrc: sender.ssrc, senderInfo }),
    new RtcpSourceDescriptionPacket({ chunks: [chunk] }),
  ];
}
