import type { RTCDataChannel } from 'werift';
import { type Clock, epochMs } from '../../model/Clock';
import type { SentKinds } from '../PeerMedia';
import type { ChannelSender } from '../stack/DataSender';
import type { PageReport } from './ControlChannel';

/** What the caller's control channel reports. */
export interface CallerControlHandlers {
  /** The other end does not answer any more. */
  lost(): void;
  /** The other end wants a new offer. */
  reconnect(): void;
  /** What the other end sends now. */
  sending(kinds: SentKinds): void;
  /** The other end is about to close, because another one has taken our place. */
  replaced(): void;
  /** The other end is ours. @param canSplit it puts split messages together */
  hello(canSplit: boolean): void;
}

/** Time between two pings, in ms. */
const PING_MS = 1000;
/** So many pings without an answer, and the other end counts as gone. */
const UNANSWERED = 4;

/**
 * The caller's end of the control channel, as a page has it: pings that prove the other end alive,
 * and what it asks for. Others than ours leave it silent, which is no fault.
 */
export class CallerControl {
  readonly #channel: RTCDataChannel;
  readonly #sender: ChannelSender;
  readonly #handlers: CallerControlHandlers;
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;
  #hasAnswered = false;
  #unanswered = 0;
  #roundTripMs: number | undefined;
  #isClosed = false;

  constructor(
    channel: RTCDataChannel,
    sender: ChannelSender,
    { handlers, clock }: { handlers: CallerControlHandlers; clock: Clock },
  ) {
    this.#channel = channel;
    this.#sender = sender;
    this.#handlers = handlers;
    this.#clock = clock;
    channel.onMessage.subscribe(message => this.#read(message.toString()));
    if (channel.readyState === 'open') this.#start();
    else channel.stateChanged.subscribe(state => state === 'open' && this.#start());
  }

  /** What is measured here, as a page would tell it. */
  get page(): PageReport {
    return this.#roundTripMs === undefined ? {} : { roundTripMs: this.#roundTripMs };
  }

  /** The other end's answers wait, because we take no more from it for now. */
  excuse(): void {
    this.#unanswered = 0;
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  #start(): void {
    if (this.#isClosed) return;
    this.#send({ type: 'hello', split: true });
    this.#tick();
  }

  #tick(): void {
    if (this.#isClosed) return;
    if (this.#hasAnswered && this.#unanswered >= UNANSWERED) {
      this.#handlers.lost();
      return;
    }
    this.#unanswered += 1;
    const roundTrip = this.#roundTripMs === undefined ? {} : { roundTrip: this.#roundTripMs };
    this.#send({ type: 'ping', time: epochMs(), ...roundTrip });
    this.#cancel = this.#clock.after(PING_MS, () => this.#tick());
  }

  #send(note: object): void {
    // One that takes nothing is not sent more than waits already.
    if (this.#channel.readyState !== 'open' || this.#sender.isStuck) return;
    this.#sender.send(this.#channel, JSON.stringify(note));
  }

  #read(text: string): void {
    if (this.#isClosed) return;
    const { type, split, time, video, audio } = noteIn(text);
    if (type === 'reconnect') this.#handlers.reconnect();
    else if (type === 'replaced') this.#handlers.replaced();
    else if (type === 'hello') this.#handlers.hello(split === true);
    else if (type === 'sending') {
      this.#handlers.sending({ video: video === true, audio: audio === true });
    } else if (type === 'busy') this.excuse();
    else if (type === 'pong') {
      this.#hasAnswered = true;
      this.#unanswered = 0;
      if (typeof time === 'number') this.#roundTripMs = Math.max(0, epochMs() - time);
    }
  }
}

type Note = Partial<Record<'type' | 'split' | 'time' | 'video' | 'audio', unknown>>;

function noteIn(text: string): Note {
  try {
    const note: unknown = JSON.parse(text);
    return typeof note === 'object' && note !== null ? note : {};
  } catch {
    // Not ours: a newer end, or another one, may say what it likes.
    return {};
  }
}
