import type { RTCDataChannel } from 'werift';
import { epochMs } from '../model/Clock';
import type { SentPicture } from './VideoSender';

/** Label of the channel that our browser library opens beside the user's. */
export const CONTROL_LABEL = 'rtcbot';

/** Notes that wait for a browser that takes none, in bytes. */
const MOST_BUFFERED_BYTES = 64 * 1024;

/** What the control channel needs of its peer. */
export interface ControlHandlers {
  /** The newest picture that was sent, for the browser's latency meter. */
  lastSent(): SentPicture | undefined;
  /** The page is being closed. */
  bye(): void;
}

/**
 * Our end of the control channel, JSON text frames. The browser sends `ping` once a second and gets
 * `pong` with our clock and the capture time of a picture; it says `bye` before it goes.
 */
export class ControlChannel {
  readonly #channel: RTCDataChannel;

  constructor(channel: RTCDataChannel, handlers: ControlHandlers) {
    this.#channel = channel;
    channel.onMessage.subscribe(message => {
      const note = parsed(message);
      if (note?.type === 'ping' && typeof note.time === 'number') {
        this.#pong(note.time, handlers.lastSent());
      } else if (note?.type === 'bye') handlers.bye();
    });
  }

  /** Asks the browser to connect anew, because what is sent has changed. */
  askToReconnect(): void {
    this.#send({ type: 'reconnect' });
  }

  #pong(time: number, video: SentPicture | undefined): void {
    this.#send({ type: 'pong', time, serverTime: epochMs(), ...(video ? { video } : {}) });
  }

  #send(note: object): void {
    // A browser that asks but takes no answers gets no more of them.
    const { readyState, bufferedAmount } = this.#channel;
    if (readyState !== 'open' || bufferedAmount > MOST_BUFFERED_BYTES) return;
    this.#channel.send(JSON.stringify(note));
  }
}

function parsed(message: string | Buffer): { type?: unknown; time?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(message.toString());
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not ours: whoever opened a channel of this label speaks another language.
    return undefined;
  }
}
