// Data channels as they were described before RFC 8841, in its drafts up to 06. RTCBot's Python
// client (aiortc up to 1.13) writes them so:
//   m=application 56802 DTLS/SCTP 5000
//   a=sctpmap:5000 webrtc-datachannel 65535
// and today:
//   m=application 56802 UDP/DTLS/SCTP webrtc-datachannel
//   a=sctp-port:5000

const LEGACY = /^m=application (\d+) DTLS\/SCTP (\d+)$/;
const STREAMS = 65_535;

/** Whether an m-section describes data channels in the old way. @param lines its lines */
export function isLegacyData([first = '']: readonly string[]): boolean {
  return LEGACY.test(first);
}

/** An m-section of data channels as RFC 8841 writes it; any other as it is. */
export function modernData(lines: readonly string[]): readonly string[] {
  const [, port, sctpPort] = LEGACY.exec(lines[0] ?? '') ?? [];
  if (sctpPort === undefined) return lines;
  const rest = lines.slice(1).filter(line => !/^a=(?:sctpmap|sctp-port):/.test(line));
  return [
    `m=application ${port} UDP/DTLS/SCTP webrtc-datachannel`,
    ...rest,
    `a=sctp-port:${sctpPort}`,
  ];
}

/** An answer for who offered data channels in the old way. */
export function withLegacyData(answer: string): string {
  const [, port] = /^a=sctp-port:(\d+)/m.exec(answer) ?? [];
  if (port === undefined) return answer;
  return answer
    .replace(/^(m=application \d+) UDP\/DTLS\/SCTP webrtc-datachannel/m, `$1 DTLS/SCTP ${port}`)
    .replace(/^a=sctp-port:\d+/m, `a=sctpmap:${port} webrtc-datachannel ${STREAMS}`);
}
