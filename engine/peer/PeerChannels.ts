import type { RTCDataChannel, RTCPeerConnection } from 'werift';
import type { Clock } from '../model/Clock';
import { MessageError } from '../model/errors/errors';
import { CallerControl } from './data/CallerControl';
import type { ChannelData } from './data/ChannelData';
import { CONTROL_LABEL, ControlChannel, type PageReport } from './data/ControlChannel';
import { MessageChannel } from './data/MessageChannel';
import { PartsRoom, USUAL_SPLIT_BYTES } from './data/split';
import type { SentKinds } from './PeerMedia';
import type { SentPicture } from './rtp/send/VideoSender';
import { DataSender } from './stack/DataSender';
import { ReceiveWindow } from './stack/ReceiveWindow';
import { repairDataChannels } from './stack/sctpRepairs';

/** Who gets what happens on the data channels of a peer. */
export interface PeerChannelsHandlers {
  message(label: string, data: ChannelData): void;
  /** The peer has ended the connection. */
  ended(): void;
  /** Of a call: the other end does not answer any more. */
  lost(): void;
  /** Of a call: the other end wants a new offer. */
  renew(): void;
  /** Of a call: another one has taken our place. */
  replaced(): void;
  /** The newest picture that was sent. */
  lastSent(): SentPicture | undefined;
  /** What is sent. */
  sending(): SentKinds;
  /** Of a call: the other end sends these kinds. */
  begins(kinds: SentKinds): void;
  log(text: string): void;
}

/** Options of `PeerChannels`. */
export interface PeerChannelsOptions {
  readonly clock: Clock;
  /** For unfinished messages of all peers. Default: its own. */
  readonly room?: PartsRoom;
  /** The largest message that is taken, in bytes. Default 4 MiB. */
  readonly mostBytes?: number;
}

/** How a channel is opened that the flow names and the peer has not opened. */
export interface ChannelSettings {
  /** Messages arrive in the order in which they were sent. Default true. */
  readonly ordered?: boolean;
  /** A lost message is sent again so often, then given up. Default: until it arrives. */
  readonly maxRetransmits?: number;
}

/** The channels that a caller opens before its offer. */
export interface CallerChannels {
  readonly messages: RTCDataChannel;
  readonly control: RTCDataChannel;
}

/** What went over the data channels of a peer. */
export interface MessageCounts {
  readonly sent: number;
  readonly received: number;
  /** Left out of unreliable channels because newer ones came. */
  readonly dropped: number;
  /** What waits to be sent, in bytes. */
  readonly waitingBytes: number;
}

/** The channel that pages open themselves, as RTCBot's do. */
const DEFAULT_LABEL = 'default';
/** What every peer takes in one message, in bytes (RFC 8841 6.1). */
const LEAST_LIMIT_BYTES = 65_536;
const MOST_LABEL_BYTES = 256;
/** A peer that opens more is not listened to on them. */
const MOST_CHANNELS = 64;
/** So often a peer that has to wait is told that we are there, in ms: as often as it asks. */
const BUSY_MS = 1000;
/** A peer that has not said by then that it puts split messages together does not, in ms. */
const HELLO_MS = 3000;

/** All data channels of one peer: those for messages by their labels, and the control channel. */
export class PeerChannels {
  readonly #connection: RTCPeerConnection;
  readonly #handlers: PeerChannelsHandlers;
  readonly #clock: Clock;
  readonly #channels = new Map<string, MessageChannel>();
  readonly #room: PartsRoom;
  readonly #mostBytes: number;
  #sender: DataSender | undefined;
  #window: ReceiveWindow | undefined;
  #control: ControlChannel | undefined;
  #canSplit: boolean | undefined;
  #cancelHello: (() => void) | undefined;
  /** While the peer has to wait for the flow. */
  #cancelBusy: (() => void) | undefined;
  /** Of a call, instead of `#control`. */
  #caller: CallerControl | undefined;
  #sent = 0;
  #received = 0;
  /** Of channels that are gone. */
  #dropped = 0;
  #isClosed = false;

