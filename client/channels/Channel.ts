import { Emitter, safely } from '../base/Emitter';
import type { Carrier } from './Carrier';
import { ChannelEnd, type Outgoing } from './ChannelEnd';
import { decode, encode, type Message } from './message';

/** What arrives: text as it was sent (JSON is not parsed), or bytes; and on which channel. */
export type MessageCallback = (message: string | ArrayBuffer, label: string) => void;

/** How a data channel carries messages. */
export interface ChannelOptions {
  /** Messages arrive in the order they were sent. Default true. */
  ordered?: boolean;
  /**
   * How often a lost packet is sent again; 0: never, for what is stale a moment later. Messages may
   * then get lost. Default: until it arrives.
   */
  maxRetransmits?: number | undefined;
}

/** How messages wait while there is no connection. */
export interface WaitingRoom {
  /** So many at most. */
  readonly most: number;
  /** No longer than this, in ms. A session: a robot must not act on old wishes. */
  readonly longestMs: number;
  /** Whether one that comes too many drives out the oldest, or is refused. */
  readonly whenFull: 'drop oldest' | 'refuse';
}

const CLOSED = 'The channel is closed';

export type ChannelEvents = {
  /** A message came, parsed if it is JSON text. */
  message: [message: unknown];
  /** It can carry messages (again). */
  open: [];
  /** It cannot any more. A session's opens again by itself. */
  close: [];
  /** A message could not be sent. */
  failed: [error: Error];
};

/**
 * A data channel of a page, by its label. Lasts as long as what it belongs to: that of a `Session`
 * goes on with each new connection.
 *
 * On a channel that may lose messages (`maxRetransmits`), only the newest waits when the network is
 * slower than the page; all others wait in line, and `put` tells when there is room again.
 */
export class Channel extends Emitter<ChannelEvents> {
  readonly label: string;
  readonly options: ChannelOptions;
  readonly #room: WaitingRoom;
  readonly #heard: MessageCallback;
  readonly #ends = new Set<ChannelEnd>();
  #callback: MessageCallback | undefined;
  #out: ChannelEnd | undefined;
  #waiting: Outgoing[] = [];
  #closed = false;

  /** @param heard gets each message, beside the page's callback */
  constructor(
    label: string,
    options: ChannelOptions,
    room: WaitingRoom,
    heard: MessageCallback = () => {},
  ) {
    super();
    this.label = label;
    this.options = options;
    this.#room = room;
    this.#heard = heard;
  }

  /** It can carry messages now. */
  get isOpen(): boolean {
    return this.#out?.isOpen ?? false;
  }

  /** It is closed for good, by `close()`. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Bytes that wait to be sent. Text that waits for a connection is not counted. */
  get bufferedAmount(): number {
    return this.#out?.bufferedAmount ?? 0;
  }

  /** Sets the one callback, which gets text unparsed, as RTCBot's pages expect; `on('message')` parses it. */
  subscribe(callback: MessageCallback): void {
    this.#callback = callback;
  }

  /**
   * Sends a message: text and bytes as they are, all else as JSON text. Before there is a connection
   * it waits. What cannot be sent is told by the event `failed`. Bound, so that it can be handed over
   * as a callback: `keyboard.subscribe(channel.put_nowait)`.
   */
  readonly put_nowait = (message: Message): void => {
    this.#put(message, error => error && this.emit('failed', error));
  };

  /** The same as `put_nowait`. */
  readonly send = this.put_nowait;

  /**
   * Sends a message as `put_nowait`, and is fulfilled when there is room for the next: who awaits it
   * never sends faster than the network. Rejected if the message cannot be sent.
   */
  readonly put = (message: Message): Promise<void> => {
    return new Promise((resolve, reject) => {
      this.#put(message, error => (error ? reject(error) : resolve()));
    });
  };

  /** Closes it for good. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const end of [...this.#ends]) {
      end.close();
      this.#detach(end);
    }
    for (const { done } of this.#waiting.splice(0)) done(new Error(CLOSED));
  }

  /**
   * Receives over a data channel of a connection, too, and sends over it from now on.
   * @param sends false: sends over it only if there is no other
   * @param ended called when it is closed, unless by our side
   * @internal
   */
  attach(channel: RTCDataChannel, carrier: Carrier, sends: boolean, ended: () => void): ChannelEnd {
    const end: ChannelEnd = new ChannelEnd(channel, carrier, {
      open: () => this.#opened(end),
      message: message => carrier.isMuted || this.#receive(message),
      closed: () => {
        this.#detach(end);
        ended();
      },
    });
    this.#ends.add(end);
    if (sends || !this.#out) this.#sendOver(end);
    return end;
  }

  /** Forgets an end that its connection closes. @internal */
  detach(end: ChannelEnd): void {
    end.close();
    this.#detach(end);
  }

  #sendOver(end: ChannelEnd): void {
    const wasOpen = this.isOpen;
    this.#out = end;
    if (end.isOpen) this.#opened(end);
    else if (wasOpen) this.emit('close');
  }

  #opened(end: ChannelEnd): void {
    if (end !== this.#out) return;
    const { longestMs } = this.#room;
    for (const outgoing of this.#waiting.splice(0)) {
      if (performance.now() - outgoing.atMs <= longestMs) end.send(outgoing);
      else outgoing.done(new Error('There was no connection for too long: the message is too old'));
    }
    this.emit('open');
  }

  #receive(message: string | ArrayBuffer): void {
    if (this.#callback) safely(this.#callback, message, this.label);
    this.#heard(message, this.label);
    this.emit('message', decode(message));
  }

  #detach(end: ChannelEnd): void {
    this.#ends.delete(end);
    if (end !== this.#out) return;
    // The other side may have opened one of the same label.
    this.#out = [...this.#ends].find(({ isOpen }) => isOpen);
    if (!this.#out) this.emit('close');
  }

  #put(message: Message, done: Outgoing['done']): void {
    const outgoing = { data: encode(message), atMs: performance.now(), done };
    if (this.#closed) done(new Error(CLOSED));
    else if (this.#out?.isOpen) this.#out.send(outgoing);
    else this.#wait(outgoing);
  }

  #wait(outgoing: Outgoing): void {
    const { most, whenFull } = this.#room;
    if (this.#waiting.length < most) this.#waiting.push(outgoing);
    else if (whenFull === 'refuse') {
      outgoing.done(new Error(`There is no connection, and ${most} messages wait for it`));
    } else {
      this.#waiting
        .shift()
        ?.done(new Error(`There was no connection: ${most} newer messages wait`));
      this.#waiting.push(outgoing);
    }
  }
}
