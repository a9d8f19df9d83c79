import type { Carrier } from './Carrier';
import { Channel, type ChannelOptions, type MessageCallback, type WaitingRoom } from './Channel';

/** The channel that every connection has. */
export const DEFAULT_LABEL = 'default';
/** The one between this library and our server. */
export const CONTROL_LABEL = 'rtcbot';

/** What carries the channels: one connection. */
export interface ChannelCarrier extends Carrier {
  /** Opens a data channel for this channel. */
  open(channel: Channel): void;
  /** What still comes over it came over its successor, too. */
  mute(): void;
}

/**
 * The data channels of a page, which outlive connections. What comes on `default`, and on channels
 * of the other side that the page has not asked for, goes to one callback, as in RTCBot.
 */
export class Channels {
  readonly #room: WaitingRoom;
  readonly #failed: (error: Error) => void;
  readonly #channels = new Map<string, Channel>();
  /** The labels that the page has asked for. */
  readonly #claimed = new Set<string>();
  #callback: MessageCallback;
  #carrier: ChannelCarrier | undefined;

  /**
   * @param options of the channel `default`
   * @param callback gets the messages until `subscribe` sets another
   * @param failed called when a message cannot be sent
   */
  constructor(
    options: ChannelOptions,
    room: WaitingRoom,
    callback: MessageCallback,
    failed: (error: Error) => void,
  ) {
    this.#room = room;
    this.#callback = callback;
    this.#failed = failed;
    this.#add(DEFAULT_LABEL, options);
  }

  /** Tells of an error that concerns no message that still waits. */
  fail(error: Error): void {
    this.#failed(error);
  }

  /** The channel `default`. */
  get default(): Channel {
    return this.of(DEFAULT_LABEL);
  }

  /** Sets the one callback. */
  subscribe(callback: MessageCallback): void {
    this.#callback = callback;
  }

  /**
   * The channel of this label for the page; opened if it is not there.
   * @throws TypeError for the label that the library keeps for itself
   */
  claim(label: string, options: ChannelOptions): Channel {
    if (label === CONTROL_LABEL) throw new TypeError(`The channel "${label}" is the library's own`);
    this.#claimed.add(label);
    const known = this.#channels.get(label);
    if (known && !known.isClosed) return known;
    const channel = this.#add(label, options);
    this.#carrier?.open(channel);
    return channel;
  }

  /** The channel of this label, for what the other side opened. */
  of(label: string): Channel {
    return this.#channels.get(label) ?? this.#add(label, {});
  }

  /** Opens all channels of the page on this connection, and sends over it from now on. */
  carryOver(carrier: ChannelCarrier): void {
    if (this.#carrier !== carrier) this.#carrier?.mute();
    this.#carrier = carrier;
    for (const channel of this.#channels.values()) {
      const { label, isClosed } = channel;
      if (!isClosed && (label === DEFAULT_LABEL || this.#claimed.has(label))) carrier.open(channel);
    }
  }

  /** Closes all for good. */
  close(): void {
    for (const channel of this.#channels.values()) channel.close();
  }

  #add(label: string, options: ChannelOptions): Channel {
    const channel: Channel = new Channel(label, options, this.#room, message => {
      const isCommon = label === DEFAULT_LABEL || !this.#claimed.has(label);
      if (isCommon) this.#callback(message, label);
    });
    channel.on('failed', this.#failed);
    this.#channels.set(label, channel);
    return channel;
  }
}
