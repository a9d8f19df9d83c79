import { PlaneScaler, planesOf, type Rectangle } from '../media/picture/I420Scaler';
import { type AccessUnit, i420Bytes } from '../model/AccessUnit';
import { type Clock, systemClock } from '../model/Clock';
import type { Origin, OriginListener, OriginRun } from '../model/Origin';
import type { Subscription, Track } from '../model/Track';
import { fitInto, gridLayout } from './gridLayout';

/** Options of a `Grid`. */
export interface GridOptions {
  /** Of the whole picture, in pixels, even. Default 1280. */
  readonly width?: number;
  /** Of the whole picture, in pixels, even. Default 720. */
  readonly height?: number;
  /** Most pictures a second. Default 25. */
  readonly frameRate?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** One track and its place. */
interface Cell {
  readonly track: Track;
  subscription: Subscription | undefined;
  newest: AccessUnit | undefined;
  place: Rectangle | undefined;
  /** For the form of the newest picture. */
  scalers:
    | { readonly form: string; readonly luma: PlaneScaler; readonly color: PlaneScaler }
    | undefined;
}

/** Black in BT.601, limited range. */
const BLACK = { luma: 16, color: 128 };

/** Several tracks of I420 pictures side by side in one picture: 2x1, 2x2, 3x2 … Opened on demand. */
export class Grid implements Origin {
  readonly label = 'grid';
  readonly #width: number;
  readonly #height: number;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #cells = new Map<string, Cell>();
  readonly #canvas: Buffer;
  #listener: OriginListener | undefined;
  #cancelNext: (() => void) | undefined;
  #sentAtMs = Number.NEGATIVE_INFINITY;

  constructor({
    width = 1280,
    height = 720,
    frameRate = 25,
    clock = systemClock,
  }: GridOptions = {}) {
    this.#width = width;
    this.#height = height;
    this.#intervalMs = 1000 / frameRate;
    this.#clock = clock;
    this.#canvas = Buffer.allocUnsafeSlow(i420Bytes(width, height));
    this.#clear();
  }

  /** How many tracks there are. */
  get size(): number {
    return this.#cells.size;
  }

  /** Puts a track behind the others, or in the place of the one that has this id. */
  set(id: string, track: Track): void {
    this.#cells.get(id)?.subscription?.close();
    const empty = { subscription: undefined, newest: undefined, place: undefined };
    this.#cells.set(id, { track, ...empty, scalers: undefined });
    this.#arrange();
  }

  /** Takes a track out; the others close up. Unknown ids are ignored. */
  delete(id: string): void {
    this.#cells.get(id)?.subscription?.close();
    if (this.#cells.delete(id)) this.#arrange();
  }

  /** There is one run at a time: what is drawn has one canvas. */
  open(listener: OriginListener): OriginRun {
    this.#listener = listener;
    this.#arrange();
    return {
      close: async () => {
        if (this.#listener !== listener) return;
        this.#listener = undefined;
        this.#cancelNext?.();
        this.#cancelNext = undefined;
        for (const cell of this.#cells.values()) {
          cell.subscription?.close();
          cell.subscription = undefined;
          cell.newest = undefined;
        }
      },
    };
  }

  /** Gives each track its cell, and draws anew what is known. */
  #arrange(): void {
    if (!this.#listener) return;
    this.#clear();
    const layout = gridLayout(this.#cells.size, this.#width, this.#height);
    for (const [index, cell] of [...this.#cells.values()].entries()) {
      cell.place = layout[index];
      cell.scalers = undefined;
      if (cell.newest) this.#draw(cell, cell.newest);
      cell.subscription ??= cell.track.subscribe({ unit: unit => this.#draw(cell, unit) });
    }
    this.#sendSoon();
  }

  #draw(cell: Cell, unit: AccessUnit): void {
    if (!cell.place) return;
    const { data, width, height } = unit;
    const isResized = cell.newest?.width !== width || cell.newest.height !== height;
    // What remains of a picture of another shape must go.
    if (isResized && cell.newest) this.#fill(cell.place);
    cell.newest = unit;
    const place = fitInto(cell.place, width, height);
    const form = `${width}x${height}`;
    const [y, u, v] = planesOf(data, width, height);
    if (cell.scalers?.form !== form) {
      const half = { width: place.width / 2, height: place.height / 2 };
      cell.scalers = { form, luma: new PlaneScaler(y, place), color: new PlaneScaler(u, half) };
    }
    const [toY, toU, toV] = planesOf(this.#canvas, this.#width, this.#height);
    cell.scalers.luma.draw(y, toY, place.x, place.y);
    cell.scalers.color.draw(u, toU, place.x / 2, place.y / 2);
    cell.scalers.color.draw(v, toV, place.x / 2, place.y / 2);
    this.#sendSoon();
  }

  #clear(): void {
    this.#fill({ x: 0, y: 0, width: this.#width, height: this.#height });
  }

  /** Paints a rectangle black. */
  #fill({ x, y, width, height }: Rectangle): void {
    const planes = planesOf(this.#canvas, this.#width, this.#height);
    for (const [index, plane] of planes.entries()) {
      const scale = index === 0 ? 1 : 2;
      for (let row = y / scale; row < (y + height) / scale; row += 1) {
        const start = plane.offset + row * plane.width + x / scale;
        plane.data.fill(index === 0 ? BLACK.luma : BLACK.color, start, start + width / scale);
      }
    }
  }

  /** What several tracks bring within an interval goes into one picture. */
  #sendSoon(): void {
    if (this.#cancelNext || !this.#listener) return;
    const delayMs = Math.max(0, this.#sentAtMs + this.#intervalMs - this.#clock.now());
    this.#cancelNext = this.#clock.after(delayMs, () => {
      this.#cancelNext = undefined;
      this.#send();
    });
  }

  #send(): void {
    const units = [...this.#cells.values()].flatMap(({ newest }) => newest ?? []);
    if (units.length === 0) return;
    this.#sentAtMs = this.#clock.now();
    this.#listener?.unit({
      codec: 'I420',
      // A copy: who has the picture keeps it, and the next one is drawn over this one.
      data: Buffer.from(this.#canvas),
      key: true,
      timestampMs: Math.max(...units.map(({ timestampMs }) => timestampMs)),
      width: this.#width,
      height: this.#height,
    });
  }
}
