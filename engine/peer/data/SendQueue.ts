import type { ChannelData } from './ChannelData';

/** A message that waits to be sent. */
export interface WaitingMessage {
  readonly data: ChannelData;
  readonly bytes: number;
  /** It was handed over to the network, or left out as stale. */
  done(): void;
  failed(error: Error): void;
}

/** What a message costs beside its bytes, so that many small ones are bounded too. */
const OVERHEAD_BYTES = 64;
/** The head of the list is cut off when so many have been taken from it. */
const COMPACT_AT = 1024;

/** Messages in the order in which they were sent; knows what they weigh. */
export class SendQueue {
  #messages: (WaitingMessage | undefined)[] = [];
  #head = 0;
  #weight = 0;

  get length(): number {
    return this.#messages.length - this.#head;
  }

  /** Bytes that are held, with an allowance for each message. */
  get weight(): number {
    return this.#weight;
  }

  get first(): WaitingMessage | undefined {
    return this.#messages[this.#head];
  }

  /** What this message would add to the weight. */
  static weightOf(bytes: number): number {
    return bytes + OVERHEAD_BYTES;
  }

  push(message: WaitingMessage): void {
    this.#messages.push(message);
    this.#weight += SendQueue.weightOf(message.bytes);
  }

  /** Takes the oldest out. */
  shift(): WaitingMessage | undefined {
    const message = this.first;
    if (!message) return undefined;
    this.#messages[this.#head] = undefined;
    this.#head += 1;
    this.#weight -= SendQueue.weightOf(message.bytes);
    if (this.#head >= COMPACT_AT) {
      this.#messages = this.#messages.slice(this.#head);
      this.#head = 0;
    }
    return message;
  }
}
