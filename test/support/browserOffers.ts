// Offers as browsers make them for our page (receive video, one data channel), shortened only in
// the list of codecs. Lines are joined by sdpOf.

const FINGERPRINT = Array.from({ length: 32 }, (_, index) =>
  (index * 7).toString(16).padStart(2, '0').toUpperCase(),
).join(':');

const CHROMIUM_TRANSPORT = [
  'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=candidate:3265123071 1 udp 2113937151 1c53e0a4-6d22-4d3e-9d1c-7c1e54b0a9a1.local 50123 typ host generation 0 network-cost 999',
  'a=ice-ufrag:Zk3v',
  'a=ice-pwd:Q6p1XcQ5m0dYkq0oA8C2mHtR',
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=setup:actpass',
];

const CHROMIUM_VIDEO = [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 106 107 98 99',
  ...CHROMIUM_TRANSPORT,
  'a=mid:0',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:toffset',
  'a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'a=extmap:3 urn:3gpp:video-orientation',
  'a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=extmap:12 http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
  'a=recvonly',
  'a=rtcp-mux',
  'a=rtcp-rsize',
  ...chromiumCodec(96, 'VP8'),
  ...chromiumCodec(
    102,
    'H264',
    'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
  ),
  ...chromiumCodec(
    106,
    'H264',
    'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  ),
  ...chromiumCodec(98, 'VP9', 'profile-id=0'),
];

const CHROMIUM_DATA = [
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  ...CHROMIUM_TRANSPORT.filter(line => !line.startsWith('a=rtcp:')),
  'a=mid:1',
  'a=sctp-port:5000',
  'a=max-message-size:262144',
];

/** Chromium: mDNS candidate, H264 in two profiles and VP8, retransmission, all in one bundle. */
export const CHROMIUM_OFFER = sdpOf([
  'v=0',
  'o=- 7614219274584779017 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS',
  ...CHROMIUM_VIDEO,
  ...CHROMIUM_DATA,
]);

/** Chromium: a data channel and nothing else. */
export const CHROMIUM_DATA_OFFER = sdpOf([
  'v=0',
  'o=- 1214219274584779017 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 1',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS',
  ...CHROMIUM_DATA,
]);

/**
 * Firefox without the OpenH264 plugin: VP8 only, fingerprint at session level, all candidates
 * mDNS and their end marked, the second section bundled only.
 */
export const FIREFOX_OFFER = sdpOf([
  'v=0',
  'o=mozilla...THIS_IS_SDPARTA-99.0 4291021063413241923 0 IN IP4 0.0.0.0',
  's=-',
  't=0 0',
  'a=sendrecv',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=group:BUNDLE 0 1',
  'a=ice-options:trickle',
  'a=msid-semantic:WMS *',
  'm=video 58321 UDP/TLS/RTP/SAVPF 120 124',
  'c=IN IP4 0.0.0.0',
  'a=candidate:0 1 UDP 2122252543 6a3f1f2e-88f0-4b1e-a5a8-3d2f0a6c8e11.local 58321 typ host',
  'a=recvonly',
  'a=end-of-candidates',
  'a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=extmap:6 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'a=extmap:7/recvonly http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=fmtp:120 max-fs=12288;max-fr=60',
  'a=fmtp:124 apt=120',
  'a=ice-pwd:4f2b6cfa6b3f0c71d3b6f3a5a6a1d9c7',
  'a=ice-ufrag:8d21a3f0',
  'a=mid:0',
  'a=rtcp-fb:120 nack',
  'a=rtcp-fb:120 nack pli',
  'a=rtcp-fb:120 ccm fir',
  'a=rtcp-fb:120 goog-remb',
  'a=rtcp-fb:120 transport-cc',
  'a=rtcp-mux',
  'a=rtcp-rsize',
  'a=rtpmap:120 VP8/90000',
  'a=rtpmap:124 rtx/90000',
  'a=setup:actpass',
  'a=ssrc:2147123456 cname:{5d1f0a80-53b5-4f1e-8a34-9a1c4e5a7e10}',
  'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=bundle-only',
  'a=sendrecv',
  'a=mid:1',
  'a=setup:actpass',
  'a=sctp-port:5000',
  'a=max-message-size:1073741823',
]);

/** The SDP of these lines. */
export function sdpOf(lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n`;
}

/** A codec and its retransmission, as Chromium writes them. */
function chromiumCodec(payloadType: number, name: string, parameters?: string): string[] {
  return [
    `a=rtpmap:${payloadType} ${name}/90000`,
    ...['goog-remb', 'transport-cc', 'ccm fir', 'nack', 'nack pli'].map(
      feedback => `a=rtcp-fb:${payloadType} ${feedback}`,
    ),
    ...(parameters ? [`a=fmtp:${payloadType} ${parameters}`] : []),
    `a=rtpmap:${payloadType + 1} rtx/90000`,
    `a=fmtp:${payloadType + 1} apt=${payloadType}`,
  ];
}
