import { epochMs } from './epochMs';
import { type CaptureMark, ServerClock } from './ServerClock';

/** Time between two pings. */
const PING_MS = 1000;
/** So many pings without an answer, and the server counts as gone. */
const UNANSWERED = 4;

/** What the control channel reports. */
export interface ControlListener {
  /** The channel closed, or the server stopped answering. */
  lost(): void;
  /** The server asks for a new offer: it has other media to send than this connection carries. */
  reconnect(): void;
}

/**
 * The data channel `rtcbot`, JSON text frames between this library and our server: pings that prove
 * the server alive and align the clocks, a good-bye, and the server's wish for a new offer.
 * Servers that do not know it leave it silent, which is no fault.
 */
export class ControlChannel {
  readonly clock = new ServerClock();
  readonly #channel: RTCDataChannel;
  readonly #listener: ControlListener;
  #timer: ReturnType<typeof setInterval> | undefined;
  #heard = false;
  #unanswered = 0;

  constructor(channel: RTCDataChannel, listener: ControlListener) {
    this.#channel = channel;
    this.#listener = listener;
    channel.onopen = () => {
      this.#ping();
      this.#timer = setInterval(() => this.#tick(), PING_MS);
    };
    channel.onmessage = ({ data }) => this.#read(data);
    channel.onclose = () => listener.lost();
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
    if (this.#heard && this.#unanswered >= UNANSWERED) this.#listener.lost();
    else this.#ping();
  }

  #ping(): void {
    this.#unanswered += 1;
    this.#send({ type: 'ping', time: epochMs() });
  }

  #send(message: object): void {
    if (this.#channel.readyState === 'open') this.#channel.send(JSON.stringify(message));
  }

  #read(data: unknown): void {
    const message = parseControl(data);
    if (message?.type === 'reconnect') this.#listener.reconnect();
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
  | { type: 'reconnect' };

/** Reads a frame of the control channel. Undefined for what is not known: a newer server may say more. */
export function parseControl(data: unknown): ControlMessage | undefined {
  let message: Record<string, unknown> | null;
  try {
    message = JSON.parse(data as string);
  } catch {
    return undefined; // Not JSON: nothing of ours.
  }
  if (message?.type === 'reconnect') return { type: 'reconnect' };
  if (message?.type !== 'pong') return undefined;
  const { time, serverTime, video } = message;
  if (typeof time !== 'number' || typeof serverTime !== 'number') return undefined;
  return isMark(video)
    ? { type: 'pong', time, serverTime, video }
    : { type: 'pong', time, serverTime };
}

function isMark(value: unknown): value is CaptureMark {
  const mark = value as CaptureMark | undefined;
  return typeof mark?.rtpTimestamp === 'number' && typeof mark.captureTime === 'number';
}