  constructor(
    connection: RTCPeerConnection,
    handlers: PeerChannelsHandlers,
    { clock, room, mostBytes = USUAL_SPLIT_BYTES }: PeerChannelsOptions,
  ) {
    this.#connection = connection;
    this.#mostBytes = mostBytes;
    // Messages of two channels may be unfinished at the same time.
    this.#room = new PartsRoom(2 * mostBytes, room);
    this.#handlers = handlers;
    this.#clock = clock;
  }

  /** The other end has data channels. */
  get areTaken(): boolean {
    return this.#connection.sctpTransport !== undefined;
  }

  get counts(): MessageCounts {
    const channels = [...this.#channels.values()];
    return {
      sent: this.#sent,
      received: this.#received,
      dropped: channels.reduce((sum, { dropped }) => sum + dropped, this.#dropped),
      waitingBytes: channels.reduce((sum, { waitingBytes }) => sum + waitingBytes, 0),
    };
  }

  /** Bytes of messages that were handed to the network. */
  get sentBytes(): number {
    return this.#sender?.sentBytes ?? 0;
  }

  /** What our page tells of itself, or who calls measures itself. */
  get page(): PageReport {
    return this.#control?.page ?? this.#caller?.page ?? {};
  }

  /** The stack's association is there: the remote description is set, or a channel was made. */
  prepare(): void {
    const transport = this.#connection.sctpTransport;
    if (!transport || this.#sender) return;
    repairDataChannels(transport);
    this.#window = new ReceiveWindow(transport);
    this.#sender = new DataSender(transport, () => this.#pump());
  }

  /** The handshake is through. */
  start(): void {
    this.#cancelHello = this.#clock.after(HELLO_MS, () => this.#learnSplit(false));
  }

  /** Makes the channels of a caller, as pages do; they are used from `call` on. */
  create(): CallerChannels {
    const channels = {
      messages: this.#connection.createDataChannel(DEFAULT_LABEL),
      control: this.#connection.createDataChannel(CONTROL_LABEL),
    };
    // What is sent from now on waits.
    this.prepare();
    return channels;
  }

  /** Uses the channels of a caller. The remote description is set. */
  call({ messages, control }: CallerChannels): void {
    if (!this.#sender) return;
    this.#adopt(messages);
    this.#caller = new CallerControl(control, this.#sender, {
      clock: this.#clock,
      handlers: {
        lost: () => this.#handlers.lost(),
        reconnect: () => this.#handlers.renew(),
        sending: kinds => this.#handlers.begins(kinds),
        replaced: () => this.#handlers.replaced(),
        hello: canSplit => this.#learnSplit(canSplit),
      },
    });
  }

  /** Takes a channel that the peer has opened. */
  open(channel: RTCDataChannel): void {
    if (channel.label === CONTROL_LABEL) this.#openControl(channel);
    else if (this.#channels.size < MOST_CHANNELS || this.#channels.has(channel.label)) {
      this.#adopt(channel);
    } else channel.close();
  }

  /**
   * Sends a message, as soon as the channel is open and the peer takes it.
   * @throws MessageError if it cannot be sent
   */
  send(data: ChannelData, label = DEFAULT_LABEL, settings: ChannelSettings = {}): Promise<void> {
    try {
      if (!this.areTaken) throw new MessageError('the peer takes no messages');
      const known = this.#channels.get(label);
      // The browser opens the default channel; others are opened by whoever speaks first.
      if (!known && label !== DEFAULT_LABEL) this.#create(label, settings);
      const sent = this.#channelOf(label).send(data);
      this.#sent += 1;
      return sent;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The flow has taken so many messages more: until then the peer may send a certain amount only. */
  taken(count: number): void {
    this.#window?.taken(count);
  }

  /** Tells our page, or who calls, what it is sent, if that has changed. */
  saySending(): void {
    this.#control?.saySending();
  }

  /** Tells our page that another one has taken its place. */
  sayReplaced(): void {
    this.#control?.sayReplaced();
  }

  /** What waits fails. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#cancelHello?.();
    this.#cancelBusy?.();
    this.#caller?.close();
    this.#sender?.close();
    for (const channel of this.#channels.values()) channel.close('the peer has left');
    this.#channels.clear();
  }

  #create(label: string, { ordered = true, maxRetransmits }: ChannelSettings): void {
    const bytes = Buffer.byteLength(label);
    if (label === CONTROL_LABEL) throw new MessageError(`the channel ${label} is reserved`);
    if (bytes > MOST_LABEL_BYTES) throw new MessageError(`the channel's name has ${bytes} bytes`);
    if (this.#channels.size >= MOST_CHANNELS) {
      throw new MessageError(`the peer has ${MOST_CHANNELS} channels already`);
    }
    const reliability = maxRetransmits === undefined ? {} : { maxRetransmits };
    this.#adopt(this.#connection.createDataChannel(label, { ordered, ...reliability }));
  }

  #openControl(channel: RTCDataChannel): void {
    if (!this.#sender) return;
    this.#control = new ControlChannel(channel, this.#sender, {
      lastSent: () => this.#handlers.lastSent(),
      sending: () => this.#handlers.sending(),
      mostBytes: this.#mostBytes,
      bye: () => this.#handlers.ended(),
      hello: canSplit => this.#learnSplit(canSplit),
    });
    channel.stateChanged.subscribe(state => {
      if (state === 'closed') this.#handlers.ended();
    });
  }

  #learnSplit(canSplit: boolean): void {
    this.#cancelHello?.();
    this.#canSplit = canSplit;
    this.#pump();
  }

  #adopt(channel: RTCDataChannel): void {
    const { label } = channel;
    const mostBytes = this.#connection.sctpTransport?.remoteMaxMessageSize ?? LEAST_LIMIT_BYTES;
    const messages = this.#channelOf(label);
    messages.attach(channel, mostBytes, {
      message: data => this.#take(label, data),
      closed: () => {
        if (this.#channels.get(label) === messages) this.#channels.delete(label);
        this.#dropped += messages.dropped;
        // As in RTCBot, the end of the default channel is the end of the connection.
        if (label === DEFAULT_LABEL && !this.#isClosed) this.#handlers.ended();
      },
      refused: reason => this.#refused(label, reason),
      failed: reason => this.#handlers.log(`a message on ${label} cannot be read: ${reason}`),
    });
  }

  #refused(label: string, reason: string): void {
    const text = `a message on ${label} is left out: ${reason}`;
    this.#handlers.log(text);
    this.#control?.sayRefused(text);
  }

  #take(label: string, data: ChannelData): void {
    this.#received += 1;
    this.#window?.hold(data, label);
    if (this.#window?.isNarrow && !this.#cancelBusy) this.#sayBusy();
    this.#handlers.message(label, data);
  }

  /** The other end's pings wait as all does that it sends, and so do its answers to ours. */
  #sayBusy(): void {
    this.#cancelBusy = undefined;
    if (!this.#window?.isNarrow || this.#isClosed) return;
    this.#control?.sayBusy();
    this.#caller?.excuse();
    this.#cancelBusy = this.#clock.after(BUSY_MS, () => this.#sayBusy());
  }

  #channelOf(label: string): MessageChannel {
    const known = this.#channels.get(label);
    if (known) return known;
    const sender = this.#sender;
    if (!sender) throw new MessageError('the peer is not connected');
    const channel = new MessageChannel({
      sender,
      canSplit: () => this.#canSplit,
      room: this.#room,
      mostBytes: this.#mostBytes,
    });
    this.#channels.set(label, channel);
    return channel;
  }

  /** One message of each channel in turn, so that a full one does not keep the others waiting. */
  #pump(): void {
    const sender = this.#sender;
    let isWaiting = true;
    while (isWaiting && sender && !sender.isBusy) {
      isWaiting = false;
      for (const channel of this.#channels.values()) {
        if (!sender.isBusy && channel.step()) isWaiting = true;
      }
    }
  }
}
