import { types } from 'node:util';

/**
 * The bytes of a value that is nothing else: a Buffer, another typed array, an ArrayBuffer; undefined for
 * all others. They are shared with the value, and never written to.
 */
export function bytesOf(value: unknown): Buffer | undefined {
  if (Buffer.isBuffer(value)) return value;
  // What function nodes make is of another realm: `instanceof` knows nothing of it.
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  return types.isAnyArrayBuffer(value) ? Buffer.from(value) : undefined;
}
