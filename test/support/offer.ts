/** Parts of an offer that a test leaves out or changes. */
export interface OfferParts {
  /** The m-lines in their order. Default: video and application. */
  media?: readonly ('video' | 'application')[];
  /** Default true. */
  ufrag?: boolean;
  /** Default true. */
  fingerprint?: boolean;
}

/**
 * An offer as a browser makes it, of somebody who never connects: H264 and VP8 to receive, the data
 * channel, one host candidate on a port where nobody listens.
 */
export function offerSdp({
  media = ['video', 'application'],
  ufrag = true,
  fingerprint = true,
}: OfferParts = {}): string {
  const session = [
    'v=0',
    'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    ...(media.length > 0 ? [`a=group:BUNDLE ${media.map((_, mid) => mid).join(' ')}`] : []),
    'a=extmap-allow-mixed',
    'a=msid-semantic: WMS',
  ];
  const transport = [
    'c=IN IP4 127.0.0.1',
    'a=candidate:1 1 udp 2122260223 127.0.0.1 9 typ host',
    ...(ufrag ? ['a=ice-ufrag:kXw2', 'a=ice-pwd:PbCkpuXzxGcBUwmQeAGLBVrF'] : []),
    ...(fingerprint ? [`a=fingerprint:sha-256 ${Array(32).fill('A5').join(':')}`] : []),
    'a=setup:actpass',
  ];
  const sections = media.flatMap((kind, mid) => [
    kind === 'video' ? 'm=video 9 UDP/TLS/RTP/SAVPF 96 102' : APPLICATION,
    ...transport,
    `a=mid:${mid}`,
    ...(kind === 'video' ? VIDEO : ['a=sctp-port:5000', 'a=max-message-size:262144']),
  ]);
  return `${[...session, ...sections].join('\r\n')}\r\n`;
}

const APPLICATION = 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel';

const VIDEO = [
  'a=recvonly',
  'a=rtcp-mux',
  'a=rtcp-rsize',
  'a=rtpmap:96 VP8/90000',
  'a=rtcp-fb:96 nack',
  'a=rtcp-fb:96 nack pli',
  'a=rtpmap:102 H264/90000',
  'a=rtcp-fb:102 nack',
  'a=rtcp-fb:102 nack pli',
  'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
];
