/** One measurement: so many viewers of one size, in one browser. */
export interface Cell {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  readonly viewers: number;
  /** What the viewers' browser makes of it: Chromium is sent H264, Firefox without it VP8. */
  readonly codec: 'H264' | 'VP8';
}

/** Pictures a second in every cell. */
export const FRAME_RATE = 30;

const SIZES = [
  { width: 640, height: 480 },
  { width: 1280, height: 720 },
];

/** All cells of a full run. */
export const CELLS: readonly Cell[] = [
  ...SIZES.flatMap(size =>
    [1, 4, 8].map(viewers => ({ ...size, viewers, codec: 'H264' as const })),
  ),
  { width: 640, height: 480, viewers: 1, codec: 'VP8' },
];

/** The name by which a cell is chosen on the command line: `640x480:4` or `640x480:1:VP8`. */
export function cellName({ width, height, viewers, codec }: Cell): string {
  return `${width}x${height}:${viewers}${codec === 'VP8' ? ':VP8' : ''}`;
}
