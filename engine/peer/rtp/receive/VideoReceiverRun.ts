import {
  type RTCDtlsTransport,
  type RTCRtpReceiver,
  type RTCRtpTransceiver,
  type RtcpPacket,
  RtcpSrPacket,
  type RtpPacket,
} from 'werift';
import { KeyframeGate } from '../../../media/codec/KeyframeGate';
import { withColour } from '../../../media/h264/spsColour';
import type { PeerVideoCodec } from '../../../model/AccessUnit';
import { type Clock, epochMs } from '../../../model/Clock';
import { VIDEO_COLOUR } from '../../../model/Colour';
import type { OriginListener, OriginRun } from '../../../model/Origin';
import { askForKeyframe, askForPackets } from '../rtcp/receiverFeedback';
import { H264Depacketizer } from './H264Depacketizer';
import { PictureAssembler, type PicturePacket, type ReceivedPicture } from './PictureAssembler';
import { RtpTimeline } from './RtpTimeline';
import { type SequenceCounts, SequenceWindow } from './SequenceWindow';
import { Vp8Depacketizer } from './Vp8Depacketizer';

/** Options of a `VideoReceiverRun`. */
export interface VideoReceiverRunOptions {
  /** See `VideoReceiverOptions.waitMs`. */
  readonly waitMs: number;
  readonly clock: Clock;
  /** The run was closed. */
  readonly closed: () => void;
}

interface VideoPacket extends PicturePacket {
  readonly payloadType: number;
}

const CLOCK_RATE = 90_000;

/** One run of a `VideoReceiver`: from RTP packets as they arrive to access units. */
export class VideoReceiverRun implements OriginRun {
  readonly #codecs: ReadonlyMap<number, PeerVideoCodec>;
  readonly #receiver: RTCRtpReceiver;
  readonly #transport: RTCDtlsTransport;
  readonly #listener: OriginListener;
  readonly #onClosed: () => void;
  readonly #window: SequenceWindow<VideoPacket>;
  readonly #keyframes: KeyframeGate;
  readonly #timeline = new RtpTimeline(CLOCK_RATE);
  readonly #subscriptions: { unSubscribe(): void }[] = [];
  #codec: PeerVideoCodec | undefined;
  #assembler: PictureAssembler | undefined;
  #closed = false;

  constructor(
    transceiver: RTCRtpTransceiver,
    transport: RTCDtlsTransport,
    listener: OriginListener,
    { waitMs, clock, closed }: VideoReceiverRunOptions,
  ) {
    const { receiver } = transceiver;
    this.#codecs = videoCodecs(transceiver);
    this.#receiver = receiver;
    this.#transport = transport;
    this.#listener = listener;
    this.#onClosed = closed;
    this.#keyframes = new KeyframeGate(() => askForKeyframe(transport, receiver), { clock });
    this.#window = new SequenceWindow(
      {
        packet: packet => this.#assemble(packet),
        lost: () => this.#assembler?.lost(),
        missing: sequences => askForPackets(transport, receiver, sequences),
      },
      { waitMs, clock },
    );
  }

  get counts(): SequenceCounts {
    return this.#window.counts;
  }

  /** Begins to listen. */
  start(): void {
    const { track } = this.#receiver;
    this.#subscriptions.push(
      track.onReceiveRtp.subscribe(packet => this.#receive(packet)),
      track.onReceiveRtcp.subscribe(packet => this.#report(packet)),
      this.#transport.onStateChange.subscribe(() => this.#followTransport()),
    );
    this.#followTransport();
  }

  requestKeyframe(): boolean {
    // When the peer is connected it is asked anyway.
    if (!this.#closed && this.#transport.state === 'connected') this.#keyframes.request();
    return true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const subscription of this.#subscriptions) subscription.unSubscribe();
    this.#window.close();
    this.#keyframes.close();
    this.#onClosed();
  }

  #followTransport(): void {
    const { state } = this.#transport;
    if (state === 'connected') this.requestKeyframe();
    if (state === 'closed' || state === 'failed') this.#listener.ended();
  }

  #report(packet: RtcpPacket): void {
    if (!(packet instanceof RtcpSrPacket)) return;
    const { rtpTimestamp, ntpTimestamp } = packet.senderInfo;
    this.#timeline.report(rtpTimestamp, ntpTimestamp);
  }

  #receive({ header, payload }: RtpPacket): void {
    const { payloadType, timestamp, marker, sequenceNumber } = header;
    const packet = { payload, payloadType, timestamp, marker, arrivalMs: epochMs() };
    this.#window.push(sequenceNumber, packet);
  }

  #assemble(packet: VideoPacket): void {
    const codec = this.#codecs.get(packet.payloadType);
    if (this.#closed || !codec) return;
    if (codec !== this.#codec) this.#begin(codec);
    this.#assembler?.push(packet);
  }

  /** Peers may choose among the negotiated codecs, and change their mind (RFC 3264 5.1). */
  #begin(codec: PeerVideoCodec): void {
    this.#codec = codec;
    const depacketizer = codec === 'H264' ? new H264Depacketizer() : new Vp8Depacketizer();
    this.#assembler = new PictureAssembler(depacketizer, {
      picture: (picture, first) => this.#give(codec, picture, first),
      keyframeNeeded: () => this.#keyframes.request(),
    });
  }

  #give(codec: PeerVideoCodec, picture: ReceivedPicture, first: PicturePacket): void {
    if (this.#closed) return;
    if (picture.key) this.#keyframes.keyframeSent();
    const timestampMs = this.#timeline.timestampMs(first.timestamp, first.arrivalMs);
    this.#listener.unit({ codec, ...picture, data: coloured(codec, picture), timestampMs });
  }
}

/** Browsers code by BT.601 whatever the size, and H.264 of theirs does not say so. */
function coloured(codec: PeerVideoCodec, { data, key }: ReceivedPicture): Buffer {
  return codec === 'H264' && key ? withColour(data, told => ({ ...VIDEO_COLOUR, ...told })) : data;
}

/** The codecs of a transceiver that we read, by their payload types. */
function videoCodecs(transceiver: RTCRtpTransceiver): Map<number, PeerVideoCodec> {
  const codecs = new Map<number, PeerVideoCodec>();
  for (const { name, payloadType } of transceiver.codecs) {
    const codec = name.toUpperCase();
    if (codec === 'H264' || codec === 'VP8') codecs.set(payloadType, codec);
  }
  return codecs;
}
