// Markers, ITU-T T.81 table B.1.
const MARKER = 0xff;
const SOI = 0xd8;
const SOS = 0xda;
const EOI = 0xd9;
/** Frame headers SOF0 to SOF15 lie here, and among them three markers that are something else. */
const SOF_FIRST = 0xc0;
const SOF_LAST = 0xcf;
const NO_FRAME_HEADER = new Set([0xc4, 0xc8, 0xcc]);

// Frame header, T.81 B.2.2, from its marker on:
//   0    1     2        4           5        7
//   | ff | cN  | length | precision | height | width
const HEIGHT_OFFSET = 5;
const WIDTH_OFFSET = 7;

/** The size in pixels that a JPEG's frame header names; undefined when it is no whole JPEG header. */
export function jpegSize(jpeg: Buffer): { width: number; height: number } | undefined {
  if (jpeg[0] !== MARKER || jpeg[1] !== SOI) return undefined;
  let at = 2;
  while (at + WIDTH_OFFSET + 2 <= jpeg.length && jpeg[at] === MARKER) {
    const marker = jpeg.readUInt8(at + 1);
    if (marker === MARKER) {
      at += 1; // a fill byte
      continue;
    }
    if (marker === SOS || marker === EOI) return undefined;
    if (marker >= SOF_FIRST && marker <= SOF_LAST && !NO_FRAME_HEADER.has(marker)) {
      return {
        width: jpeg.readUInt16BE(at + WIDTH_OFFSET),
        height: jpeg.readUInt16BE(at + HEIGHT_OFFSET),
      };
    }
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  return undefined;
}
