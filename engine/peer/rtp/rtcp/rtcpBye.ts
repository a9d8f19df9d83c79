// RTCP BYE (RFC 3550 6.6): V=2 P SC | PT=203 | length in words, less one | SSRC …
const BYE = 203;
const ONE_SOURCE = 0x81;

/** Says that a stream has stopped: a browser takes its track for muted at once, not some seconds later. */
export function rtcpBye(ssrc: number): { serialize(): Buffer } {
  const packet = Buffer.alloc(8);
  packet[0] = ONE_SOURCE;
  packet[1] = BYE;
  packet.writeUInt16BE(1, 2);
  packet.writeUInt32BE(ssrc, 4);
  return { serialize: () => packet };
}
