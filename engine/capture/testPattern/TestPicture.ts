import { ballSprite } from './ball';
import { GLYPH_ROWS } from './font';
import { even, I420Canvas, type SoftSprite, yuvOf } from './I420Canvas';
import { TextPainter } from './TextPainter';
import { cellLayout, encodeTime } from './timeCells';

const BLACK = yuvOf(0, 0, 0);
const WHITE = yuvOf(1, 1, 1);
const PANEL = yuvOf(0.06, 0.08, 0.14);
const TICK = yuvOf(0.3, 0.33, 0.4);
const HAND = yuvOf(1, 0.72, 0.1);
/** Bars at 75 %, by falling brightness, as television has them. */
const BARS = [
  [1, 1, 1],
  [1, 1, 0],
  [0, 1, 1],
  [0, 1, 0],
  [1, 0, 1],
  [1, 0, 0],
  [0, 0, 1],
].map(([red = 0, green = 0, blue = 0]) => yuvOf(0.75 * red, 0.75 * green, 0.75 * blue));

const CLOCK = '00:00:00.000';
/** Width of the clock in dots of the font. */
const CLOCK_DOTS = 9 * 6 + 3 * 4;
const FRAME_LABEL = 'FRAME ';
const FRAME_DIGITS = 6;
const FRAME = FRAME_LABEL.padEnd(FRAME_LABEL.length + FRAME_DIGITS, '0');

/** Edges between the parts of the picture, in pixels from the top. */
interface Places {
  readonly bars: number;
  /** The strip in which a hand goes round once a second. */
  readonly sweep: number;
  readonly panel: number;
  readonly clock: number;
  readonly caption: number;
}

/**
 * Draws the test pattern: time cells, colour bars with a ball bouncing before them, a hand that
 * sweeps once a second, a clock and the frame number. What does not move is drawn once and copied.
 */
export class TestPicture {
  readonly #background: I420Canvas;
  readonly #places: Places;
  readonly #clock: TextPainter;
  readonly #caption: TextPainter;
  readonly #ball: SoftSprite;
  readonly #diameter: number;
  readonly #clockX: number;
  readonly #frameX: number;

