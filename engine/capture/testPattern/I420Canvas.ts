import { i420Bytes } from '../../model/AccessUnit';

/** A colour in BT.601, limited range: y 16..235, u and v 16..240 around 128. */
export interface Yuv {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** The BT.601 limited-range colour for red, green and blue of 0..1. */
export function yuvOf(red: number, green: number, blue: number): Yuv {
  return {
    y: Math.round(16 + 65.481 * red + 128.553 * green + 24.966 * blue),
    u: Math.round(128 - 37.797 * red - 74.203 * green + 112 * blue),
    v: Math.round(128 + 112 * red - 93.786 * green - 18.214 * blue),
  };
}

/** Opaque brightness, one byte a pixel. Leaves the colour beneath as it is. */
export interface LumaSprite {
  readonly width: number;
  readonly height: number;
  readonly luma: Buffer;
}

/** One plane of a shape with soft edges and without holes. */
export interface SoftPlane {
  readonly width: number;
  readonly values: Buffer;
  /** 0 (the picture beneath) to 1, one number for each value. */
  readonly alpha: Float32Array;
  /** For each row, the columns from the first with alpha 1 to the one behind the last. */
  readonly solid: readonly (readonly [start: number, end: number])[];
}

/** A shape with soft edges; the planes u and v have half the width and height of y. */
export type SoftSprite = Readonly<Record<'y' | 'u' | 'v', SoftPlane>>;

/** Draws into one I420 picture with even sides. What is drawn must lie inside: nothing is clipped. */
export class I420Canvas {
  readonly width: number;
  readonly height: number;
  /** The planes Y, U and V. */
  readonly data: Buffer;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.data = Buffer.allocUnsafeSlow(i420Bytes(width, height));
  }

  /** The same picture in memory of its own. */
  copy(): I420Canvas {
    const copy = new I420Canvas(this.width, this.height);
    this.data.copy(copy.data);
    return copy;
  }

  /** Fills a rectangle; its edges are rounded to even pixels, as colour has half the resolution. */
  fillRect(x: number, y: number, width: number, height: number, color: Yuv): void {
    const [left, top, right, bottom] = [even(x), even(y), even(x + width), even(y + height)];
    for (let row = top; row < bottom; row += 1) {
      this.data.fill(color.y, row * this.width + left, row * this.width + right);
    }
    const half = this.width / 2;
    for (let row = top / 2; row < bottom / 2; row += 1) {
      const start = this.#planeU + row * half;
      this.data.fill(color.u, start + left / 2, start + right / 2);
      this.data.fill(
        color.v,
        this.#planeBytes + start + left / 2,
        this.#planeBytes + start + right / 2,
      );
    }
  }

  /** Puts a sprite at whole pixels. */
  drawLuma(x: number, y: number, { width, height, luma }: LumaSprite): void {
    for (let row = 0; row < height; row += 1) {
      luma.copy(this.data, (y + row) * this.width + x, row * width, (row + 1) * width);
    }
  }

  /** Blends a sprite in at whole pixels. */
  blend(x: number, y: number, sprite: SoftSprite): void {
    const stride = this.width / 2;
    const chroma = this.#planeU + (y >> 1) * stride + (x >> 1);
    this.#blendPlane(y * this.width + x, this.width, sprite.y);
    this.#blendPlane(chroma, stride, sprite.u);
    this.#blendPlane(chroma + this.#planeBytes, stride, sprite.v);
  }

  /** Computes only the edges: a loop over all pixels would cost more than the rest of the picture. */
  #blendPlane(start: number, stride: number, { width, values, alpha, solid }: SoftPlane): void {
    for (const [row, [solidStart, solidEnd]] of solid.entries()) {
      const from = row * width;
      const to = start + row * stride;
      values.copy(this.data, to + solidStart, from + solidStart, from + solidEnd);
      for (let at = 0; at < width; at = at + 1 === solidStart ? solidEnd : at + 1) {
        const under = this.data[to + at] ?? 0;
        const over = values[from + at] ?? 0;
        this.data[to + at] = under + (over - under) * (alpha[from + at] ?? 0) + 0.5;
      }
    }
  }

  /** Where the U plane starts. */
  get #planeU(): number {
    return this.width * this.height;
  }

  /** Length of the U plane, and of the V plane behind it. */
  get #planeBytes(): number {
    return (this.width * this.height) / 4;
  }
}

/** The nearest even number. */
export function even(value: number): number {
  return 2 * Math.round(value / 2);
}
