/**
 * How a message that is larger than a frame may be travels between our two ends: one text frame that
 * announces it, then its parts as binary frames. Pure.
 */
import type { Bytes } from './message';

/** What a message in parts is announced with. No JSON text begins so. */
const PREFIX = '\u0000rtcbot-split ';
/** The largest part: below the 64 KiB that every browser takes (RFC 8841, section 6.1). */
export const PART_BYTES = 60 * 1024;
/** The largest message in parts. */
export const MOST_BYTES = 64 * 1024 * 1024;

/** What is announced. */
export interface Announcement {
  /** Of all parts together. */
  bytes: number;
  parts: number;
  /** The parts are the UTF-8 of a text. */
  text: boolean;
}

/** Whether a frame announces a message in parts, well or badly. */
export function isAnnouncement(frame: unknown): frame is string {
  return typeof frame === 'string' && frame.startsWith(PREFIX);
}

/** The frames that carry a message in parts, to be sent with nothing between them. */
export function* framesOf(data: string | Bytes): Generator<string | Bytes> {
  const text = typeof data === 'string';
  const whole = text ? new TextEncoder().encode(data) : data;
  const bytes = whole instanceof Blob ? whole.size : whole.byteLength;
  const parts = Math.ceil(bytes / PART_BYTES);
  yield PREFIX + JSON.stringify({ bytes, parts, text } satisfies Announcement);
  for (let from = 0; from < bytes; from += PART_BYTES) {
    yield cut(whole, from, Math.min(from + PART_BYTES, bytes));
  }
}

/** Puts messages in parts together again. */
export class Joiner {
  #announced: Announcement | undefined;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /**
   * Takes a frame and gives the message that is whole with it: the frame itself unless it belongs
   * to a message in parts. Undefined while more is to come.
   * @throws RangeError for an announcement or a part that cannot be; the channel is of no use then
   */
  take(frame: string | ArrayBuffer): string | ArrayBuffer | undefined {
    if (!this.#announced) {
      if (!isAnnouncement(frame)) return frame;
      this.#announced = parse(frame);
    } else if (typeof frame === 'string') {
      throw new RangeError('A text came between the parts of a message');
    } else {
      this.#parts.push(new Uint8Array(frame));
      this.#bytes += frame.byteLength;
    }
    return this.#whole(this.#announced);
  }

  #whole({ bytes, parts, text }: Announcement): string | ArrayBuffer | undefined {
    if (this.#bytes > bytes)
      throw new RangeError('The parts of a message are larger than announced');
    if (this.#parts.length < parts) return undefined;
    if (this.#bytes < bytes)
      throw new RangeError('The parts of a message are smaller than announced');
    const whole = new Uint8Array(bytes);
    let offset = 0;
    for (const part of this.#parts) {
      whole.set(part, offset);
      offset += part.length;
    }
    this.#announced = undefined;
    this.#parts = [];
    this.#bytes = 0;
    return text ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole) : whole.buffer;
  }
}

/** @throws RangeError if it is not a possible one */
function parse(frame: string): Announcement {
  let said: Partial<Announcement> | null = null;
  try {
    said = JSON.parse(frame.slice(PREFIX.length));
  } catch {
    // Told below.
  }
  const { bytes, parts, text } = said ?? {};
  const possible =
    isCount(bytes) &&
    isCount(parts) &&
    bytes <= MOST_BYTES &&
    parts <= bytes &&
    (parts > 0 || bytes === 0);
  if (!possible || typeof text !== 'boolean') {
    throw new RangeError('A message in parts is announced that cannot be');
  }
  return { bytes, parts, text };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function cut(whole: Bytes, from: number, to: number): Bytes {
  if (whole instanceof Blob || whole instanceof ArrayBuffer) return whole.slice(from, to);
  return new Uint8Array(whole.buffer, whole.byteOffset + from, to - from);
}
