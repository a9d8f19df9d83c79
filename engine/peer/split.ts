import type { ChannelData } from './MessageChannel';

/** The largest message that is sent or taken in parts, in bytes. */
export const MOST_SPLIT_BYTES = 64 * 1024 * 1024;

/** Begins the text frame that announces a message in parts; no text of a page begins so by chance. */
const MARK = '\u0000rtcbot-split ';
/** A part fits into what every peer takes in one message (RFC 8841 6.1). */
const PART_BYTES = 60 * 1024;

/** What goes over a channel for one message that is larger than the peer takes: its frames in order. */
export function* framesOf(data: ChannelData): Generator<ChannelData> {
  const bytes = Buffer.from(data);
  const parts = Math.ceil(bytes.length / PART_BYTES);
  yield MARK + JSON.stringify({ bytes: bytes.length, parts, text: typeof data === 'string' });
  for (let at = 0; at < bytes.length; at += PART_BYTES) yield bytes.subarray(at, at + PART_BYTES);
}

/** Parts that do not fit to what was announced. */
export class SplitError extends Error {}

interface Announced {
  readonly bytes: number;
  readonly parts: number;
  readonly text: boolean;
}

/** Puts the messages of one ordered, reliable channel together that come in parts. */
export class SplitReader {
  #announced: Announced | undefined;
  #parts: Buffer[] = [];
  #bytes = 0;

  /**
   * Takes the next frame of the channel.
   * @returns the message that is whole now, undefined while parts are missing
   * @throws SplitError after which the channel is of no use
   */
  read(frame: ChannelData): ChannelData | undefined {
    if (this.#announced) return this.#take(this.#announced, frame);
    if (typeof frame !== 'string' || !frame.startsWith(MARK)) return frame;
    const announced = readAnnounced(frame.slice(MARK.length));
    if (announced.parts === 0) return announced.text ? '' : Buffer.alloc(0);
    this.#announced = announced;
    return undefined;
  }

  #take(announced: Announced, part: ChannelData): ChannelData | undefined {
    if (typeof part === 'string') throw new SplitError('text came where a part was due');
    this.#parts.push(part);
    this.#bytes += part.length;
    const isLast = this.#parts.length === announced.parts;
    if (this.#bytes > announced.bytes || (isLast && this.#bytes < announced.bytes)) {
      throw new SplitError(`its parts do not add up to ${announced.bytes} bytes`);
    }
    if (!isLast) return undefined;
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    this.#announced = undefined;
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
  // Parts are neither empty nor without end.
  if (!isSound || parts > bytes || bytes > parts * PART_BYTES) {
    throw new SplitError('its announcement makes no sense');
  }
  if (bytes > MOST_SPLIT_BYTES) throw new SplitError(`it has ${bytes} bytes`);
  return { bytes, parts, text };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}
