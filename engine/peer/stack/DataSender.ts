import type { RTCDataChannel, RTCSctpTransport } from 'werift';
import { epochMs } from '../../model/Clock';
import type { ChannelData } from '../data/ChannelData';

/** Hands messages to the stack. */
export interface ChannelSender {
  /** As much waits in the stack as keeps the path busy: more only makes what comes later late. */
  readonly isBusy: boolean;
  /** The peer has not acknowledged for so long that not even a note should be sent. */
  readonly isStuck: boolean;
  /** Sends at once. For an open channel. */
  send(channel: RTCDataChannel, data: ChannelData): void;
}

/** Payload protocol identifiers (RFC 8831 8); an empty message travels as one byte of 0 (6.6). */
const TEXT = 51;
const BINARY = 53;
const EMPTY_TEXT = 56;
const EMPTY_BINARY = 57;
const EMPTY_BODY = Buffer.from([0]);
/** Chunks of 1200 bytes that may wait in the stack. It looks at each of them at each acknowledgement. */
const MOST_CHUNKS = 24;
/**
 * Chunks that may be under way. The stack's congestion window counts bytes of payload only, and
 * would send a thousand small packets in one burst, more than the socket of the other end holds.
 */
const MOST_IN_FLIGHT = 128;
/** One message of the largest size beside what is usual. */
const STUCK_CHUNKS = 500;

/** What waits in the stack's association, and what is not acknowledged (private; pinned, `~0.24.4`). */
interface Queues {
  readonly outboundQueue: readonly unknown[];
  readonly sentQueue: readonly unknown[];
}

/**
 * What one peer is sent over all its data channels. It goes to the stack's association itself and in
 * small helpings: the stack's own way takes no empty messages (they block a channel for ever), and
 * its cost grows with the square of what waits.
 */
export class DataSender implements ChannelSender {
  readonly #transport: RTCSctpTransport;
  readonly #unsubscribe: () => void;
  #sentBytes = 0;

  /** @param drained called whenever the stack can take more */
  constructor(transport: RTCSctpTransport, drained: () => void) {
    this.#transport = transport;
    const subscription = transport.sctp.flush.subscribe(() => {
      if (!this.isBusy) drained();
    });
    this.#unsubscribe = subscription.unSubscribe;
  }

  get isBusy(): boolean {
    const { outboundQueue, sentQueue } = this.#transport.sctp as unknown as Queues;
    return outboundQueue.length >= MOST_CHUNKS || sentQueue.length >= MOST_IN_FLIGHT;
  }

  get isStuck(): boolean {
    return this.#transport.sctp.outboundQueue.length >= STUCK_CHUNKS;
  }

  /** Bytes of messages that were handed over so far. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  send(channel: RTCDataChannel, data: ChannelData): void {
    const { id: stream, ordered, maxRetransmits, maxPacketLifeTime } = channel;
    const isText = typeof data === 'string';
    const body = isText ? Buffer.from(data) : data;
    this.#sentBytes += body.length;
    const protocol = isText ? TEXT : BINARY;
    const emptyProtocol = isText ? EMPTY_TEXT : EMPTY_BINARY;
    const isEmpty = body.length === 0;
    const sent = this.#transport.sctp.send(
      stream,
      isEmpty ? emptyProtocol : protocol,
      isEmpty ? EMPTY_BODY : body,
      {
        ordered,
        ...(maxRetransmits === null ? {} : { maxRetransmits }),
        ...(maxPacketLifeTime === null ? {} : { expiry: (epochMs() + maxPacketLifeTime) / 1000 }),
      },
    );
    // A transport that closes in this moment; the end of the peer is told elsewhere.
    sent.catch(() => {});
  }

  /** Idempotent. */
  close(): void {
    this.#unsubscribe();
  }
}
