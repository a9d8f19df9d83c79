import { ContainerError } from './ContainerError';
import { NutParser } from './NutParser';
import type { Y4mHandlers } from './Y4mParser';

/** Lines of brightness that the mark adds below a picture; of each colour it has half as many. */
const MARK_LINES = 4;
/** Red has the most of the last plane, black none of it: 240 and 128, in either range. */
const LEAST_OF_RED = 192;

/**
 * Filters that write the size of a picture into it: below it come two black lines and two red ones.
 * The last plane then ends in red bytes that are as many as half the width. `pad` knows even sides only
 * and fails at others, so the odd column or line is cut off, as encoders of 4:2:0 do.
 */
export const MARK_FILTERS: readonly string[] = [
  'format=yuv420p',
  'crop=w=2*trunc(iw/2):h=2*trunc(ih/2):x=0:y=0',
  `pad=h=ih+${MARK_LINES / 2}:color=black`,
  `pad=h=ih+${MARK_LINES / 2}:color=red`,
];

/**
 * Takes the pictures out of a NUT stream of raw I420 (`-c:v rawvideo -f nut`) that went through
 * `MARK_FILTERS`. No container has a size for each raw picture; with the mark each may have its own,
 * also one of as many bytes as the last.
 */
export class MarkedPictures {
  readonly #parser: NutParser;

  constructor(handlers: Y4mHandlers) {
    this.#parser = new NutParser({
      frame: data => {
        const { width, height } = markedSize(data);
        handlers.picture(unmarked(data, width, height), width, height);
      },
    });
  }

  /** Takes the next bytes. Throws ContainerError when they are not NUT, or a picture has no mark. */
  push(chunk: Buffer): void {
    this.#parser.push(chunk);
  }
}

/** The size of the picture without its mark, in pixels. Both sides are even. */
function markedSize(data: Buffer): { width: number; height: number } {
  let black = data.length - 1;
  while ((data[black] ?? 0) >= LEAST_OF_RED) black -= 1;
  const width = (data.length - 1 - black) * 2;
  const height = data.length / (width * 1.5) - MARK_LINES;
  if (!(width > 0 && height > 0 && height % 2 === 0)) {
    throw new ContainerError('NUT', `no size in a picture of ${data.length} bytes`);
  }
  return { width, height };
}

/** The planes moved together over the lines of the mark, in place. */
function unmarked(data: Buffer, width: number, height: number): Buffer {
  const luma = width * height;
  const chroma = luma / 4;
  const mark = width * MARK_LINES;
  const firstChroma = luma + mark;
  const secondChroma = firstChroma + chroma + mark / 4;
  data.copyWithin(luma, firstChroma, firstChroma + chroma);
  data.copyWithin(luma + chroma, secondChroma, secondChroma + chroma);
  return data.subarray(0, luma + 2 * chroma);
}
