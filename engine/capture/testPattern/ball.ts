import { type SoftPlane, type SoftSprite, yuvOf } from './I420Canvas';

const COLOR = yuvOf(0.95, 0.3, 0.1);
const SHADOW_LUMA = COLOR.y * 0.45;
const GLOSS_LUMA = 235;

/** An orange ball lit from the upper left. `diameter`: in pixels, even. */
export function ballSprite(diameter: number): SoftSprite {
  return {
    y: disc(diameter, litLuma),
    u: disc(diameter / 2, () => COLOR.u),
    v: disc(diameter / 2, () => COLOR.v),
  };
}

/** Brightness at a point of the ball; its middle is at 0, 0 and its radius is 1. */
function litLuma(x: number, y: number): number {
  const light = Math.max(0, 1 - 0.75 * Math.hypot(x + 0.35, y + 0.4));
  return SHADOW_LUMA + light * (GLOSS_LUMA - SHADOW_LUMA);
}

/** A disc whose edge is soft over one pixel. */
function disc(diameter: number, valueAt: (x: number, y: number) => number): SoftPlane {
  const radius = diameter / 2;
  const values = Buffer.alloc(diameter * diameter);
  const alpha = new Float32Array(diameter * diameter);
  const solid: [number, number][] = [];
  for (let row = 0; row < diameter; row += 1) {
    const y = (row + 0.5) / radius - 1;
    let count = 0;
    for (let column = 0; column < diameter; column += 1) {
      const x = (column + 0.5) / radius - 1;
      const at = row * diameter + column;
      values[at] = Math.round(valueAt(x, y));
      alpha[at] = Math.min(1, Math.max(0, (1 - Math.hypot(x, y)) * radius + 0.5));
      if (alpha[at] === 1) count += 1;
    }
    // A row of a disc is symmetric. One without any solid pixel is all edge.
    const start = count > 0 ? (diameter - count) / 2 : diameter;
    solid.push([start, start + count]);
  }
  return { width: diameter, values, alpha, solid };
}
