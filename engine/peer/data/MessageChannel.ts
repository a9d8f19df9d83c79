import type { RTCDataChannel } from 'werift';
import { MessageError } from '../../model/errors/errors';
import type { ChannelSender } from '../stack/DataSender';
import type { ChannelData } from './ChannelData';
import { SendQueue } from './SendQueue';
import { framesOf, MOST_SPLIT_BYTES, type PartsRoom, SplitReader, SplitRefusal } from './split';

/** What messages of one label need of their peer. */
export interface MessageChannelOptions {
  readonly sender: ChannelSender;
  /** The other end puts split messages together; undefined while that is not known yet. */
  readonly canSplit: () => boolean | undefined;
  /** For the parts of what comes. Default: its own. */
  readonly room?: PartsRoom;
  /** The largest message that is taken in parts, in bytes. Default 4 MiB. */
  readonly mostBytes?: number;
}

/** Who gets what comes over a channel. */
export interface MessageChannelHandlers {
  message(data: ChannelData): void;
  closed(): void;
  /** A message was left out: it is too large, or there is no room. */
  refused(reason: string): void;
  /** What came cannot be read; the channel is closed. */
  failed(reason: string): void;
}

/** What may wait for a channel to open. */
const MOST_QUEUED = 1000;
/** What may wait, in bytes: for the channel to open, or for a peer that takes less than it is sent. */
const MOST_QUEUED_BYTES = 4 * 1024 * 1024;
/** What may wait in an unreliable channel before the oldest are stale. */
const MOST_FRESH = 32;
const MOST_FRESH_BYTES = 64 * 1024;

const DONE = Promise.resolve();

/**
 * The flow's messages to and from one peer over one label. What is sent before the channel is
 * attached and open waits, and so does what the peer cannot take yet: bounded, in order.
 */
export class MessageChannel {
  readonly #sender: ChannelSender;
  readonly #canSplit: () => boolean | undefined;
  readonly #room: PartsRoom | undefined;
  readonly #mostTaken: number | undefined;
  readonly #queue = new SendQueue();
  #channel: RTCDataChannel | undefined;
  #mostBytes = Number.POSITIVE_INFINITY;
  #isReliable = true;
  #mayBeSplit = true;
  /** Frames left of the split message at the head of the queue. */
  #frames: Generator<ChannelData> | undefined;
  #dropped = 0;
  #isClosed = false;

  constructor({ sender, canSplit, room, mostBytes }: MessageChannelOptions) {
    this.#mostTaken = mostBytes;
    this.#sender = sender;
    this.#room = room;
    this.#canSplit = canSplit;
  }

  /** Messages of an unreliable channel that were left out because newer ones came. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What waits to be sent, in bytes. */
  get waitingBytes(): number {
    return this.#queue.weight;
  }

