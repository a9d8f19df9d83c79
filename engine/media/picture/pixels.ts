import { i420Bytes } from '../../model/AccessUnit';
import type { FrameFormat } from '../../model/Frame';

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
    // Two neighbours share their chroma, and what it adds to each colour.
    let toRed = 0;
    let toGreen = 0;
    let toBlue = 0;
    for (let x = 0; x < width; x += 1) {
      if ((x & 1) === 0) {
        const u = (data[uStart + chromaRow + (x >> 1)] ?? 0) - 128;
        const v = (data[vStart + chromaRow + (x >> 1)] ?? 0) - 128;
        toRed = V_TO_R * v;
        toGreen = -U_TO_G * u - V_TO_G * v;
        toBlue = U_TO_B * u;
      }
      const luma = ((data[y * width + x] ?? 0) - 16) * Y_SCALE;
      rgb[out] = clamped(luma + toRed);
      rgb[out + 1] = clamped(luma + toGreen);
      rgb[out + 2] = clamped(luma + toBlue);
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
