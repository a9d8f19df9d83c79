import { networkInterfaces } from 'node:os';
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
import type { ConnectivityCheck } from './followNomination';
import { EXTENSION_URI } from './rtpHeader';

/** Largest data channel message that we take, in bytes; browsers default to the same. */
const MOST_MESSAGE_BYTES = 262_144;

/** What differs from peer to peer. */
export interface PeerConfigOptions {
  readonly videoCodec: PeerVideoCodec;
  readonly certificate?: RTCCertificate;
  /** Called on each connectivity check that arrives: a sign of life. */
  readonly checkArrived: (...check: ConnectivityCheck) => void;
}

/** The configuration of a peer connection that answers a browser on a network it can reach. */
export function peerConfig(options: PeerConfigOptions): Partial<PeerConfig> {
  const feedback = { rtcpFeedback: [useNACK(), usePLI(), useREMB()] };
  const video = options.videoCodec === 'H264' ? useH264(feedback) : useVP8(feedback);
  const rtx = new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000 });
  return {
    iceServers: [],
    // The browser does the checks: no STUN server, no waiting, fastest (RFC 8445 2.5).
    iceLite: true,
    iceUseIpv6: true,
    iceAdditionalHostAddresses: loopbackIfAlone(),
    iceFilterStunResponse: (...check) => {
      options.checkArrived(...check);
      return true;
    },
    codecs: { video: [video, rtx], audio: [useOPUS()] },
    headerExtensions: { video: extensions(Object.values(EXTENSION_URI)), audio: [] },
    maxMessageSize: MOST_MESSAGE_BYTES,
    ...(options.certificate ? { certificates: [options.certificate] } : {}),
  };
}

function extensions(uris: readonly string[]): RTCRtpHeaderExtensionParameters[] {
  return uris.map(uri => new RTCRtpHeaderExtensionParameters({ uri }));
}

/** Without any network a browser on this machine still reaches us over loopback. */
function loopbackIfAlone(): string[] {
  const addresses = Object.values(networkInterfaces()).flat();
  return addresses.some(address => address && !address.internal) ? [] : ['127.0.0.1'];
}
