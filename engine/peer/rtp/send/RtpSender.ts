import { randomInt } from 'node:crypto';
import { type Clock, systemClock } from '../../../model/Clock';
import { extensionBlock, type RtpExtension, rtpHeader } from '../rtpHeader';
import { RepairBudget } from './RepairBudget';
import type { SecureSender } from './SecureSender';

/** How one m-section was negotiated for sending. */
export interface RtpSenderOptions {
  readonly payloadType: number;
  readonly ssrc: number;
  /** In Hz: 90000 for video. */
  readonly clockRate: number;
  /** The last packet of each unit carries the marker bit (video). Default true. */
  readonly marksUnits?: boolean;
  /** Retransmission stream (RFC 4588); absent where the browser did not offer it. */
  readonly rtx?: { readonly payloadType: number; readonly ssrc: number };
}

/** What was sent so far, as a sender report says it (RFC 3550 6.4.1). */
export interface SentCounts {
  readonly packets: number;
  readonly octets: number;
  readonly retransmitted: number;
}

/** A packet kept for retransmission. */
interface SentPacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly extensions: Buffer;
  readonly payload: Buffer;
}

/** Packets kept for retransmission: about two seconds at 2 Mbit/s. A power of two. */
const KEPT_PACKETS = 512;
const SEQUENCE_BITS = 16;
const NO_EXTENSIONS = Buffer.alloc(0);

/**
 * One outgoing RTP stream to one peer: owns its sequence numbers, timestamps and retransmission
 * cache, so that the encoder behind it may be replaced without the peer noticing.
 */
export class RtpSender {
  readonly #options: RtpSenderOptions;
  readonly #secure: SecureSender;
  readonly #repairs: RepairBudget;
  readonly #kept: (SentPacket | undefined)[] = new Array(KEPT_PACKETS);
  readonly #timestampOffset = randomInt(2 ** 32);
  // 48-bit packet indices (RFC 3711 3.3.1): the low 16 bits are the sequence number, the rest counts
  // the wraps. The first sequence number is below 2^15 so that an early loss cannot look like a wrap.
  #index = randomInt(2 ** 15);
  #rtxIndex = randomInt(2 ** 15);
  #lastMediaTime = Number.NEGATIVE_INFINITY;
  /** How much later than its media time says the last unit was captured, in ms. */
  #lagMs = 0;
  #packets = 0;
  #octets = 0;
  #retransmitted = 0;

  constructor(options: RtpSenderOptions, secure: SecureSender, clock: Clock = systemClock) {
    this.#options = options;
    this.#secure = secure;
    this.#repairs = new RepairBudget(clock);
  }

  get ssrc(): number {
    return this.#options.ssrc;
  }

  get counts(): SentCounts {
    return { packets: this.#packets, octets: this.#octets, retransmitted: this.#retransmitted };
  }

  get backlogBytes(): number {
    return this.#secure.backlogBytes;
  }

  /** The RTP timestamp of a capture time. @param timestampMs ms since the epoch */
  rtpTimestamp(timestampMs: number): number {
    const mediaMs = timestampMs - this.#lagMs;
    return this.#wrapped(Math.round((mediaMs * this.#options.clockRate) / 1000));
  }

  /**
   * Sends the payloads of one access unit.
   * @param timestampMs its time on the clock that counts the media
   * @param extensions go with the first packet
   * @param lagMs how much later than that it was captured, where that clock is not ours. Default 0
   * @returns the RTP timestamp that was used
   */
  send(
    payloads: readonly Buffer[],
    timestampMs: number,
    extensions: readonly RtpExtension[],
    lagMs = 0,
  ): number {
    this.#lagMs = lagMs;
    const timestamp = this.#nextTimestamp(timestampMs);
    const first = extensionBlock(extensions);
    const last = payloads.length - 1;
    payloads.forEach((payload, position) => {
      const packet: SentPacket = {
        sequence: this.#index % 2 ** SEQUENCE_BITS,
        timestamp,
        marker: position === last && (this.#options.marksUnits ?? true),
        extensions: position === 0 ? first : NO_EXTENSIONS,
        payload,
      };
      this.#kept[this.#index % KEPT_PACKETS] = packet;
      this.#repairs.sent(this.#index % KEPT_PACKETS, payload.length);
      this.#secure.send(
        this.#header(packet),
        payload,
        Math.floor(this.#index / 2 ** SEQUENCE_BITS),
      );
      this.#index += 1;
      this.#packets += 1;
      this.#octets += payload.length;
    });
    return timestamp;
  }

  /** What the peer's reports say, in ms. */
  set roundTripMs(ms: number) {
    this.#repairs.roundTripMs = ms;
  }

  /** Sends lost packets again, those that are still kept, within a `RepairBudget`. @param sequences as in a NACK (RFC 4585 6.2.1) */
  retransmit(sequences: readonly number[]): void {
    for (const sequence of sequences) {
      const packet = this.#kept[sequence % KEPT_PACKETS];
      if (packet?.sequence !== sequence) continue;
      if (!this.#repairs.take(sequence % KEPT_PACKETS, packet.payload.length)) continue;
      this.#retransmitted += 1;
      if (this.#options.rtx) this.#sendRtx(packet, this.#options.rtx);
      else this.#secure.send(this.#header(packet), packet.payload, this.#rolloverOf(sequence));
    }
  }

  // RTX payload (RFC 4588 4): original sequence number, then the original payload.
  #sendRtx(packet: SentPacket, rtx: { payloadType: number; ssrc: number }): void {
    const payload = Buffer.allocUnsafe(2 + packet.payload.length);
    payload.writeUInt16BE(packet.sequence, 0);
    packet.payload.copy(payload, 2);
    const { timestamp, marker, extensions } = packet;
    const header = rtpHeader({
      timestamp,
      marker,
      extensions,
      payloadType: rtx.payloadType,
      ssrc: rtx.ssrc,
      sequenceNumber: this.#rtxIndex % 2 ** SEQUENCE_BITS,
    });
    this.#secure.send(header, payload, Math.floor(this.#rtxIndex / 2 ** SEQUENCE_BITS));
    this.#rtxIndex += 1;
  }

  // Field by field: a spread took a tenth of the time that a packet takes in all.
  #header({ sequence: sequenceNumber, timestamp, marker, extensions }: SentPacket): Buffer {
    const { payloadType, ssrc } = this.#options;
    return rtpHeader({ payloadType, ssrc, sequenceNumber, timestamp, marker, extensions });
  }

  /** Kept packets are among the last 512, so the wrap count follows from the newest index. */
  #rolloverOf(sequence: number): number {
    const rollover = Math.floor((this.#index - 1) / 2 ** SEQUENCE_BITS);
    const newest = (this.#index - 1) % 2 ** SEQUENCE_BITS;
    return sequence > newest ? rollover - 1 : rollover;
  }

  /**
   * Timestamps come from the capture time and always rise: after a keyframe on demand the encoder
   * repeats a picture that was already sent, and a late viewer is sent old units in a burst.
   */
  #nextTimestamp(timestampMs: number): number {
    const mediaTime = Math.round((timestampMs * this.#options.clockRate) / 1000);
    const smallestStep = this.#options.clockRate / 2000;
    this.#lastMediaTime = Math.max(mediaTime, this.#lastMediaTime + smallestStep);
    return this.#wrapped(this.#lastMediaTime);
  }

  #wrapped(mediaTime: number): number {
    return (mediaTime + this.#timestampOffset) % 2 ** 32;
  }
}
