import {
  MediaStreamTrack,
  type RTCDtlsTransport,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpTransceiver,
  useH264,
  useNACK,
  useOPUS,
  usePLI,
  useREMB,
  useVP8,
} from 'werift';
import { RtpSender } from '../../engine/peer/rtp/send/RtpSender';
import type { SecureSender } from '../../engine/peer/rtp/send/SecureSender';
import { SrtpSender } from '../../engine/peer/stack/SrtpSender';
import { waitFor } from './waitFor';

/** Two peers in this process, connected over real sockets: one sends video and sound, one receives. */
export class SendingPair {
  readonly #sender = peer();
  readonly #receiver = peer();
  /** Which packets the network loses. Asked for each, retransmissions included. */
  loses: (packet: { ssrc: number; sequence: number }) => boolean = () => false;

  /** Connects them. */
  async connect(): Promise<void> {
    const sender = this.#sender;
    const receiver = this.#receiver;
    for (const kind of ['video', 'audio'] as const) {
      sender.addTransceiver(new MediaStreamTrack({ kind }), { direction: 'sendonly' });
    }
    const offer = await sender.createOffer();
    withoutStun(sender);
    await sender.setLocalDescription(offer);
    await receiver.setRemoteDescription({ type: 'offer', sdp: sender.localDescription?.sdp ?? '' });
    for (const transceiver of receiver.getTransceivers()) transceiver.setDirection('recvonly');
    withoutStun(receiver);
    await receiver.setLocalDescription(await receiver.createAnswer());
    await sender.setRemoteDescription({
      type: 'answer',
      sdp: receiver.localDescription?.sdp ?? '',
    });
    await waitFor('connection', 5000, () =>
      [this.sending, this.receiving].every(({ state }) => state === 'connected'),
    );
  }

  /** The transport of the sending end. */
  get sending(): RTCDtlsTransport {
    return transportOf(this.#sender);
  }

  /** The transport of the receiving end. */
  get receiving(): RTCDtlsTransport {
    return transportOf(this.#receiver);
  }

  /** The receiving end's m-section of this kind. */
  received(kind: 'video' | 'audio'): RTCRtpTransceiver {
    return ofKind(this.#receiver, kind);
  }

  /** A stream of the sending end in this codec, over the network that loses packets. */
  stream(codec: 'H264' | 'VP8' | 'OPUS'): RtpSender {
    const transceiver = ofKind(this.#sender, codec === 'OPUS' ? 'audio' : 'video');
    const payloadType = transceiver.codecs.find(
      ({ name }) => name.toUpperCase() === codec,
    )?.payloadType;
    if (payloadType === undefined) throw new Error(`${codec} was not negotiated`);
    const rtx = transceiver.codecs.find(({ parameters }) => parameters === `apt=${payloadType}`);
    const { ssrc, rtxSsrc } = transceiver.sender;
    const clockRate = codec === 'OPUS' ? 48_000 : 90_000;
    return new RtpSender(
      {
        payloadType,
        ssrc,
        clockRate,
        ...(rtx ? { rtx: { payloadType: rtx.payloadType, ssrc: rtxSsrc } } : {}),
      },
      this.network(),
    );
  }

  /** The path from the sending end to the receiving one. */
  network(): SecureSender {
    const secure = new SrtpSender(this.sending);
    return {
      backlogBytes: 0,
      send: (header, payload, rollover) => {
        const packet = { ssrc: header.readUInt32BE(8), sequence: header.readUInt16BE(2) };
        return this.loses(packet) ? 0 : secure.send(header, payload, rollover);
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#sender.close(), this.#receiver.close()]);
  }
}

function peer(): RTCPeerConnection {
  const feedback = { rtcpFeedback: [useNACK(), usePLI(), useREMB()] };
  const rtx = () => new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000 });
  return new RTCPeerConnection({
    iceServers: [],
    bundlePolicy: 'max-bundle',
    codecs: { video: [useH264(feedback), rtx(), useVP8(feedback), rtx()], audio: [useOPUS()] },
  });
}

/** An empty list of servers alone would make the stack ask a public one. */
function withoutStun({ iceTransports }: RTCPeerConnection): void {
  for (const { connection } of iceTransports) {
    Object.assign(connection, { stunServer: undefined });
  }
}

function transportOf({ dtlsTransports }: RTCPeerConnection): RTCDtlsTransport {
  const [transport] = dtlsTransports;
  if (!transport) throw new Error('there is no transport');
  return transport;
}

function ofKind(connection: RTCPeerConnection, kind: string): RTCRtpTransceiver {
  const transceiver = connection.getTransceivers().find(each => each.kind === kind);
  if (!transceiver) throw new Error(`there is no ${kind}`);
  return transceiver;
}
