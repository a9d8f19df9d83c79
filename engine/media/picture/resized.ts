import { type AccessUnit, i420Bytes } from '../../model/AccessUnit';
import type { Size } from './pixels';

/** Bytes of a pixel, or of a sample of a plane. */
const BYTES = { RGB24: 3, RGBA: 4, GRAY8: 1 } as const;

/**
 * A picture in another size, in memory of its own; one that is coded as it is, for what decodes it to
 * scale. Each pixel becomes the nearest one: quick rather than fine, for pictures of a size that should
 * not be there.
 */
export function resized(unit: AccessUnit, { width, height }: Size): AccessUnit {
  if (unit.width === width && unit.height === height) return unit;
  switch (unit.codec) {
    case 'RGB24':
    case 'RGBA':
    case 'GRAY8': {
      const data = Buffer.allocUnsafeSlow(width * height * BYTES[unit.codec]);
      const plane = { data: unit.data, at: 0, width: unit.width, height: unit.height };
      scale(plane, { data, at: 0, width, height }, BYTES[unit.codec]);
      return { ...unit, data, width, height };
    }
    case 'I420': {
      const data = Buffer.allocUnsafeSlow(i420Bytes(width, height));
      const from = planesIn(unit.data, unit);
      for (const [index, plane] of planesIn(data, { width, height }).entries()) {
        const source = from[index];
        if (source) scale(source, plane, 1);
      }
      return { ...unit, data, width, height };
    }
    case 'JPEG':
    case 'H264':
    case 'VP8':
      return unit;
    default:
      return unit.codec satisfies never;
  }
}

interface Plane extends Size {
  readonly data: Buffer;
  /** Where it begins. */
  readonly at: number;
}

function planesIn(data: Buffer, { width, height }: Size): Plane[] {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const luma = width * height;
  return [
    { data, at: 0, width, height },
    { data, at: luma, ...half },
    { data, at: luma + half.width * half.height, ...half },
  ];
}

function scale(from: Plane, to: Plane, bytes: number): void {
  const columns = Int32Array.from({ length: to.width }, (_, x) => nearest(x, from.width, to.width));
  let out = to.at;
  for (let y = 0; y < to.height; y += 1) {
    const row = from.at + nearest(y, from.height, to.height) * from.width * bytes;
    for (const column of columns) {
      const at = row + column * bytes;
      for (let byte = 0; byte < bytes; byte += 1) to.data[out + byte] = from.data[at + byte] ?? 0;
      out += bytes;
    }
  }
}

/** Pixels lie in the middle of their square. */
function nearest(index: number, from: number, to: number): number {
  return Math.floor(((index + 0.5) * from) / to);
}
