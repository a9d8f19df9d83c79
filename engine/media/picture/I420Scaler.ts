/** A rectangle in a picture, in pixels. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One plane of a picture, one byte a pixel, rows without gaps. */
export interface Plane {
  readonly data: Buffer;
  /** Where it begins in `data`. */
  readonly offset: number;
  readonly width: number;
  readonly height: number;
}

/** The planes Y, U and V of an I420 picture; those of colour are rounded up for odd sizes. */
export function planesOf(data: Buffer, width: number, height: number): [Plane, Plane, Plane] {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const luma = width * height;
  return [
    { data, offset: 0, width, height },
    { data, offset: luma, ...half },
    { data, offset: luma + half.width * half.height, ...half },
  ];
}

/** Weights are parts of this: whole numbers are faster. */
const ONE = 256;

/** For each target pixel the two source pixels that it lies between, and the weight of the second. */
interface Steps {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly weight: Int32Array;
}

/** Scales pictures of one size into rectangles of one size, bilinearly: half the size is an exact mean. */
export class PlaneScaler {
  readonly #columns: Steps;
  readonly #rows: Steps;

  /** Sizes in pixels. */
  constructor(source: Pick<Plane, 'width' | 'height'>, target: Pick<Plane, 'width' | 'height'>) {
    this.#columns = stepsOf(source.width, target.width);
    this.#rows = stepsOf(source.height, target.height);
  }

  /** Draws the whole of `source` into `target`, its top left corner at x, y. */
  draw(source: Plane, target: Plane, x: number, y: number): void {
    const { from: tops, to: bottoms, weight: weights } = this.#rows;
    for (let row = 0; row < tops.length; row += 1) {
      const top = source.offset + (tops[row] ?? 0) * source.width;
      const bottom = source.offset + (bottoms[row] ?? 0) * source.width;
      const start = target.offset + (y + row) * target.width + x;
      this.#drawRow(source.data, top, bottom, weights[row] ?? 0, target.data, start);
    }
  }

  #drawRow(
    source: Buffer,
    top: number,
    bottom: number,
    weight: number,
    target: Buffer,
    start: number,
  ): void {
    const { from: lefts, to: rights, weight: weights } = this.#columns;
    for (let column = 0; column < lefts.length; column += 1) {
      const left = lefts[column] as number;
      const right = rights[column] as number;
      const share = weights[column] as number;
      const above = mix(source[top + left] as number, source[top + right] as number, share);
      const below = mix(source[bottom + left] as number, source[bottom + right] as number, share);
      target[start + column] = (mix(above, below, weight) + (ONE * ONE) / 2) >> 16;
    }
  }
}

/** Between a and b, times `ONE`. */
function mix(a: number, b: number, share: number): number {
  return a * (ONE - share) + b * share;
}

/** Pixels lie in the middle of their square: the picture's edges stay where they are. */
function stepsOf(source: number, target: number): Steps {
  const place = (i: number) =>
    Math.min(source - 1, Math.max(0, ((i + 0.5) * source) / target - 0.5));
  return {
    from: Int32Array.from({ length: target }, (_, i) => Math.floor(place(i))),
    to: Int32Array.from({ length: target }, (_, i) =>
      Math.min(source - 1, Math.floor(place(i)) + 1),
    ),
    weight: Int32Array.from({ length: target }, (_, i) => Math.round((place(i) % 1) * ONE)),
  };
}
