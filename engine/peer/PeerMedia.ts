import {
  MediaStream,
  type RTCDtlsTransport,
  type RTCPeerConnection,
  type RTCRtpTransceiver,
  type RtcpPacket,
} from 'werift';
import type { AccessUnit, PeerVideoCodec } from '../model/AccessUnit';
import type { AudioUnit } from '../model/AudioUnit';
import type { Clock } from '../model/Clock';
import type { Origin } from '../model/Origin';
import type { Subscribable } from '../model/Track';
import { AudioReceiver } from './rtp/receive/AudioReceiver';
import { VideoReceiver } from './rtp/receive/VideoReceiver';
import { readFeedback } from './rtp/rtcp/feedback';
import { RembSender } from './rtp/rtcp/RembSender';
import { readReports } from './rtp/rtcp/receiverReports';
import { SenderReports } from './rtp/rtcp/SenderReports';
import { AudioSender } from './rtp/send/AudioSender';
import { RtpSender } from './rtp/send/RtpSender';
import type { SecureSender } from './rtp/send/SecureSender';
import { type LatencyMode, type SentPicture, VideoSender } from './rtp/send/VideoSender';
import { audioSenderOptions, extensionIds, videoSenderOptions } from './sdp/negotiate';
import type { OfferedMedia } from './sdp/sections';
import { SrtpSender } from './stack/SrtpSender';
import type { VideoForm } from './VideoForm';

/** What a peer is sent: tracks in the order of the m-sections of their kind. */
export interface MediaTracks {
  readonly video: readonly Subscribable[];
  /** Opus. */
  readonly audio: readonly Subscribable<AudioUnit>[];
}

/** Something that a peer sends. */
export type RemoteMedia =
  | { readonly kind: 'video'; readonly mid: string; readonly origin: Origin }
  | { readonly kind: 'audio'; readonly mid: string; readonly origin: Origin<AudioUnit> };

/** Options of a `PeerMedia`. */
export interface PeerMediaOptions {
  readonly videoForm: VideoForm;
  readonly latency: LatencyMode;
  /** Makes RTP payloads, once for all peers that get the same unit in the same form. */
  readonly packetize: (unit: AccessUnit, form: VideoForm) => readonly Buffer[];
  /** The kinds that are wanted of the peer; the others are not negotiated, so that nothing is sent for nobody. */
  readonly wanted: readonly RemoteMedia['kind'][];
  readonly clock: Clock;
}

/** Of which kinds a peer is sent something, rather than just held ready to be. */
export type SentKinds = Readonly<Record<RemoteMedia['kind'], boolean>>;

/** How the media that a peer is sent do. */
export interface SentMedia {
  /** With the headers of its packets, about. */
  readonly bytes: number;
  /** Pictures, absent without video. */
  readonly pictures?: number;
  readonly codec?: PeerVideoCodec;
  /** Of the newest report of the peer, see `StreamReport`. */
  readonly loss?: number;
  readonly roundTripMs?: number;
}

/** RTP header, extensions and authentication tag, in bytes. */
const PACKET_OVERHEAD_BYTES = 32;

interface Line<Sender> {
  readonly transceiver: RTCRtpTransceiver;
  readonly sender: Sender;
}

/** The pictures and the sound of one peer, both ways: which m-sections carry what, and who sends and receives on them. */
export class PeerMedia {
  readonly #connection: RTCPeerConnection;
  readonly #options: PeerMediaOptions;
  readonly #reports: SenderReports;
  readonly #limits: RembSender;
  readonly #video: Line<VideoSender>[] = [];
  readonly #audio: Line<AudioSender>[] = [];
  /** What the peer sends. */
  readonly #incoming: RTCRtpTransceiver[] = [];
  /** What it is going to tell of before it sends it. */
  #idle: RTCRtpTransceiver[] = [];
  readonly #secure = new Map<RTCDtlsTransport, SecureSender>();
  #reported: Pick<SentMedia, 'loss' | 'roundTripMs'> = {};
  /** Tracks of each kind that it is sent. */
  #tracks: Readonly<Record<RemoteMedia['kind'], number>> = { video: 0, audio: 0 };

  constructor(connection: RTCPeerConnection, options: PeerMediaOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#reports = new SenderReports(options.clock);
    this.#limits = new RembSender(options.clock);
  }

