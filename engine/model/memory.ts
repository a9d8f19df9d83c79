/** Structured clone turns a Buffer into a Uint8Array; this turns it back, without copying. */
export function asBuffer(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** The same for a message, which may be text. */
export function asMessage(data: string | Uint8Array): string | Buffer {
  return typeof data === 'string' ? data : asBuffer(data);
}

/**
 * A copy, to be handed over to the other thread. A Buffer is mostly a view of larger memory, and others
 * hold it, too: that memory itself is never handed over.
 */
export function ownMemory(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data);
}

/** The same for a message, and what of it is handed over: text has nothing of the kind. */
export function ownMessage(data: string | Uint8Array): {
  readonly own: string | Uint8Array;
  readonly transfer: ArrayBuffer[];
} {
  if (typeof data === 'string') return { own: data, transfer: [] };
  const own = ownMemory(data);
  return { own, transfer: [own.buffer] };
}