  /** Sides in pixels, even, at least 160x120; `frameRate` is only written down. */
  constructor(width: number, height: number, frameRate: number) {
    const { rows, side } = cellLayout(width, height);
    const bars = even(rows * side + 1);
    const sweep = bars + even((height - bars) * 0.56);
    const panel = sweep + even((height - bars) * 0.07);
    const panelHeight = height - panel;
    const colors = { inkLuma: WHITE.y, paperLuma: PANEL.y };
    const scale = Math.min((width * 0.9) / CLOCK_DOTS, (panelHeight * 0.46) / GLYPH_ROWS);
    const info = `RTCBOT ${width}x${height} ${frameRate} FPS`;
    // Both captions on one line, where they can be read; the frame number alone in small pictures.
    const shared = (width * 0.92) / (6 * (info.length + FRAME.length + 3));
    const isRoomy = shared >= 1.2;
    const captionScale = Math.max(1, Math.min(isRoomy ? shared : scale, scale * 0.4));
    this.#clock = new TextPainter({ ...colors, scale });
    this.#caption = new TextPainter({ ...colors, inkLuma: 170, scale: captionScale });
    const gap = Math.floor((panelHeight - this.#clock.height - this.#caption.height) / 3);
    const clock = panel + gap;
    this.#places = { bars, sweep, panel, clock, caption: clock + this.#clock.height + gap };
    this.#clockX = Math.floor((width - this.#clock.width(CLOCK)) / 2);
    this.#diameter = even(Math.min(width, sweep - bars) * 0.3);
    this.#ball = ballSprite(this.#diameter);
    this.#background = new I420Canvas(width, height);
    this.#drawBackground();
    this.#frameX = this.#drawCaption(isRoomy ? info : '');
  }

  /** A new picture of the given time, in ms since the epoch. */
  draw(timestampMs: number, frameNumber: number): Buffer {
    const canvas = this.#background.copy();
    this.#drawCells(canvas, timestampMs);
    this.#drawHand(canvas, timestampMs);
    this.#drawBall(canvas, timestampMs);
    this.#clock.write(canvas, this.#clockX, this.#places.clock, clockText(timestampMs));
    const digits = String(frameNumber % 10 ** FRAME_DIGITS).padStart(FRAME_DIGITS, '0');
    this.#caption.write(canvas, this.#frameX, this.#places.caption, digits);
    return canvas.data;
  }

  #drawBackground(): void {
    const { bars, sweep, panel } = this.#places;
    const { width, height } = this.#background;
    const fill = (left: number, top: number, right: number, bottom: number, color = PANEL) =>
      this.#background.fillRect(left, top, right - left, bottom - top, color);
    fill(0, 0, width, bars, BLACK);
    for (const [i, color] of BARS.entries()) {
      fill((i * width) / BARS.length, bars, ((i + 1) * width) / BARS.length, sweep, color);
    }
    fill(0, sweep, width, panel, BLACK);
    const tickTop = sweep + (panel - sweep) / 2;
    for (let tenth = 1; tenth < 10; tenth += 1) {
      const x = even((tenth * width) / 10);
      fill(x, tickTop, x + 2, panel, TICK);
    }
    fill(0, panel, width, height);
  }

  /** Writes the part of the line that stays and returns where the frame number comes. */
  #drawCaption(info: string): number {
    const { width } = this.#background;
    const y = this.#places.caption;
    const free = width - this.#caption.width(info) - this.#caption.width(FRAME);
    const margin = Math.floor(Math.min(this.#clockX, free / 4));
    const frameX = info ? width - margin - this.#caption.width(FRAME) : Math.floor(free / 2);
    this.#caption.write(this.#background, margin, y, info);
    this.#caption.write(this.#background, frameX, y, FRAME_LABEL);
    return frameX + this.#caption.width(FRAME_LABEL);
  }

  #drawCells(canvas: I420Canvas, timestampMs: number): void {
    const { x, y, side, columns, rows } = cellLayout(canvas.width, canvas.height);
    const bits = encodeTime(timestampMs);
    const line = Buffer.alloc(canvas.width, BLACK.y);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const luma = bits[row * columns + column] ? WHITE.y : BLACK.y;
        line.fill(luma, even(x + column * side), even(x + (column + 1) * side));
      }
      const bottom = even(y + (row + 1) * side);
      for (let at = even(y + row * side); at < bottom; at += 1) {
        line.copy(canvas.data, at * canvas.width);
      }
    }
  }

  #drawHand(canvas: I420Canvas, timestampMs: number): void {
    const { sweep, panel } = this.#places;
    const width = even(canvas.width / 32);
    const x = even(((timestampMs % 1000) / 1000) * (canvas.width - width));
    canvas.fillRect(x, sweep, width, panel - sweep, HAND);
  }

  #drawBall(canvas: I420Canvas, timestampMs: number): void {
    const { bars, sweep } = this.#places;
    const x = (canvas.width - this.#diameter) * zigzag(timestampMs / 3700);
    // Hops along parabolas, as under gravity: 0 on the ground, 1 at the top of the flight.
    const hop = 1 - (2 * ((timestampMs / 1300) % 1) - 1) ** 2;
    const y = bars + (sweep - bars - this.#diameter) * (1 - hop);
    canvas.blend(Math.round(x), Math.round(y), this.#ball);
  }
}

/** Goes from 0 to 1 and back evenly, in a period of 2. */
function zigzag(turns: number): number {
  return 1 - Math.abs((turns % 2) - 1);
}

/** HH:MM:SS.mmm in the machine's time zone. */
function clockText(timestampMs: number): string {
  const time = new Date(Math.round(timestampMs));
  const two = (value: number) => String(value).padStart(2, '0');
  const seconds = `${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
  return `${two(time.getHours())}:${two(time.getMinutes())}:${seconds}`;
}
