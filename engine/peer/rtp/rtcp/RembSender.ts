import type { RTCDtlsTransport } from 'werift';
import { type Clock, systemClock } from '../../../model/Clock';
import { remb } from './remb';

/** A stream that we receive and whose bitrate we limit. */
export interface LimitedStream {
  /** The peer's; undefined if it announced none. */
  readonly ssrc: number | undefined;
  /** What it may send from now on, in bit/s. Asked once per interval. */
  nextBitrateBps(): number;
}

/** Time between two messages, in ms. */
const INTERVAL_MS = 1000;

/**
 * Tells one peer once a second how much it may send. A browser takes the newest message for all that
 * it sends over the transport, so the streams are summed up into one. Without such messages it starts
 * at 300 kbit/s and takes half a minute to a good picture.
 */
export class RembSender {
  readonly #clock: Clock;
  readonly #streams: LimitedStream[] = [];
  #cancel: (() => void) | undefined;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Counts this stream in. */
  add(stream: LimitedStream): void {
    this.#streams.push(stream);
  }

  /** Begins, over this connected transport: browsers believe the first two seconds most. @param senderSsrc ours */
  start(transport: RTCDtlsTransport, senderSsrc: number): void {
    if (this.#streams.length === 0) return;
    const bitrateBps = this.#streams.reduce((sum, stream) => sum + stream.nextBitrateBps(), 0);
    const ssrcs = this.#streams.flatMap(({ ssrc }) => ssrc ?? []);
    // A transport that has just been closed rejects: nobody is there any more to be told.
    transport.sendRtcp([remb({ senderSsrc, bitrateBps, ssrcs })]).catch(() => {});
    this.#cancel = this.#clock.after(INTERVAL_MS, () => this.start(transport, senderSsrc));
  }

  /** Idempotent. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
