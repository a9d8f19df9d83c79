import {
  type PeerConfig,
  type RTCCertificate,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  useH264,
  useNACK,
  useOPUS,
  usePLI,
  useREMB,
  useVP8,
} from 'werift';
import type { PeerVideoCodec } from '../model/AccessUnit';
import { EXTENSION_URI } from './rtp/rtpHeader';
import type { ConnectivityCheck } from './stack/followNomination';

/** Largest data channel message that we take, in bytes; browsers default to the same. */
const MOST_MESSAGE_BYTES = 262_144;

/** What differs from peer to peer. */
export interface PeerConfigOptions {
  readonly videoCodec: PeerVideoCodec;
  readonly certificate?: RTCCertificate;
  /** It makes the offer, and its other end may be one that answers only. Default false. */
  readonly isCaller?: boolean;
  /** Called on each connectivity check that arrives: a sign of life. */
  readonly checkArrived: (...check: ConnectivityCheck) => void;
}

/**
 * The configuration of a peer connection that answers a browser on a network it can reach, or
 * calls an endpoint.
 */
export function peerConfig(options: PeerConfigOptions): Partial<PeerConfig> {
  const { videoCodec, isCaller = false } = options;
  const codecs = isCaller ? (['H264', 'VP8'] as const) : [videoCodec];
  return {
    iceServers: [],
    // The browser does the checks: no STUN server, no waiting, fastest (RFC 8445 2.5). Who calls
    // does them itself: two ends that wait for each other's never meet.
    iceLite: !isCaller,
    ...(isCaller ? { bundlePolicy: 'max-bundle' as const } : {}),
    iceUseIpv6: true,
    iceFilterStunResponse: (...check) => {
      options.checkArrived(...check);
      return true;
    },
    codecs: { video: codecs.flatMap(videoCodecs), audio: [useOPUS()] },
    headerExtensions: { video: extensions(Object.values(EXTENSION_URI)), audio: [] },
    maxMessageSize: MOST_MESSAGE_BYTES,
    ...(options.certificate ? { certificates: [options.certificate] } : {}),
  };
}

/** A codec, and what its lost packets are sent again as. */
function videoCodecs(codec: PeerVideoCodec): RTCRtpCodecParameters[] {
  const feedback = { rtcpFeedback: [useNACK(), usePLI(), useREMB()] };
  const rtx = new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000 });
  return [codec === 'H264' ? useH264(feedback) : useVP8(feedback), rtx];
}

function extensions(uris: readonly string[]): RTCRtpHeaderExtensionParameters[] {
  return uris.map(uri => new RTCRtpHeaderExtensionParameters({ uri }));
}
