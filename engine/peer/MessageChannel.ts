import type { RTCDataChannel } from 'werift';
import { MessageError } from '../model/errors';

/** What travels on a data channel: text, or binary. */
export type ChannelData = string | Buffer;

/** Who gets what comes over a channel. */
export interface MessageChannelHandlers {
  message(data: ChannelData): void;
  closed(): void;
}

/** What may wait for a channel to open. */
const MOST_QUEUED = 1000;
const MOST_QUEUED_BYTES = 4 * 1024 * 1024;
/** What may wait in an open channel for a peer that takes less than it is sent. */
const MOST_BUFFERED_BYTES = 4 * 1024 * 1024;

/**
 * The flow's messages to and from one peer over one label. What is sent before the channel is
 * attached and open waits, bounded.
 */
export class MessageChannel {
  #channel: RTCDataChannel | undefined;
  #mostBytes = Number.POSITIVE_INFINITY;
  #queue: ChannelData[] = [];
  #queuedBytes = 0;

  /** Uses this channel. @param mostBytes the largest message that the peer takes, 0 for any (RFC 8841 6.1) */
  attach(channel: RTCDataChannel, mostBytes: number, handlers: MessageChannelHandlers): void {
    this.#channel = channel;
    this.#mostBytes = mostBytes || Number.POSITIVE_INFINITY;
    channel.onMessage.subscribe(data => handlers.message(data));
    channel.stateChanged.subscribe(state => {
      if (state === 'open') this.#flush();
      if (state === 'closed') handlers.closed();
    });
    if (channel.readyState === 'open') this.#flush();
  }

  /**
   * Sends, or queues until the channel is open.
   * @throws MessageError if it is empty (that would block the channel for ever) or too large, if the
   * queue is full, or the peer takes less than it is sent
   */
  send(data: ChannelData): void {
    const bytes = Buffer.byteLength(data);
    if (bytes === 0) throw new MessageError('it is empty');
    if (bytes > this.#mostBytes) {
      throw new MessageError(`it has ${bytes} bytes, the peer takes ${this.#mostBytes}`);
    }
    const state = this.#channel?.readyState ?? 'connecting';
    if (this.#channel && state === 'open') this.#sendNow(this.#channel, data, bytes);
    else if (state === 'connecting') this.#enqueue(data, bytes);
    else throw new MessageError('the channel is closed');
  }

  #sendNow(channel: RTCDataChannel, data: ChannelData, bytes: number): void {
    if (channel.bufferedAmount + bytes > MOST_BUFFERED_BYTES) {
      throw new MessageError('the peer takes less than it is sent');
    }
    channel.send(data);
  }

  #enqueue(data: ChannelData, bytes: number): void {
    if (this.#queue.length >= MOST_QUEUED || this.#queuedBytes + bytes > MOST_QUEUED_BYTES) {
      throw new MessageError('too many wait for the channel to open');
    }
    this.#queue.push(data);
    this.#queuedBytes += bytes;
  }

  #flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    for (const data of queue) {
      // Queued before the peer's limit was known.
      if (Buffer.byteLength(data) <= this.#mostBytes) this.#channel?.send(data);
    }
  }
}
