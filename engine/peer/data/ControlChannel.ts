import type { RTCDataChannel } from 'werift';
import { epochMs } from '../../model/Clock';
import type { SentKinds } from '../PeerMedia';
import type { SentPicture } from '../rtp/send/VideoSender';
import type { ChannelSender } from '../stack/DataSender';

/** Label of the channel that our browser library opens beside the user's. */
export const CONTROL_LABEL = 'rtcbot';

/** What a page tells of itself. */
export interface PageReport {
  /** From capture to its screen, as it measures it, in ms. */
  readonly latencyMs?: number;
  /** Its round trip to us, in ms. */
  readonly roundTripMs?: number;
}

/** What the control channel needs of its peer. */
export interface ControlHandlers {
  /** The newest picture that was sent, for the browser's latency meter. */
  lastSent(): SentPicture | undefined;
  /** What is sent. */
  sending(): SentKinds;
  /** The largest message that we take, in bytes. */
  readonly mostBytes: number;
  /** The page is being closed. */
  bye(): void;
  /** The other end is ours. @param canSplit it puts split messages together */
  hello?(canSplit: boolean): void;
}

/**
 * Our end of the control channel, JSON text frames. The browser sends `ping` twice a second and gets
 * `pong` with our clock and the capture time of a picture; in its pings it may tell the `latency`
 * and `roundTrip` that it measures. While its messages wait for the flow it gets `busy`. It is told which kinds of media it is sent (
 * `sending`), at first and when that changes. Both say `hello` and what they can; it says `bye` before it goes.
 */
export class ControlChannel {
  readonly #channel: RTCDataChannel;
  readonly #sender: ChannelSender;
  readonly #handlers: ControlHandlers;
  #page: PageReport = {};
  /** What the browser was told last of what it is sent. */
  #told: string | undefined;

  constructor(channel: RTCDataChannel, sender: ChannelSender, handlers: ControlHandlers) {
    this.#channel = channel;
    this.#sender = sender;
    this.#handlers = handlers;
    channel.onMessage.subscribe(message => this.#read(message));
    if (channel.readyState === 'open') this.#hello();
    else channel.stateChanged.subscribe(state => state === 'open' && this.#hello());
  }

  /** What the page has told last. */
  get page(): PageReport {
    return this.#page;
  }

  /** Tells the browser what it is sent, if that is not what it was told last. */
  saySending(): void {
    const { video, audio } = this.#handlers.sending();
    const text = JSON.stringify({ type: 'sending', video, audio });
    if (text === this.#told || !this.#isOpen || this.#sender.isStuck) return;
    this.#told = text;
    this.#sender.send(this.#channel, text);
  }

  /** Tells the browser that another peer has taken its place, so that it does not come back by itself. */
  sayReplaced(): void {
    this.#send({ type: 'replaced' });
  }

  /** Tells the browser that a message of it was left out, and why. */
  sayRefused(reason: string): void {
    this.#send({ type: 'refused', reason });
  }

  /** Tells the browser that its messages, and its pings with them, wait for the flow. */
  sayBusy(): void {
    this.#send({ type: 'busy' });
  }

  #read(message: string | Buffer): void {
    const note = parsed(message);
    if (note?.type === 'ping' && typeof note.time === 'number') {
      this.#page = { ...ms('latencyMs', note.latency), ...ms('roundTripMs', note.roundTrip) };
      this.#pong(note.time, this.#handlers.lastSent());
      // What it could not be told at its time.
      this.saySending();
    } else if (note?.type === 'bye') this.#handlers.bye();
    else if (note?.type === 'hello') this.#handlers.hello?.(note.split === true);
  }

  get #isOpen(): boolean {
    return this.#channel.readyState === 'open';
  }

  #hello(): void {
    this.#send({ type: 'hello', split: true, largest: this.#handlers.mostBytes });
    this.saySending();
  }

  #pong(time: number, video: SentPicture | undefined): void {
    this.#send({ type: 'pong', time, serverTime: epochMs(), ...(video ? { video } : {}) });
  }

  #send(note: object): void {
    // A browser that asks but takes no answers gets no more of them.
    if (this.#isOpen && !this.#sender.isStuck) {
      this.#sender.send(this.#channel, JSON.stringify(note));
    }
  }
}

type Note = Partial<Record<'type' | 'time' | 'split' | 'latency' | 'roundTrip', unknown>>;

function parsed(message: string | Buffer): Note | undefined {
  try {
    const value: unknown = JSON.parse(message.toString());
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not ours: whoever opened a channel of this label speaks another language.
    return undefined;
  }
}

/** A time that a page tells, if it makes sense. */
function ms(key: keyof PageReport, value: unknown): PageReport {
  return typeof value === 'number' && value >= 0 && value < 1e6 ? { [key]: value } : {};
}
