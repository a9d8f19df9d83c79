import { GLYPH_ROWS, glyphColumns, hasInk } from './font';
import type { I420Canvas, LumaSprite } from './I420Canvas';

export interface TextPainterOptions {
  /** Pixels per dot of the font, at least 1; may have a fraction. */
  readonly scale: number;
  /** Brightness of the letters. */
  readonly inkLuma: number;
  /** Brightness around them. */
  readonly paperLuma: number;
}

/** Writes text in one size, as strokes with round ends. Each character is drawn only once. */
export class TextPainter {
  /** Height of a line, in pixels. */
  readonly height: number;
  readonly #options: TextPainterOptions;
  readonly #sprites = new Map<string, LumaSprite>();

  constructor(options: TextPainterOptions) {
    this.#options = options;
    this.height = Math.ceil(GLYPH_ROWS * options.scale);
  }

  /** Width of a text, in pixels. */
  width(text: string): number {
    let width = 0;
    for (const character of text) width += this.#sprite(character).width;
    return width;
  }

  /** Writes `text` with its upper left corner at whole pixels. */
  write(canvas: I420Canvas, x: number, y: number, text: string): void {
    let left = x;
    for (const character of text) {
      const sprite = this.#sprite(character);
      canvas.drawLuma(left, y, sprite);
      left += sprite.width;
    }
  }

  #sprite(character: string): LumaSprite {
    let sprite = this.#sprites.get(character);
    if (!sprite) {
      sprite = this.#draw(character);
      this.#sprites.set(character, sprite);
    }
    return sprite;
  }

  #draw(character: string): LumaSprite {
    const { scale, inkLuma, paperLuma } = this.#options;
    const { height } = this;
    // One dot of space parts a character from the next.
    const width = Math.round((glyphColumns(character) + 1) * scale);
    const strokes = strokesOf(character);
    const luma = Buffer.alloc(width * height);
    for (let i = 0; i < luma.length; i += 1) {
      const x = ((i % width) + 0.5) / scale - 0.5;
      const y = (Math.floor(i / width) + 0.5) / scale - 0.5;
      const distance = Math.min(...strokes.map(stroke => distanceTo(stroke, x, y)));
      // A stroke is one dot wide; its edge is soft over one pixel.
      const cover = Math.min(1, Math.max(0, (0.5 - distance) * scale + 0.5));
      luma[i] = Math.round(paperLuma + (inkLuma - paperLuma) * cover);
    }
    return { width, height, luma };
  }
}

/** A line from one dot to itself or to a neighbour; in dots. */
interface Stroke {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

/** The lines that join the dots of a character: to the right, down, and across where nothing else joins. */
function strokesOf(character: string): Stroke[] {
  const strokes: Stroke[] = [];
  for (let y = 0; y < GLYPH_ROWS; y += 1) {
    for (let x = 0; x < glyphColumns(character); x += 1) {
      if (!hasInk(character, x, y)) continue;
      const reaches = (dx: number, dy: number) => hasInk(character, x + dx, y + dy);
      strokes.push({ x, y, dx: 0, dy: 0 });
      if (reaches(1, 0)) strokes.push({ x, y, dx: 1, dy: 0 });
      if (reaches(0, 1)) strokes.push({ x, y, dx: 0, dy: 1 });
      for (const dx of [-1, 1]) {
        if (reaches(dx, 1) && !reaches(dx, 0) && !reaches(0, 1)) strokes.push({ x, y, dx, dy: 1 });
      }
    }
  }
  return strokes;
}

function distanceTo({ x, y, dx, dy }: Stroke, px: number, py: number): number {
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : ((px - x) * dx + (py - y) * dy) / squared;
  const nearest = Math.min(1, Math.max(0, along));
  return Math.hypot(px - x - nearest * dx, py - y - nearest * dy);
}
