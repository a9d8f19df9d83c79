import { safely } from '../base/Emitter';
import type { Carrier } from './Carrier';
import { type Bytes, bytesOf } from './message';
import { framesOf, isAnnouncement, Joiner, MOST_BYTES } from './split';

/** So much may wait in the browser; what is more waits here, where it can still be told of. */
const FULL_BYTES = 1024 * 1024;
/** The browser asks for more below this. */
const LOW_BYTES = 256 * 1024;
/** On a channel that may lose messages no more waits than this: what is newer is better. */
const STALE_BYTES = 64 * 1024;
/** So much may wait here. */
const MOST_QUEUED_BYTES = MOST_BYTES;
/** The largest message if the browser does not say (RFC 8841, section 6.1). */
const LEAST_LIMIT_BYTES = 64 * 1024;

const CLOSED = 'The channel was closed before the message was sent';

/** A message on its way. */
export interface Outgoing {
  readonly data: string | Bytes;
  /** When it was put, by `performance.now()`. */
  readonly atMs: number;
  /** Called once: when the browser has it, or with the reason why it was not sent. */
  readonly done: (error?: Error) => void;
}

/** Who gets what comes over a channel. */
export interface ChannelEndListener {
  open(): void;
  message(message: string | ArrayBuffer): void;
  /** The channel is closed, by whichever side. */
  closed(): void;
}

interface Queued extends Outgoing {
  readonly bytes: number;
}

/**
 * Our end of one data channel of one connection. Hands messages to the browser as fast as it can
 * send them, sends those that are larger than a frame in parts where the server knows how, and puts
 * together what comes in parts.
 */
export class ChannelEnd {
  readonly #channel: RTCDataChannel;
  readonly #carrier: Carrier;
  readonly #reliable: boolean;
  readonly #joiner = new Joiner();
  #queue: Queued[] = [];
  #queuedBytes = 0;
  /** What is left of the first message, if it is being sent in parts. */
  #frames: Iterator<string | Bytes, void> | undefined;

  constructor(channel: RTCDataChannel, carrier: Carrier, listener: ChannelEndListener) {
    this.#channel = channel;
    this.#carrier = carrier;
    this.#reliable = channel.maxRetransmits === null && channel.maxPacketLifeTime === null;
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = this.#reliable ? LOW_BYTES : 0;
    channel.onbufferedamountlow = () => this.pump();
    channel.onmessage = ({ data }) => this.#receive(data, listener);
    channel.onclose = () => {
      this.#settleAll(new Error(CLOSED));
      listener.closed();
    };
    channel.onopen = () => listener.open();
  }

  /** A channel that the other side made may be so from the start, and calls nobody then. */
  get isOpen(): boolean {
    return this.#channel.readyState === 'open';
  }

  /** Bytes that wait to be sent, in the browser and here. */
  get bufferedAmount(): number {
    return this.#channel.bufferedAmount + this.#queuedBytes;
  }

  /** Sends a message after those before it, once the channel is open. */
  send(outgoing: Outgoing): void {
    const bytes = bytesOf(outgoing.data);
    if (!this.#reliable) this.#settleAll();
    else if (this.#queuedBytes + bytes > MOST_QUEUED_BYTES) {
      outgoing.done(
        new Error('More than 64 MiB would wait: the other side takes less than is put'),
      );
      return;
    }
    this.#queue.push({ ...outgoing, bytes });
    this.#queuedBytes += bytes;
    this.pump();
  }

  /** Hands over what waits, until the browser has enough. Also when the carrier has learnt more. */
  pump(): void {
    const most = this.#reliable ? FULL_BYTES : STALE_BYTES;
    while (this.isOpen && this.#channel.bufferedAmount < most) {
      if (!this.#step()) return;
    }
  }

  /** Idempotent. What waits is not sent any more. */
  close(): void {
    const channel = this.#channel;
    channel.onclose = null;
    channel.onmessage = null;
    channel.onopen = null;
    channel.close();
    this.#settleAll(new Error(CLOSED));
  }

  get #mostBytes(): number {
    return this.#carrier.mostBytes || LEAST_LIMIT_BYTES;
  }

  /** Hands over one frame. False if there is none to hand over now. */
  #step(): boolean {
    if (this.#frames) {
      const { value, done } = this.#frames.next();
      if (done) this.#settle();
      else this.#handOver(value);
      return true;
    }
    const [first] = this.#queue;
    if (!first) return false;
    if (!this.#fits(first)) return this.#begin(first);
    if (this.#handOver(first.data)) this.#settle();
    return true;
  }

  #fits({ data, bytes }: Queued): boolean {
    if (bytes > this.#mostBytes) return false;
    // A text of the page's that looks like an announcement would be taken for one.
    return this.#carrier.splits === false || !isAnnouncement(data);
  }

  /** Begins to send a message in parts. False if it must wait for the server's word. */
  #begin(message: Queued): boolean {
    const { splits, largest = MOST_BYTES } = this.#carrier;
    if (splits === undefined) return false;
    const { ordered } = this.#channel;
    const inParts = splits && ordered && this.#reliable;
    if (inParts && message.bytes <= Math.min(largest, MOST_BYTES)) {
      this.#frames = framesOf(message.data);
    } else {
      const most = inParts ? Math.min(largest, MOST_BYTES) : this.#mostBytes;
      const text = `A message of ${message.bytes} bytes is too large: ${most} are taken`;
      this.#settle(new Error(text));
    }
    return true;
  }

  #handOver(frame: string | Bytes): boolean {
    try {
      // send() is overloaded per type, which a union does not match.
      this.#channel.send(frame as string);
      return true;
    } catch (error) {
      this.#settle(error as Error);
      return false;
    }
  }

  /** The first message is through, or will never be. */
  #settle(error?: Error): void {
    this.#frames = undefined;
    const message = this.#queue.shift();
    if (!message) return;
    this.#queuedBytes -= message.bytes;
    message.done(error);
  }

  #settleAll(error?: Error): void {
    while (this.#queue.length > 0) this.#settle(error);
  }

  #receive(frame: string | ArrayBuffer, listener: ChannelEndListener): void {
    let message: string | ArrayBuffer | undefined;
    try {
      message = this.#joiner.take(frame);
    } catch (error) {
      // Nothing that comes later on this channel can be told apart.
      this.close();
      listener.closed();
      safely(() => {
        throw error;
      });
      return;
    }
    if (message !== undefined) listener.message(message);
  }
}
