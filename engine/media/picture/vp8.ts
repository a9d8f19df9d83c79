// Frame header, RFC 6386 section 9.1: a tag of 3 bytes whose lowest bit is 0 for a keyframe;
// in a keyframe the start code 9d 01 2a and two 16-bit little-endian fields follow, the size in
// the lower 14 bits and a hint for scaling in the upper two.
const KEY_HEADER_BYTES = 10;
const START_CODE = 0x9d012a;
const SIZE_MASK = 0x3fff;

/** Whether a VP8 frame can be decoded without any earlier one. */
export function isVp8Key(frame: Buffer): boolean {
  const first = frame[0];
  return first !== undefined && (first & 1) === 0;
}

/** The size in pixels that a VP8 keyframe names; undefined for any other frame. */
export function vp8Size(frame: Buffer): { width: number; height: number } | undefined {
  if (!isVp8Key(frame) || frame.length < KEY_HEADER_BYTES) return undefined;
  if (frame.readUIntBE(3, 3) !== START_CODE) return undefined;
  return {
    width: frame.readUInt16LE(6) & SIZE_MASK,
    height: frame.readUInt16LE(8) & SIZE_MASK,
  };
}
