import {
  MediaStreamTrack,
  type RTCDataChannel,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RtpPacket,
  useH264,
  useNACK,
  useOPUS,
  usePLI,
  useVP8,
} from 'werift';
import { waitFor } from './waitFor';

/** What a `WeriftBrowser` offers. */
export interface WeriftBrowserOptions {
  /** Default H264. */
  codec?: 'H264' | 'VP8';
  /** Video sections that it wants to be sent on. Default 1. */
  videos?: number;
  /** Labels of its data channels. Default: `default`. */
  channels?: readonly string[];
  /** It offers a microphone's sound. Default false. */
  microphone?: boolean;
  /** It wants to be sent sound. Default false. */
  sound?: boolean;
}

/** A browser in this process: a real peer over real sockets, by another implementation of WebRTC. */
export class WeriftBrowser {
  readonly connection: RTCPeerConnection;
  readonly channels = new Map<string, RTCDataChannel>();
  /** All RTP packets that came, retransmissions too. */
  readonly packets: RtpPacket[] = [];

  constructor({
    codec = 'H264',
    videos = 1,
    channels = ['default'],
    microphone = false,
    sound = false,
  }: WeriftBrowserOptions = {}) {
    const feedback = { rtcpFeedback: [useNACK(), usePLI()] };
    this.connection = new RTCPeerConnection({
      iceServers: [],
      bundlePolicy: 'max-bundle',
      codecs: {
        video: [
          codec === 'H264' ? useH264(feedback) : useVP8(feedback),
          new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000 }),
        ],
        audio: microphone || sound ? [useOPUS()] : [],
      },
    });
    for (const label of channels) {
      this.channels.set(label, this.connection.createDataChannel(label));
    }
    if (microphone) {
      const track = new MediaStreamTrack({ kind: 'audio' });
      this.connection.addTransceiver(track, { direction: 'sendonly' });
    }
    if (sound) this.connection.addTransceiver('audio', { direction: 'recvonly' });
    for (let video = 0; video < videos; video += 1) {
      this.connection.addTransceiver(new MediaStreamTrack({ kind: 'video' }), {
        direction: 'recvonly',
      });
    }
  }

  /** Its offer, with all candidates. */
  async offer(): Promise<string> {
    const { connection } = this;
    const offer = await connection.createOffer();
    // An empty list of servers alone would make the stack ask a public one.
    for (const { connection: ice } of connection.iceTransports) {
      Object.assign(ice, { stunServer: undefined });
    }
    await connection.setLocalDescription(offer);
    for (const transport of connection.dtlsTransports) {
      transport.onRtp.subscribe(packet => this.packets.push(packet.clone()));
    }
    return connection.localDescription?.sdp ?? '';
  }

  async accept(answer: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  /**
   * Its side of the handshake is through as well. One that is closed before repeats its last flight
   * for half a minute.
   */
  async connected(): Promise<void> {
    const [transport] = this.connection.dtlsTransports;
    await waitFor('end of the handshake', 20_000, () => transport?.state === 'connected');
  }

  /** The channel of this label, once it is open. */
  async channel(label = 'default'): Promise<RTCDataChannel> {
    const channel = this.channels.get(label);
    if (!channel) throw new Error(`there is no channel ${label}`);
    await waitFor(`open channel ${label}`, 15_000, () => channel.readyState === 'open', {
      everyMs: 5,
    });
    return channel;
  }

  /** Is gone without a word: its sockets close, nothing is sent. */
  async vanish(): Promise<void> {
    await Promise.all(this.connection.iceTransports.map(({ connection }) => connection.close()));
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
