import { i420Bytes } from '../model/AccessUnit';
import type { FrameFormat } from '../model/Frame';

/** How raw pixels are laid out. */
export type PixelFormat = Exclude<FrameFormat, 'jpeg'>;

/** Size of a picture, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Bytes of a picture in this format. */
export function pixelBytes(format: PixelFormat, { width, height }: Size): number {
  return format === 'yuv420p' ? i420Bytes(width, height) : width * height * BYTES[format];
}

const BYTES = { rgb24: 3, rgba: 4, gray8: 1 } as const;

// BT.601 limited range, in 16.16 fixed point: what cameras and browsers mean when they say nothing.
const Y_SCALE = 76_309; // 255 / 219
const V_TO_R = 104_597;
const U_TO_G = 25_675;
const V_TO_G = 53_279;
const U_TO_B = 132_201;
const HALF = 32_768;

/** A picture's I420 planes in another layout, in memory of its own. */
export function fromI420(data: Buffer, format: PixelFormat, size: Size): Buffer {
  switch (format) {
    case 'yuv420p':
      return Buffer.from(data);
    case 'gray8':
      return grayOf(data, size);
    case 'rgb24':
    case 'rgba':
      return rgbOf(data, BYTES[format], size);
    default:
      return format satisfies never;
  }
}

function grayOf(data: Buffer, { width, height }: Size): Buffer {
  const gray = Buffer.allocUnsafe(width * height);
  for (let index = 0; index < gray.length; index += 1) {
    gray[index] = clamped(((data[index] ?? 0) - 16) * Y_SCALE);
  }
  return gray;
}

function rgbOf(data: Buffer, step: 3 | 4, { width, height }: Size): Buffer {
  const rgb = Buffer.allocUnsafe(width * height * step);
  const chromaWidth = Math.ceil(width / 2);
  const uStart = width * height;
  const vStart = uStart + chromaWidth * Math.ceil(height / 2);
  let out = 0;
  for (let y = 0; y < height; y += 1) {
    const chromaRow = (y >> 1) * chromaWidth;
    for (let x = 0; x < width; x += 1) {
      const chroma = chromaRow + (x >> 1);
      const luma = ((data[y * width + x] ?? 0) - 16) * Y_SCALE;
      const u = (data[uStart + chroma] ?? 0) - 128;
      const v = (data[vStart + chroma] ?? 0) - 128;
      rgb[out] = clamped(luma + V_TO_R * v);
      rgb[out + 1] = clamped(luma - U_TO_G * u - V_TO_G * v);
      rgb[out + 2] = clamped(luma + U_TO_B * u);
      if (step === 4) rgb[out + 3] = 255;
      out += step;
    }
  }
  return rgb;
}

function clamped(value: number): number {
  const rounded = (value + HALF) >> 16;
  return Math.min(Math.max(rounded, 0), 255);
}

/** A picture as I420, in memory of its own. */
export function toI420(data: Buffer, format: PixelFormat, size: Size): Buffer {
  if (format === 'yuv420p') return Buffer.from(data);
  const { width, height } = size;
  const picture = Buffer.allocUnsafeSlow(i420Bytes(width, height));
  const step = BYTES[format];
  const [red, green, blue] = format === 'gray8' ? [0, 0, 0] : [0, 1, 2];
  for (let index = 0, from = 0; index < width * height; index += 1, from += step) {
    const r = data[from + red] ?? 0;
    const g = data[from + green] ?? 0;
    const b = data[from + blue] ?? 0;
    picture[index] = 16 + ((16_829 * r + 33_039 * g + 6416 * b + HALF) >> 16);
  }
  writeChroma(picture, size, (x, y) => {
    const from = (y * width + x) * step;
    return [data[from + red] ?? 0, data[from + green] ?? 0, data[from + blue] ?? 0];
  });
  return picture;
}

/** Chroma of each block of 2x2 pixels, from their mean. */
function writeChroma(
  picture: Buffer,
  { width, height }: Size,
  pixel: (x: number, y: number) => [number, number, number],
): void {
  const chromaWidth = Math.ceil(width / 2);
  const chromaHeight = Math.ceil(height / 2);
  const uStart = width * height;
  const vStart = uStart + chromaWidth * chromaHeight;
  for (let y = 0; y < chromaHeight; y += 1) {
    for (let x = 0; x < chromaWidth; x += 1) {
      const right = Math.min(2 * x + 1, width - 1);
      const below = Math.min(2 * y + 1, height - 1);
      const a = pixel(2 * x, 2 * y);
      const b = pixel(right, below);
      const r = (a[0] + b[0]) / 2;
      const g = (a[1] + b[1]) / 2;
      const blue = (a[2] + b[2]) / 2;
      const at = y * chromaWidth + x;
      picture[uStart + at] = 128 + ((-9714 * r - 19_071 * g + 28_784 * blue + HALF) >> 16);
      picture[vStart + at] = 128 + ((28_784 * r - 24_103 * g - 4681 * blue + HALF) >> 16);
    }
  }
}
