/** What a message may be. Text and bytes go as they are, all else as JSON text. */
export type Message = unknown;

/** Bytes as a browser sends them. */
export type Bytes = ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob;

/** Text and bytes as they are, all else as JSON text (`undefined` as `null`). @throws TypeError for what JSON cannot hold */
export function encode(message: Message): string | Bytes {
  if (typeof message === 'string' || isBytes(message)) return message;
  return JSON.stringify(message) ?? 'null';
}

/** The value of JSON text; other text and bytes as they are. */
export function decode(message: string | ArrayBuffer): unknown {
  if (typeof message !== 'string') return message;
  try {
    return JSON.parse(message);
  } catch {
    return message; // Plain text.
  }
}

/** The size of an encoded message on the wire. */
export function bytesOf(data: string | Bytes): number {
  if (typeof data === 'string') return utf8Length(data);
  return data instanceof Blob ? data.size : data.byteLength;
}

/** Most bytes that UTF-8 takes for one UTF-16 unit (a pair of surrogates takes four for two). */
const MOST_PER_UNIT = 3;
/** A text so short can have no size that matters, and need not be counted. */
const SHORT_UNITS = 1024;

function utf8Length(text: string): number {
  if (text.length <= SHORT_UNITS) return text.length * MOST_PER_UNIT;
  return new TextEncoder().encode(text).length;
}

function isBytes(message: unknown): message is Bytes {
  return message instanceof ArrayBuffer || ArrayBuffer.isView(message) || message instanceof Blob;
}