  /** How many m-sections of each kind it can be sent something on. */
  get lines(): Readonly<Record<RemoteMedia['kind'], number>> {
    return { video: this.#video.length, audio: this.#audio.length };
  }

  /** Of which kinds it is sent something. */
  get sending(): SentKinds {
    const { video, audio } = this.#tracks;
    return { video: video > 0, audio: audio > 0 };
  }

  /** The mids of the m-sections that nothing is sent on yet. */
  get idleMids(): ReadonlySet<string> {
    const { video, audio } = this.#tracks;
    const idle = [...this.#video.slice(video), ...this.#audio.slice(audio)];
    return new Set(idle.map(({ transceiver }) => transceiver.mid ?? ''));
  }

  /** The newest picture that was sent on the first video m-section. */
  get lastSent(): SentPicture | undefined {
    return this.#video[0]?.sender.lastSent;
  }

  /** What the peer was sent so far, and how it arrived. */
  get sent(): SentMedia {
    const lines = [...this.#video, ...this.#audio];
    const bytes = lines.map(({ sender: { sender } }) => {
      const { packets, octets } = sender?.counts ?? { packets: 0, octets: 0 };
      return octets + packets * PACKET_OVERHEAD_BYTES;
    });
    const [first] = this.#video;
    return {
      bytes: bytes.reduce((sum, each) => sum + each, 0),
      ...(first?.sender.sender && (this.#tracks.video > 0 || first.sender.sent > 0)
        ? { pictures: first.sender.sent, codec: this.#options.videoForm.codec }
        : {}),
      ...this.#reported,
    };
  }

  /**
   * Chooses the direction of each m-section, after the remote description was set. Tracks start at
   * once. Where the peer receives and there is no track yet, one that comes later needs no other
   * connection: its m-section is agreed upon as well.
   */
  prepare(
    remote: { readonly media: readonly OfferedMedia[] },
    tracks: MediaTracks,
    name: string,
  ): void {
    const stream = new MediaStream({ id: name });
    // Apart, so that the browser does not hold pictures back for the sound; together for lip sync.
    const isApart = this.#options.latency === 'lowest';
    const sound = isApart ? new MediaStream({ id: `${name}-sound` }) : stream;
    for (const transceiver of this.#connection.getTransceivers()) {
      const offered = remote.media.find(({ mid }) => mid === transceiver.mid);
      const isSent =
        transceiver.kind === 'video'
          ? this.#sendVideo(transceiver, offered, tracks, stream, name)
          : this.#sendAudio(transceiver, offered, tracks, sound);
      const isReceived = offered?.sends && this.#options.wanted.includes(offered.kind);
      if (isReceived) (offered.isIdle ? this.#idle : this.#incoming).push(transceiver);
      transceiver.setDirection(directionOf(isSent, isReceived ?? false));
    }
    this.#note(tracks);
  }

  /** The peer is connected: sends what was prepared. Returns what the peer sends. */
  start(): RemoteMedia[] {
    const { cname } = this.#connection;
    for (const { transceiver, sender } of this.#video) {
      const options = videoSenderOptions(transceiver, this.#options.videoForm.codec);
      if (!options) {
        sender.close();
        continue;
      }
      const { dtlsTransport } = transceiver;
      const rtp = new RtpSender(options, this.#secureOver(dtlsTransport), this.#options.clock);
      sender.connect(rtp, extensionIds(transceiver));
      this.#reports.add(rtp, dtlsTransport);
    }
    for (const { transceiver, sender } of this.#audio) {
      const options = audioSenderOptions(transceiver);
      if (!options) continue;
      const { dtlsTransport } = transceiver;
      const rtp = new RtpSender(options, this.#secureOver(dtlsTransport), this.#options.clock);
      sender.connect(rtp);
      this.#reports.add(rtp, dtlsTransport);
    }
    this.#reports.start(cname);
    return this.#receive(this.#incoming);
  }

  /** The peer, which is connected, sends these kinds from now on. Returns what of it is new. */
  begin(kinds: SentKinds): RemoteMedia[] {
    const begun = this.#idle.filter(
      ({ kind }) => (kind === 'video' && kinds.video) || (kind === 'audio' && kinds.audio),
    );
    this.#idle = this.#idle.filter(transceiver => !begun.includes(transceiver));
    return this.#receive(begun);
  }

  /** Sends other tracks from now on, as many as there are m-sections for. */
  follow(tracks: MediaTracks): void {
    const { video, audio } = tracks;
    this.#video.forEach(({ sender }, index) => {
      sender.follow(video[index]);
      if (!video[index] && sender.sender) this.#reports.stopped(sender.sender);
    });
    this.#audio.forEach(({ sender }, index) => {
      sender.follow(audio[index]);
      if (!audio[index] && sender.sender) this.#reports.stopped(sender.sender);
    });
    this.#note(tracks);
  }

  /** Acts on what an RTCP packet of the peer asks for. */
  feedback(packet: RtcpPacket): void {
    for (const { ssrc, loss, roundTripMs } of readReports(packet)) {
      const stream = (lineOf(this.#video, ssrc) ?? lineOf(this.#audio, ssrc))?.sender.sender;
      if (!stream) continue;
      this.#reported = { loss, ...(roundTripMs === undefined ? {} : { roundTripMs }) };
      if (roundTripMs !== undefined) stream.roundTripMs = roundTripMs;
    }
    readFeedback(packet, {
      keyframe: ssrc => lineOf(this.#video, ssrc)?.sender.requestKeyframe(),
      lost: (ssrc, sequences) => {
        const line = lineOf(this.#video, ssrc) ?? lineOf(this.#audio, ssrc);
        line?.sender.sender?.retransmit(sequences);
      },
    });
  }

  /** Idempotent. */
  close(): void {
    this.#reports.close();
    this.#limits.close();
    for (const { sender } of [...this.#video, ...this.#audio]) sender.close();
  }

  #sendVideo(
    transceiver: RTCRtpTransceiver,
    offered: OfferedMedia | undefined,
    { video }: MediaTracks,
    stream: MediaStream,
    name: string,
  ): boolean {
    const track = video[this.#video.length];
    const { latency, packetize, videoForm, clock } = this.#options;
    const isWanted = offered?.receives && offered.codecs.includes(videoForm.codec);
    if (!isWanted) return false;
    // The page's callback gets the stream that is named here (RFC 8830). Browsers play the sound of a
    // stream that has pictures only when the first of them is there, which may never be.
    const own = track ? stream : new MediaStream({ id: `${name}-picture-${this.#video.length}` });
    transceiver.sender.setStreams([own]);
    const sender = new VideoSender({
      latency,
      packetize: unit => packetize(unit, videoForm),
      roundTripMs: () => this.#reported.roundTripMs,
      clock,
    });
    this.#video.push({ transceiver, sender });
    sender.follow(track);
    return true;
  }

  #sendAudio(
    transceiver: RTCRtpTransceiver,
    offered: OfferedMedia | undefined,
    { audio }: MediaTracks,
    stream: MediaStream,
  ): boolean {
    const track = audio[this.#audio.length];
    if (!offered?.receives) return false;
    transceiver.sender.setStreams([stream]);
    const sender = new AudioSender();
    this.#audio.push({ transceiver, sender });
    sender.follow(track);
    return true;
  }

  #note({ video, audio }: MediaTracks): void {
    this.#tracks = {
      video: Math.min(video.length, this.#video.length),
      audio: Math.min(audio.length, this.#audio.length),
    };
  }

  /** What is sent over a transport shares its keys and socket. */
  #secureOver(transport: RTCDtlsTransport): SecureSender {
    const known = this.#secure.get(transport);
    if (known) return known;
    const secure = new SrtpSender(transport);
    this.#secure.set(transport, secure);
    return secure;
  }

  #receive(transceivers: readonly RTCRtpTransceiver[]): RemoteMedia[] {
    const { clock } = this.#options;
    const media = transceivers.map((transceiver): RemoteMedia => {
      const mid = transceiver.mid ?? '';
      const { dtlsTransport: transport } = transceiver;
      if (transceiver.kind === 'audio') {
        return { kind: 'audio', mid, origin: new AudioReceiver(transceiver, transport, { clock }) };
      }
      const origin = new VideoReceiver(transceiver, transport, { clock });
      this.#limits.add(origin);
      return { kind: 'video', mid, origin };
    });
    const [first] = transceivers.filter(({ kind }) => kind === 'video');
    if (first) this.#limits.start(first.dtlsTransport, first.receiver.rtcpSsrc);
    return media;
  }
}

function lineOf<Sender extends { readonly sender: RtpSender | undefined }>(
  lines: readonly Line<Sender>[],
  ssrc: number,
): Line<Sender> | undefined {
  return lines.find(({ sender }) => sender.sender?.ssrc === ssrc);
}

function directionOf(
  isSent: boolean,
  isReceived: boolean,
): 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive' {
  if (isSent) return isReceived ? 'sendrecv' : 'sendonly';
  return isReceived ? 'recvonly' : 'inactive';
}
