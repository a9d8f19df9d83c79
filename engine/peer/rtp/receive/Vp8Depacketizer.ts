import { isVp8Key, vp8Size } from '../../../media/picture/vp8';
import type { Depacketizer, ReceivedPicture } from './PictureAssembler';

// Payload descriptor (RFC 7741 4.2); all but the first byte are optional:
//   | X R N S R PID(3) | I L T K reserved(4) | M picture id, 7 or 15 bits | TL0PICIDX | TID Y KEYIDX |
const EXTENDED = 0x80;
const PARTITION_START = 0x10;
const PARTITION_INDEX = 0x07;
const HAS_PICTURE_ID = 0x80;
const HAS_LAYER_INDEX = 0x40;
const HAS_LAYER_OR_KEY_INDEX = 0x30;
const LONG_PICTURE_ID = 0x80;

/** Reads VP8 payloads (RFC 7741). */
export class Vp8Depacketizer implements Depacketizer {
  #parts: Buffer[] = [];
  #size: { width: number; height: number } | undefined;

  startsPicture(payload: Buffer): boolean {
    const [first = 0] = payload;
    return (first & PARTITION_START) !== 0 && (first & PARTITION_INDEX) === 0;
  }

  push(payload: Buffer): boolean {
    const part = payload.subarray(descriptorBytes(payload));
    const isInPlace = this.startsPicture(payload) === (this.#parts.length === 0);
    if (part.length === 0 || !isInPlace) return false;
    this.#parts.push(part);
    return true;
  }

  finish(): ReceivedPicture | 'empty' | 'damaged' {
    const data = joined(this.#parts);
    this.discard();
    if (data.length === 0) return 'empty';
    const key = isVp8Key(data);
    if (key) this.#size = vp8Size(data);
    if (!this.#size?.width || !this.#size.height) return 'damaged';
    return { data, key, ...this.#size };
  }

  discard(): void {
    this.#parts = [];
  }
}

function descriptorBytes(payload: Buffer): number {
  const [first = 0, flags = 0, pictureId = 0] = payload;
  if (!(first & EXTENDED)) return 1;
  let bytes = 2;
  if (flags & HAS_PICTURE_ID) bytes += pictureId & LONG_PICTURE_ID ? 2 : 1;
  if (flags & HAS_LAYER_INDEX) bytes += 1;
  if (flags & HAS_LAYER_OR_KEY_INDEX) bytes += 1;
  return bytes;
}

/** In memory of its own, not in a pool that would travel along to other threads. */
function joined(parts: readonly Buffer[]): Buffer {
  const data = Buffer.allocUnsafeSlow(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) at += part.copy(data, at);
  return data;
}
