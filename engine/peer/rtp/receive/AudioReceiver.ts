import {
  type RTCDtlsTransport,
  type RTCRtpTransceiver,
  type RtcpPacket,
  RtcpSrPacket,
  type RtpPacket,
} from 'werift';
import { opusSamples } from '../../../media/audio/opusSamples';
import type { AudioUnit } from '../../../model/AudioUnit';
import { type Clock, epochMs, systemClock } from '../../../model/Clock';
import type { Origin, OriginListener, OriginRun } from '../../../model/Origin';
import { RtpTimeline } from './RtpTimeline';
import { SequenceWindow } from './SequenceWindow';

/** Options of an `AudioReceiver`. */
export interface AudioReceiverOptions {
  /** Name for status and log. Default `sound of a peer`. */
  readonly label?: string;
  /** How long a packet that the network has overtaken is waited for, in ms. Default 40. */
  readonly waitMs?: number;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
}

interface AudioPacket {
  readonly payload: Buffer;
  readonly timestamp: number;
  readonly arrivalMs: number;
}

/** Opus over RTP counts at 48 kHz and announces two channels, whatever it holds (RFC 7587 4.1, 7). */
const SAMPLE_RATE = 48_000;
const CHANNELS = 2;

/**
 * The sound that a peer sends on one m-section as Opus packets in their order. A lost packet shows
 * as a gap in the times.
 */
export class AudioReceiver implements Origin<AudioUnit> {
  readonly label: string;
  readonly #transceiver: RTCRtpTransceiver;
  readonly #transport: RTCDtlsTransport;
  readonly #waitMs: number;
  readonly #clock: Clock;

  /** @param transceiver of kind audio, negotiated as recvonly or sendrecv; its remote description is set */
  constructor(
    transceiver: RTCRtpTransceiver,
    transport: RTCDtlsTransport,
    { label = 'sound of a peer', waitMs = 40, clock = systemClock }: AudioReceiverOptions = {},
  ) {
    this.label = label;
    this.#transceiver = transceiver;
    this.#transport = transport;
    this.#waitMs = waitMs;
    this.#clock = clock;
  }

  open(listener: OriginListener<AudioUnit>): OriginRun<AudioUnit> {
    const timeline = new RtpTimeline(SAMPLE_RATE);
    const window = new SequenceWindow<AudioPacket>(
      { packet: packet => give(packet, timeline, listener), lost() {} },
      { waitMs: this.#waitMs, clock: this.#clock },
    );
    const { track } = this.#transceiver.receiver;
    const opus = this.#payloadTypes();
    const subscriptions = [
      track.onReceiveRtp.subscribe(({ header, payload }: RtpPacket) => {
        if (!opus.has(header.payloadType)) return;
        const packet = { payload, timestamp: header.timestamp, arrivalMs: epochMs() };
        window.push(header.sequenceNumber, packet);
      }),
      track.onReceiveRtcp.subscribe((packet: RtcpPacket) => {
        if (!(packet instanceof RtcpSrPacket)) return;
        timeline.report(packet.senderInfo.rtpTimestamp, packet.senderInfo.ntpTimestamp);
      }),
      this.#transport.onStateChange.subscribe(() => this.#endWith(listener)),
    ];
    this.#endWith(listener);
    return {
      close: async () => {
        for (const subscription of subscriptions) subscription.unSubscribe();
        window.close();
      },
    };
  }

  #endWith(listener: OriginListener<AudioUnit>): void {
    const { state } = this.#transport;
    if (state === 'closed' || state === 'failed') listener.ended();
  }

  #payloadTypes(): Set<number> {
    const opus = this.#transceiver.codecs.filter(({ name }) => name.toLowerCase() === 'opus');
    return new Set(opus.map(({ payloadType }) => payloadType));
  }
}

function give(packet: AudioPacket, timeline: RtpTimeline, listener: OriginListener<AudioUnit>) {
  const { payload: data, timestamp, arrivalMs } = packet;
  const samples = opusSamples(data);
  if (samples === undefined) return;
  const timestampMs = timeline.timestampMs(timestamp, arrivalMs);
  const form = { codec: 'Opus', sampleRate: SAMPLE_RATE, channels: CHANNELS } as const;
  listener.unit({ ...form, data, timestampMs, samples });
}
