import { epochMs } from '../base/epochMs';
import { type CaptureMark, ServerClock } from '../base/ServerClock';

/** Time between two pings. */
const PING_MS = 500;
/** So many pings without an answer, and the server counts as gone. */
const UNANSWERED = 8;
/** Where round trips are longer, in ms, a ping without an answer is no silence yet. */
const LONG_MS = 400;

/** Of which kinds the server sends something. */
export interface SentKinds {
  readonly video: boolean;
  readonly audio: boolean;
}

/** What the control channel reports. */
export interface ControlListener {
  /** The channel closed, or the server stopped answering. */
  lost(): void;
  /** The last ping has no answer yet: the server may be gone. Again with each further ping. */
  silent(): void;
  /** Whether anything has come from the server on another channel since the last question. */
  isHeard(): Promise<boolean>;
  /** The server asks for a new offer. */
  reconnect(): void;
  /** What the server sends now: it goes on to tell when that changes. */
  sending(kinds: SentKinds): void;
  /** A newcomer takes this connection's place. */
  replaced(): void;
  /**
   * @param splits the server takes messages in parts
   * @param largest the largest that it takes, in bytes; undefined: an older server does not say
   */
  hello(splits: boolean, largest?: number): void;
  /** The server has left a message out. */
  refused(reason: string): void;
}

/**
 * The data channel `rtcbot`, JSON text frames between this library and our server: pings that prove
 * the server alive and align the clocks, what each end is capable of (`hello`), which media the
 * server sends (`sending`), a good-bye, and the server's wish for a new offer or word that a newcomer
 * takes the place.
 * Servers that do not know it leave it silent, which is no fault.
 */
export class ControlChannel {
  readonly clock = new ServerClock();
  readonly #channel: RTCDataChannel;
  readonly #listener: ControlListener;
  #timer: ReturnType<typeof setInterval> | undefined;
  #latencyMs: number | undefined;
  #heard = false;
  #unanswered = 0;

  constructor(channel: RTCDataChannel, listener: ControlListener) {
    this.#channel = channel;
    this.#listener = listener;
    channel.onopen = () => {
      this.#send({ type: 'hello', split: true });
      this.#ping();
      this.#timer = setInterval(() => this.#tick(), PING_MS);
    };
    channel.onmessage = ({ data }) => this.#read(data);
    channel.onclose = () => listener.lost();
  }

  /** The latency that this page measures from now on, in ms, for the server's statistics. */
  set latencyMs(latencyMs: number | undefined) {
    this.#latencyMs = latencyMs;
  }

  /** Says good-bye if the channel is open, and stops. */
  close(): void {
    clearInterval(this.#timer);
    this.#channel.onclose = null;
    this.#send({ type: 'bye' });
  }

  // Unanswered pings are counted instead of the time since the last answer: while the browser
  // holds a hidden page's timers back, silence means nothing.
  #tick(): void {
    const { roundTripMs = 0 } = this.clock;
    if (this.#heard && this.#unanswered >= UNANSWERED) {
      this.#listener.lost();
      return;
    }
    if (this.#heard && this.#unanswered > 0 && roundTripMs < LONG_MS) this.#listener.silent();
    if (this.#heard && this.#unanswered > 0) void this.#listenToOthers(this.#unanswered);
    this.#ping();
  }

  // Pings and pongs wait behind what else is on its way on the association, such as a message of
  // 5 MB on a narrow path. With the first missing answer the listening only begins.
  async #listenToOthers(unanswered: number): Promise<void> {
    const isHeard = await this.#listener.isHeard();
    if (isHeard && unanswered > 1) this.#unanswered = 0;
  }

  #ping(): void {
    this.#unanswered += 1;
    const { roundTripMs } = this.clock;
    // JSON leaves out what is undefined.
    this.#send({
      type: 'ping',
      time: epochMs(),
      latency: this.#latencyMs,
      roundTrip: roundTripMs,
    });
  }

  #send(message: object): void {
    if (this.#channel.readyState === 'open') this.#channel.send(JSON.stringify(message));
  }

  #read(data: unknown): void {
    const message = parseControl(data);
    if (message?.type === 'reconnect') this.#listener.reconnect();
    if (message?.type === 'sending') this.#listener.sending(message);
    if (message?.type === 'replaced') this.#listener.replaced();
    if (message?.type === 'hello') this.#listener.hello(message.split, message.largest);
    if (message?.type === 'refused') this.#listener.refused(message.reason);
    // Our pings wait behind messages that the server's flow has no time for.
    if (message?.type === 'busy') this.#unanswered = 0;
    if (message?.type !== 'pong') return;
    this.#heard = true;
    this.#unanswered = 0;
    this.clock.addExchange(message.time, message.serverTime, epochMs());
    if (message.video) this.clock.setMark(message.video);
  }
}

/** What the server says on the control channel. Times in ms since the epoch. */
export type ControlMessage =
  | { type: 'pong'; time: number; serverTime: number; video?: CaptureMark }
  | { type: 'hello'; split: boolean; largest?: number }
  | { type: 'refused'; reason: string }
  | { type: 'sending'; video: boolean; audio: boolean }
  | { type: 'busy' }
  | { type: 'reconnect' }
  | { type: 'replaced' };

/** Reads a frame of the control channel. Undefined for what is not known: a newer server may say more. */
export function parseControl(data: unknown): ControlMessage | undefined {
  let message: Record<string, unknown> | null;
  try {
    message = JSON.parse(data as string);
  } catch {
    return undefined; // Not JSON: nothing of ours.
  }
  if (message?.type === 'hello') return helloOf(message);
  if (message?.type === 'sending') {
    return { type: 'sending', video: message.video === true, audio: message.audio === true };
  }
  if (message?.type === 'refused') return { type: 'refused', reason: String(message.reason) };
  if (message?.type === 'busy') return { type: 'busy' };
  if (message?.type === 'reconnect' || message?.type === 'replaced') return { type: message.type };
  if (message?.type !== 'pong') return undefined;
  const { time, serverTime, video } = message;
  if (typeof time !== 'number' || typeof serverTime !== 'number') return undefined;
  return isMark(video)
    ? { type: 'pong', time, serverTime, video }
    : { type: 'pong', time, serverTime };
}

function helloOf({ split, largest }: Record<string, unknown>): ControlMessage {
  const limit = typeof largest === 'number' ? { largest } : {};
  return { type: 'hello', split: split === true, ...limit };
}

function isMark(value: unknown): value is CaptureMark {
  const mark = value as CaptureMark | undefined;
  return typeof mark?.rtpTimestamp === 'number' && typeof mark.captureTime === 'number';
}
