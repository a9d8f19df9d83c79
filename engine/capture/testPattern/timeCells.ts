/**
 * Capture time as a block of black and white cells at the top of a picture, so that latency can be
 * measured in any viewer. It survives strong compression and scaling that keeps the proportions.
 * Runs in browsers too: nothing of Node here, and no imports.
 *
 *   cell  0          5                             47               55          60
 *         | 1 0 1 0 1 | ms since the epoch, 42 bits | CRC-8 of them | 0 1 0 1 0 |
 *
 * from left to right, row after row, high bits first; 1 is white.
 */
const TIME_BITS = 42; // enough until the year 2109
const CRC_BITS = 8;
const SYNC_START = [true, false, true, false, true];
const SYNC_END = [false, true, false, true, false];
const CELLS = SYNC_START.length + TIME_BITS + CRC_BITS + SYNC_END.length;

/** Smallest side of a cell, in pixels: what a block of VP8 or H.264 surely keeps. */
const MIN_SIDE = 8;
/** Least difference between white and black sync cells, of 255. Less is no cells. */
const MIN_CONTRAST = 48;

/** Where the cells lie, in pixels with fractions: all in proportion to the picture's size. */
export interface CellLayout {
  /** Left edge of the block. */
  readonly x: number;
  /** Top edge of the block. */
  readonly y: number;
  /** Side of a cell. */
  readonly side: number;
  readonly columns: number;
  readonly rows: number;
}

/** The layout for a picture of this size in pixels, at least 160x120. */
export function cellLayout(width: number, height: number): CellLayout {
  const wide = wideLayout(width, height);
  return wide.side >= MIN_SIDE ? wide : narrowLayout(width, height);
}

/** Two rows that leave the corners free: for pictures from 320x120 on. */
function wideLayout(width: number, height: number): CellLayout {
  const side = Math.min(width / 40, height / 15);
  return { x: (width - 30 * side) / 2, y: 0, side, columns: 30, rows: 2 };
}

/** Three rows as wide as the picture, for small ones. */
function narrowLayout(width: number, height: number): CellLayout {
  const side = Math.min(width / 20, height / 15);
  return { x: (width - 20 * side) / 2, y: 0, side, columns: 20, rows: 3 };
}

/** All cells for a time in ms since the epoch (rounded to whole ms), true for white. */
export function encodeTime(timestampMs: number): boolean[] {
  const time = bitsOf(Math.round(timestampMs) % 2 ** TIME_BITS, TIME_BITS);
  return [...SYNC_START, ...time, ...bitsOf(crc8(time), CRC_BITS), ...SYNC_END];
}

/** The time in ms since the epoch; undefined when sync cells or checksum are wrong. */
export function decodeTime(bits: readonly boolean[]): number | undefined {
  const timeEnd = SYNC_START.length + TIME_BITS;
  const crcEnd = timeEnd + CRC_BITS;
  const time = bits.slice(SYNC_START.length, timeEnd);
  const isWhole =
    bits.length === CELLS &&
    SYNC_START.every((bit, i) => bits[i] === bit) &&
    SYNC_END.every((bit, i) => bits[crcEnd + i] === bit) &&
    numberOf(bits.slice(timeEnd, crcEnd)) === crc8(time);
  return isWhole ? numberOf(time) : undefined;
}

/**
 * Reads the cells of a picture. `luma` gives the brightness (0..255) of a pixel at whole
 * coordinates; the picture may be scaled. Undefined when no cells can be read.
 */
export function readCells(
  luma: (x: number, y: number) => number,
  width: number,
  height: number,
): number | undefined {
  // Which layout was drawn depends on the original size, which a scaled picture does not tell.
  for (const layout of [wideLayout(width, height), narrowLayout(width, height)]) {
    const time = decodeTime(bitsIn(luma, layout));
    if (time !== undefined) return time;
  }
  return undefined;
}

/** The cells as bits, against a threshold half-way between the white and the black sync cells. */
function bitsIn(luma: (x: number, y: number) => number, layout: CellLayout): boolean[] {
  const values: number[] = [];
  for (let cell = 0; cell < CELLS; cell += 1) values.push(cellLuma(luma, layout, cell));
  const start = SYNC_START.map((isWhite, i) => ({ isWhite, value: values[i] ?? 0 }));
  const end = SYNC_END.map((isWhite, i) => ({
    isWhite,
    value: values[CELLS - SYNC_END.length + i] ?? 0,
  }));
  const sync = [...start, ...end];
  const white = mean(sync.filter(cell => cell.isWhite).map(cell => cell.value));
  const black = mean(sync.filter(cell => !cell.isWhite).map(cell => cell.value));
  if (white - black < MIN_CONTRAST) return [];
  return values.map(value => value > (white + black) / 2);
}

/** Mean of nine pixels in the middle half of a cell: its edges may be smeared. */
function cellLuma(
  luma: (x: number, y: number) => number,
  { x, y, side, columns }: CellLayout,
  cell: number,
): number {
  const left = x + (cell % columns) * side;
  const top = y + Math.floor(cell / columns) * side;
  const at = [0.3, 0.5, 0.7].map(part => part * side);
  const samples = at.flatMap(dy => at.map(dx => luma(Math.floor(left + dx), Math.floor(top + dy))));
  return mean(samples);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The lower `count` bits, high ones first. Not by shifts: those end at 32 bits. */
function bitsOf(value: number, count: number): boolean[] {
  const bits: boolean[] = [];
  for (let i = count - 1; i >= 0; i -= 1) bits.push(Math.floor(value / 2 ** i) % 2 === 1);
  return bits;
}

function numberOf(bits: readonly boolean[]): number {
  return bits.reduce((value, bit) => value * 2 + (bit ? 1 : 0), 0);
}

/** CRC-8 with the polynomial x^8 + x^2 + x + 1. */
function crc8(bits: readonly boolean[]): number {
  return bits.reduce((crc, bit) => {
    const carry = ((crc >> 7) & 1) !== (bit ? 1 : 0);
    return ((crc << 1) & 0xff) ^ (carry ? 0x07 : 0);
  }, 0xff);
}
