import { safely } from './Emitter';

/** What a message may be. Text and bytes go as they are, all else as JSON text. */
export type Message = unknown;

/** What arrives: text as it was sent (JSON is not parsed), or bytes. */
export type MessageCallback = (message: string | ArrayBuffer) => void;

/** The messages of one data channel: what is put before it is open waits until it is. */
export class MessageLine {
  readonly #failed: (error: Error) => void;
  #channel: RTCDataChannel | undefined;
  #waiting: (string | Bytes)[] = [];
  #callback: MessageCallback;

  /**
   * @param callback gets the messages until `subscribe` sets another
   * @param failed called when the browser refuses a message (larger than the other side takes)
   */
  constructor(callback: MessageCallback, failed: (error: Error) => void) {
    this.#callback = callback;
    this.#failed = failed;
  }

  /** Sets the one callback. */
  subscribe(callback: MessageCallback): void {
    this.#callback = callback;
  }

  /**
   * Sends a message as soon as the channel is open.
   * @throws TypeError for a value that JSON cannot hold
   */
  put(message: Message): void {
    const data = encode(message);
    if (this.#channel?.readyState === 'open') this.#send(this.#channel, data);
    else this.#waiting.push(data);
  }

  /** Carries the messages over `channel` from now on. */
  attach(channel: RTCDataChannel): void {
    this.#channel = channel;
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => safely(this.#callback, data);
    channel.onopen = () => this.#flush(channel);
    // A channel that the other side made may be open before its event is handled.
    if (channel.readyState === 'open') this.#flush(channel);
  }

  #flush(channel: RTCDataChannel): void {
    for (const data of this.#waiting.splice(0)) this.#send(channel, data);
  }

  #send(channel: RTCDataChannel, data: string | Bytes): void {
    try {
      // send() is overloaded per type, which a union does not match.
      channel.send(data as string);
    } catch (error) {
      this.#failed(error as Error);
    }
  }
}

type Bytes = ArrayBuffer | ArrayBufferView | Blob;

/** Text and bytes as they are, all else as JSON text (`undefined` as `null`). */
export function encode(message: Message): string | Bytes {
  if (typeof message === 'string' || isBytes(message)) return message;
  return JSON.stringify(message) ?? 'null';
}

function isBytes(message: unknown): message is Bytes {
  return message instanceof ArrayBuffer || ArrayBuffer.isView(message) || message instanceof Blob;
}
