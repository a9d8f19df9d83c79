/** Structured clone turns a Buffer into a Uint8Array; this turns it back, without copying. */
export function asBuffer(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * A copy, to be handed over to the other thread. A Buffer is mostly a view of larger memory, and others
 * hold it, too: that memory itself is never handed over.
 */
export function ownMemory(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data);
}