  /** Uses this channel. @param mostBytes the largest message that the peer takes, 0 for any (RFC 8841 6.1) */
  attach(channel: RTCDataChannel, mostBytes: number, handlers: MessageChannelHandlers): void {
    this.#channel = channel;
    this.#mostBytes = mostBytes || Number.POSITIVE_INFINITY;
    this.#isReliable = channel.maxRetransmits === null && channel.maxPacketLifeTime === null;
    this.#mayBeSplit = this.#isReliable && channel.ordered;
    const reader = this.#mayBeSplit ? new SplitReader(this.#room, this.#mostTaken) : undefined;
    channel.onMessage.subscribe(frame => this.#read(frame, channel, reader, handlers));
    channel.stateChanged.subscribe(state => {
      if (state === 'open') this.pump();
      if (state === 'closed') reader?.close();
      if (state !== 'closed' || channel !== this.#channel) return;
      this.close('the channel was closed before it was sent');
      handlers.closed();
    });
    if (channel.readyState === 'open') this.pump();
  }

  /**
   * Sends, or queues until the channel is open and the peer takes it. Settles when the message is on
   * its way, or was left out as stale (unreliable channels only).
   * @throws MessageError if it is too large for the peer, too much waits, or the channel is closed
   */
  send(data: ChannelData): Promise<void> {
    const bytes = Buffer.byteLength(data);
    const channel = this.#channel;
    const isOpen = channel?.readyState === 'open';
    if (this.#isClosed || (channel && !isOpen && channel.readyState !== 'connecting')) {
      return refused('the channel is closed');
    }
    if (this.#isTooLarge(bytes)) return refused(this.#sizeProblem(bytes));
    const goesAtOnce = this.#queue.length === 0 && bytes <= this.#mostBytes;
    if (channel && isOpen && goesAtOnce && !this.#sender.isBusy) {
      this.#sender.send(channel, data);
      return DONE;
    }
    return this.#enqueue(data, bytes, isOpen);
  }

  /** Hands over what waits, as much as the stack takes. */
  pump(): void {
    while (!this.#sender.isBusy && this.step());
  }

  /** Hands over one message that waits, or a part of it. False if there is none, or it has to wait. */
  step(): boolean {
    const channel = this.#channel;
    const first = this.#queue.first;
    if (!first || channel?.readyState !== 'open') return false;
    if (this.#frames || first.bytes > this.#mostBytes) {
      return this.#stepSplit(channel, first.data, first.bytes);
    }
    this.#sender.send(channel, first.data);
    this.#queue.shift()?.done();
    return true;
  }

  /** Nothing is sent any more: what waits fails for this reason. Idempotent. */
  close(reason: string): void {
    this.#isClosed = true;
    this.#frames = undefined;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      next.failed(new MessageError(reason));
    }
  }

  #stepSplit(channel: RTCDataChannel, data: ChannelData, bytes: number): boolean {
    if (!this.#frames) {
      if (this.#isTooLarge(bytes)) {
        this.#queue.shift()?.failed(new MessageError(this.#sizeProblem(bytes)));
        return true;
      }
      if (!this.#canSplit()) return false;
      this.#frames = framesOf(data);
    }
    const { value, done } = this.#frames.next();
    if (!done) {
      this.#sender.send(channel, value);
      return true;
    }
    this.#frames = undefined;
    this.#queue.shift()?.done();
    return true;
  }

  #isTooLarge(bytes: number): boolean {
    if (bytes > MOST_SPLIT_BYTES) return true;
    if (bytes <= this.#mostBytes) return false;
    return !this.#mayBeSplit || this.#canSplit() === false;
  }

  #sizeProblem(bytes: number): string {
    return `it has ${bytes} bytes, the peer takes ${Math.min(this.#mostBytes, MOST_SPLIT_BYTES)}`;
  }

  #enqueue(data: ChannelData, bytes: number, isOpen: boolean): Promise<void> {
    const queue = this.#queue;
    if (isOpen && !this.#isReliable) this.#dropStale(bytes);
    const isFull = queue.weight + SendQueue.weightOf(bytes) > MOST_QUEUED_BYTES;
    // One that is larger than the bound itself may wait alone.
    if (queue.length > 0 && isFull) {
      return refused(
        isOpen ? 'the peer takes less than it is sent' : 'too much waits for the channel to open',
      );
    }
    if (!isOpen && queue.length >= MOST_QUEUED) {
      return refused('too many wait for the channel to open');
    }
    return new Promise((resolve, reject) => {
      queue.push({ data, bytes, done: resolve, failed: reject });
      // It may have to be refused, or be the first part of something that the stack can take now.
      if (isOpen) this.pump();
    });
  }

  /** What waited in an unreliable channel while newer ones came is of no use any more. */
  #dropStale(bytes: number): void {
    const queue = this.#queue;
    const isStale = () =>
      queue.length >= MOST_FRESH || queue.weight + SendQueue.weightOf(bytes) > MOST_FRESH_BYTES;
    while (queue.length > 0 && isStale()) {
      queue.shift()?.done();
      this.#dropped += 1;
    }
  }

  #read(
    frame: ChannelData,
    channel: RTCDataChannel,
    reader: SplitReader | undefined,
    handlers: MessageChannelHandlers,
  ): void {
    let message: ChannelData | undefined;
    try {
      message = reader ? reader.read(frame) : frame;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof SplitRefusal) {
        handlers.refused(reason);
        return;
      }
      handlers.failed(reason);
      channel.close();
      return;
    }
    if (message !== undefined) handlers.message(message);
  }
}

function refused(detail: string): Promise<void> {
  return Promise.reject(new MessageError(detail));
}
