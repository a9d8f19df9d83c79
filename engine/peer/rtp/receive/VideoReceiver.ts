import type { RTCDtlsTransport, RTCRtpTransceiver } from 'werift';
import { type Clock, systemClock } from '../../../model/Clock';
import type { Origin, OriginListener, OriginRun } from '../../../model/Origin';
import { silenceOwnNacks } from '../../stack/silenceOwnNacks';
import type { LimitedStream } from '../rtcp/RembSender';
import { BitrateLimit } from './BitrateLimit';
import { VideoReceiverRun } from './VideoReceiverRun';

/** Options of a `VideoReceiver`. */
export interface VideoReceiverOptions {
  /** Name for status and log. Default `video of a peer`. */
  readonly label?: string;
  /** The most that the peer shall send, in bit/s. Default 3000000. */
  readonly bitrateBps?: number;
  /** How long a missing packet is waited for, in ms. Default 100. */
  readonly waitMs?: number;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
}

/** What a peer may send that nobody watches, in bit/s: its uplink is spared. It is back within 2 s. */
const UNWATCHED_BPS = 50_000;
/** A browser trusts the limit of its first seconds most; they may pass before the flow watches. In ms. */
const START_MS = 5000;

/**
 * The video that a peer sends on one m-section, H264 or VP8, as access units. Packets are looked at
 * only while somebody wants them. Add it to the transport's `RembSender`.
 */
export class VideoReceiver implements Origin, LimitedStream {
  readonly label: string;
  readonly #transceiver: RTCRtpTransceiver;
  readonly #transport: RTCDtlsTransport;
  readonly #options: Required<Omit<VideoReceiverOptions, 'label'>>;
  readonly #startedMs: number;
  #limit: BitrateLimit;
  #run: VideoReceiverRun | undefined;

  /** @param transceiver of kind video, negotiated as recvonly or sendrecv; its remote description is set */
  constructor(
    transceiver: RTCRtpTransceiver,
    transport: RTCDtlsTransport,
    {
      label = 'video of a peer',
      bitrateBps = 3_000_000,
      waitMs = 100,
      clock = systemClock,
    }: VideoReceiverOptions = {},
  ) {
    this.label = label;
    this.#transceiver = transceiver;
    this.#transport = transport;
    this.#options = { bitrateBps, waitMs, clock };
    this.#startedMs = clock.now();
    this.#limit = new BitrateLimit({ targetBps: bitrateBps });
    silenceOwnNacks(transceiver.receiver);
  }

  get ssrc(): number | undefined {
    return this.#transceiver.receiver.track.ssrc;
  }

  nextBitrateBps(): number {
    const { bitrateBps, clock } = this.#options;
    if (this.#run) return this.#limit.next(this.#run.counts);
    const isStarting = clock.now() - this.#startedMs < START_MS;
    return isStarting ? bitrateBps : Math.min(UNWATCHED_BPS, bitrateBps);
  }

  /** One run at a time, as a `Track` does it. */
  open(listener: OriginListener): OriginRun {
    const { bitrateBps, waitMs, clock } = this.#options;
    const run = new VideoReceiverRun(this.#transceiver, this.#transport, listener, {
      waitMs,
      clock,
      closed: () => {
        if (this.#run === run) this.#run = undefined;
      },
    });
    this.#limit = new BitrateLimit({ targetBps: bitrateBps });
    this.#run = run;
    run.start();
    return run;
  }
}
