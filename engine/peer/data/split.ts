import type { ChannelData } from './ChannelData';

/** The largest message that is sent in parts, in bytes. */
export const MOST_SPLIT_BYTES = 64 * 1024 * 1024;
/** The largest that is taken in parts unless a setting says otherwise, in bytes. */
export const USUAL_SPLIT_BYTES = 4 * 1024 * 1024;

/** Begins the text frame that announces a message in parts; no text of a page begins so by chance. */
const MARK = '\u0000rtcbot-split ';
/** A part fits into what every peer takes in one message (RFC 8841 6.1). */
const PART_BYTES = 60 * 1024;

/** What the unfinished messages of all peers of the engine may hold together, in bytes. */
const MOST_UNFINISHED_BYTES = 64 * 1024 * 1024;

/** What goes over a channel for one message that is larger than the peer takes: its frames in order. */
export function* framesOf(data: ChannelData): Generator<ChannelData> {
  const bytes = Buffer.from(data);
  const parts = Math.ceil(bytes.length / PART_BYTES);
  yield MARK + JSON.stringify({ bytes: bytes.length, parts, text: typeof data === 'string' });
  for (let at = 0; at < bytes.length; at += PART_BYTES) yield bytes.subarray(at, at + PART_BYTES);
}

/** Parts that do not fit to what was announced. */
export class SplitError extends Error {}

/** A message that is larger than is taken, or finds no room: it is left out, and the channel goes on. */
export class SplitRefusal extends Error {}

interface Announced {
  readonly bytes: number;
  readonly parts: number;
  readonly text: boolean;
}

/** Room for unfinished messages: of the whole engine, and as a part of it of one peer. */
export class PartsRoom {
  readonly #mostBytes: number;
  readonly #whole: PartsRoom | undefined;
  #bytes = 0;

  /** @param whole what it is a part of */
  constructor(mostBytes = MOST_UNFINISHED_BYTES, whole?: PartsRoom) {
    this.#mostBytes = mostBytes;
    this.#whole = whole;
  }

  /** What is held, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws SplitRefusal if there is none left */
  take(bytes: number): void {
    if (this.#bytes + bytes > this.#mostBytes) {
      throw new SplitRefusal(`more than ${this.#mostBytes} bytes wait for the rest of messages`);
    }
    this.#whole?.take(bytes);
    this.#bytes += bytes;
  }

  give(bytes: number): void {
    this.#whole?.give(bytes);
    this.#bytes -= bytes;
  }
}

/** Puts the messages of one ordered, reliable channel together that come in parts. */
export class SplitReader {
  readonly #room: PartsRoom;
  readonly #mostBytes: number;
  #announced: Announced | undefined;
  #parts: Buffer[] = [];
  #bytes = 0;
  /** Parts that are still to come of a message that is left out. */
  #unwanted = 0;

  constructor(room = new PartsRoom(), mostBytes = USUAL_SPLIT_BYTES) {
    this.#room = room;
    this.#mostBytes = mostBytes;
  }

  /**
   * Takes the next frame of the channel.
   * @returns the message that is whole now, undefined while parts are missing
   * @throws SplitRefusal if the message of this frame is left out
   * @throws SplitError after which the channel is of no use
   */
  read(frame: ChannelData): ChannelData | undefined {
    if (this.#unwanted > 0) {
      this.#unwanted -= 1;
      return undefined;
    }
    if (this.#announced) return this.#take(this.#announced, frame);
    if (typeof frame !== 'string' || !frame.startsWith(MARK)) return frame;
    const announced = readAnnounced(frame.slice(MARK.length));
    if (announced.parts === 0) return announced.text ? '' : Buffer.alloc(0);
    if (announced.bytes > this.#mostBytes) {
      this.#unwanted = announced.parts;
      throw new SplitRefusal(`it has ${announced.bytes} bytes, ${this.#mostBytes} are taken`);
    }
    this.#announced = announced;
    return undefined;
  }

  /** Forgets what has no end yet. */
  close(): void {
    this.#room.give(this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    this.#announced = undefined;
  }

  #take(announced: Announced, part: ChannelData): ChannelData | undefined {
    if (typeof part === 'string') throw new SplitError('text came where a part was due');
    try {
      this.#room.take(part.length);
    } catch (error) {
      this.#unwanted = announced.parts - this.#parts.length - 1;
      this.close();
      throw error;
    }
    this.#parts.push(part);
    this.#bytes += part.length;
    const isLast = this.#parts.length === announced.parts;
    if (this.#bytes > announced.bytes || (isLast && this.#bytes < announced.bytes)) {
      throw new SplitError(`its parts do not add up to ${announced.bytes} bytes`);
    }
    if (!isLast) return undefined;
    const whole = Buffer.concat(this.#parts);
    this.close();
    return announced.text ? whole.toString() : whole;
  }
}

function readAnnounced(json: string): Announced {
  let note: Partial<Record<keyof Announced, unknown>> | null;
  try {
    note = JSON.parse(json);
  } catch {
    throw new SplitError('its announcement cannot be read');
  }
  const { bytes, parts, text } = note ?? {};
  const isSound = isCount(bytes) && isCount(parts) && typeof text === 'boolean';
  // A multitude of tiny parts would take far more memory than they have bytes.
  if (!isSound || parts !== Math.ceil(bytes / PART_BYTES)) {
    throw new SplitError('its announcement makes no sense');
  }
  return { bytes, parts, text };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}
