import type { RTCDtlsTransport, RTCPeerConnection, RTCRtpTransceiver } from 'werift';
import type { PeerVideoCodec } from '../../model/AccessUnit';
import { EXTENSION_URI } from '../rtp/rtpHeader';
import type { RtpSenderOptions } from '../rtp/send/RtpSender';
import type { ExtensionIds } from '../rtp/send/VideoSender';

/** Baseline is what we encode; passed-through streams of other profiles play under it as well. */
const PROFILES = ['42e01f', '42001f', '42'];
const VIDEO_CLOCK_RATE = 90_000;

/** How a video m-section was negotiated; undefined if its codec was not. */
export function videoSenderOptions(
  transceiver: RTCRtpTransceiver,
  codec: PeerVideoCodec,
): RtpSenderOptions | undefined {
  const payloadType = bestPayloadType(transceiver, codec);
  if (payloadType === undefined) return undefined;
  const { ssrc, rtxSsrc } = transceiver.sender;
  const rtx = transceiver.codecs.find(
    ({ name, parameters }) =>
      name.toLowerCase() === 'rtx' && parameters?.split(';').includes(`apt=${payloadType}`),
  );
  return {
    payloadType,
    ssrc,
    clockRate: VIDEO_CLOCK_RATE,
    ...(rtx ? { rtx: { payloadType: rtx.payloadType, ssrc: rtxSsrc } } : {}),
  };
}

/** Several payload types stand for H264: the one whose form and profile are ours. */
function bestPayloadType(
  transceiver: RTCRtpTransceiver,
  codec: PeerVideoCodec,
): number | undefined {
  const named = transceiver.codecs.filter(({ name }) => name.toUpperCase() === codec);
  if (codec !== 'H264') return named[0]?.payloadType;
  // FU-A and STAP-A need packetization-mode 1 (RFC 6184 6.3); without it units are cut otherwise.
  const fragmentable = named.filter(({ parameters = '' }) =>
    /packetization-mode=1/.test(parameters),
  );
  const ofProfile = (profile: string) =>
    fragmentable.find(({ parameters = '' }) =>
      parameters.toLowerCase().includes(`profile-level-id=${profile}`),
    );
  const best = PROFILES.map(ofProfile).find(found => found !== undefined) ?? fragmentable[0];
  return (best ?? named[0])?.payloadType;
}

/** The transports that carry something. An unused section may have one that nobody ever connects. */
export function usedTransports(connection: RTCPeerConnection): RTCDtlsTransport[] {
  const data = connection.sctpTransport?.dtlsTransport;
  const used = connection
    .getTransceivers()
    .filter(({ currentDirection }) => currentDirection !== 'inactive')
    .map(({ dtlsTransport }) => dtlsTransport);
  const all = [...new Set(data ? [...used, data] : used)];
  return all.length > 0 ? all : connection.dtlsTransports;
}

/** Lets sections share the transport of the first of them, after the remote description was set. */
export function shareTransports(
  connection: RTCPeerConnection,
  groups: readonly (readonly string[])[],
): void {
  const { sctpTransport } = connection;
  const transceiver = (mid: string) => connection.getTransceivers().find(each => each.mid === mid);
  for (const [first = '', ...others] of groups) {
    const shared =
      sctpTransport?.mid === first
        ? sctpTransport.dtlsTransport
        : transceiver(first)?.dtlsTransport;
    if (!shared) continue;
    for (const mid of others) {
      transceiver(mid)?.setDtlsTransport(shared);
      if (sctpTransport?.mid === mid) sctpTransport.setDtlsTransport(shared);
    }
  }
}

/** Ids of the header extensions that the browser offered and we write. */
export function extensionIds(transceiver: RTCRtpTransceiver): ExtensionIds {
  const idOf = (wanted: string) =>
    transceiver.headerExtensions.find(({ uri, id }) => uri === wanted && id >= 1 && id <= 14)?.id;
  const delay = idOf(EXTENSION_URI.playoutDelay);
  const capture = idOf(EXTENSION_URI.absCaptureTime);
  return {
    ...(delay ? { playoutDelay: delay } : {}),
    ...(capture ? { absCaptureTime: capture } : {}),
  };
}

/** How an audio m-section was negotiated; undefined without Opus. */
export function audioSenderOptions(transceiver: RTCRtpTransceiver): RtpSenderOptions | undefined {
  const opus = transceiver.codecs.find(({ name }) => name.toLowerCase() === 'opus');
  if (!opus) return undefined;
  const { ssrc } = transceiver.sender;
  return {
    payloadType: opus.payloadType,
    ssrc,
    clockRate: opus.clockRate,
    marksUnits: false,
  };
}

/** The m-sections of a kind in the order of the offer. */
export function transceiversOf(
  connection: RTCPeerConnection,
  wanted: 'video' | 'audio',
): RTCRtpTransceiver[] {
  return connection
    .getTransceivers()
    .filter(({ kind }) => kind === wanted)
    .sort((a, b) => (a.mLineIndex ?? 0) - (b.mLineIndex ?? 0));
}
