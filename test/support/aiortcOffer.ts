import { sdpOf } from './browserOffers';

const transport = (port: number, user: string) => [
  `a=candidate:f957a2332b1715da 1 udp 2130706431 192.168.1.30 ${port} typ host`,
  'a=end-of-candidates',
  `a=ice-ufrag:${user}`,
  `a=ice-pwd:${user}-password-of-22-chars`,
  `a=fingerprint:sha-256 ${Array(32).fill('5A').join(':')}`,
  'a=setup:actpass',
];

/**
 * What RTCBot's Python client offers (aiortc 1.4.0, shortened): data channels in the old way, one
 * bundle, but a port and ICE credentials for each m-section.
 */
export const AIORTC_OFFER = sdpOf([
  'v=0',
  'o=- 4004421693 4004421693 IN IP4 0.0.0.0',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=msid-semantic:WMS *',
  'm=video 37868 UDP/TLS/RTP/SAVPF 97 98 101 102',
  'c=IN IP4 192.168.1.30',
  'a=recvonly',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=mid:0',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=rtcp-mux',
  'a=rtpmap:97 VP8/90000',
  'a=rtcp-fb:97 nack',
  'a=rtpmap:98 rtx/90000',
  'a=fmtp:98 apt=97',
  'a=rtpmap:101 H264/90000',
  'a=rtcp-fb:101 nack pli',
  'a=fmtp:101 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtpmap:102 rtx/90000',
  'a=fmtp:102 apt=101',
  ...transport(37868, 'oJDm'),
  'm=application 56802 DTLS/SCTP 5000',
  'c=IN IP4 192.168.1.30',
  'a=mid:1',
  'a=sctpmap:5000 webrtc-datachannel 65535',
  'a=max-message-size:65536',
  ...transport(56802, 'sIN6'),
]);
