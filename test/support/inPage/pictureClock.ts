import { cellLayout, readCells } from '../../../engine/capture/testPattern/timeCells';
import { video } from './video';

/** One picture on the screen, times in ms since the epoch. */
export interface Reading {
  /** When it was captured, as its time cells say. */
  readonly captureMs: number;
  /** When the browser had presented it: the time of its requestVideoFrameCallback. */
  readonly seenMs: number;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

let watched: HTMLVideoElement | undefined;
let readings: Reading[] = [];
const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

/** Starts to read the clock in each picture that the page's video presents; forgets older readings. */
export function startClock(): void {
  readings = [];
  const element = video();
  if (!element || element === watched) return;
  watched = element;
  const read = () => {
    if (element !== watched) return;
    const seenMs = performance.timeOrigin + performance.now();
    const captureMs = readTime(element);
    const { videoWidth: width, videoHeight: height } = element;
    if (captureMs !== undefined) readings.push({ captureMs, seenMs, width, height });
    element.requestVideoFrameCallback(read);
  };
  element.requestVideoFrameCallback(read);
}

/** The readings since the last call. Pictures whose clock cannot be read are left out. */
export function takeReadings(): Reading[] {
  return readings.splice(0);
}

/** Only the strip with the cells is drawn, so that reading costs little beside playing. */
function readTime(element: HTMLVideoElement): number | undefined {
  const { videoWidth: width, videoHeight: height } = element;
  if (!context || width === 0 || height === 0) return undefined;
  const { y, side, rows } = cellLayout(width, height);
  const strip = Math.ceil(y + side * rows);
  if (context.canvas.width !== width || context.canvas.height !== strip) {
    Object.assign(context.canvas, { width, height: strip });
  }
  context.drawImage(element, 0, 0, width, strip, 0, 0, width, strip);
  const { data } = context.getImageData(0, 0, width, strip);
  // The cells are grey, so the green of a pixel is its brightness.
  return readCells((x, row) => data[(row * width + x) * 4 + 1] ?? 0, width, height);
}
