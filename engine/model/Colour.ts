/**
 * How the colours of a picture are coded. The numbers are those of ITU-T H.273, which H.264 and all
 * later codecs use; 2 means: not told.
 */
export interface Colour {
  /** Which red, green and blue are meant (table 2). */
  readonly primaries: number;
  /** How brightness grows with the numbers (table 3). */
  readonly transfer: number;
  /** How brightness and colour differences are made of red, green and blue (table 4). */
  readonly matrix: number;
  /** Black to white are 16 to 235 as in video, or 0 to 255. */
  readonly range: 'limited' | 'full';
}

/** H.273's number for what is not told. */
export const NOT_TOLD = 2;
/** Those of BT.709, of sRGB screens and of webcams. */
const PRIMARIES_709 = 1;
const TRANSFER_709 = 1;
const MATRIX_709 = 1;
const MATRIX_601 = 6;

/**
 * BT.601 as video has it: raw pictures unless they say something else, VP8 (RFC 6386 9.2), and what
 * browsers make of a camera or a canvas.
 */
export const VIDEO_COLOUR: Colour = {
  primaries: PRIMARIES_709,
  transfer: TRANSFER_709,
  matrix: MATRIX_601,
  range: 'limited',
};

/** BT.709 as video has it: high definition. */
const HIGH_DEFINITION: Colour = { ...VIDEO_COLOUR, matrix: MATRIX_709 };

/** A JPEG's, by JFIF: BT.601 with the full range. */
export const JPEG_COLOUR: Colour = { ...VIDEO_COLOUR, range: 'full' };

/** Pictures from this size on are high definition, in pixels: as libcamera, mpv and others assume. */
const HIGH_DEFINITION_WIDTH = 1280;
const HIGH_DEFINITION_HEIGHT = 576;

/** What is meant by video of this size, in pixels, that does not say it. */
export function likelyColour(width: number, height: number): Colour {
  const isHigh = width >= HIGH_DEFINITION_WIDTH || height > HIGH_DEFINITION_HEIGHT;
  return isHigh ? HIGH_DEFINITION : VIDEO_COLOUR;
}

/** True if pixels of one need not be changed to be of the other: BT.601 has several numbers. */
export function hasSamePixels(a: Colour, b: Colour): boolean {
  return a.range === b.range && matrixName(a) === matrixName(b);
}

/** ffmpeg's name of the matrix, as its filter `scale` takes it. */
export function matrixName({ matrix }: Colour): string {
  return MATRIX_NAMES.get(matrix) ?? 'bt601';
}

const MATRIX_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'bt709'],
  [4, 'fcc'],
  [5, 'bt601'],
  [6, 'bt601'],
  [7, 'smpte240m'],
  [9, 'bt2020'],
  [10, 'bt2020'],
]);
