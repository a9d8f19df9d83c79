import { record } from './recordings';

/** R, G and B of a picture on the average, 0 to 255. */
export interface MeanColor {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** The pixels of a JPEG file as R, G, B bytes, row after row. @throws Error when it is none */
export function pixelsOf(jpeg: Buffer): Buffer {
  const ffmpeg = process.env.FFMPEG_PATH ?? 'ffmpeg';
  const input = ['-f', 'mjpeg', '-i', 'pipe:0'];
  return record(ffmpeg, [...input, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'], jpeg);
}

/** The mean colour of R, G, B bytes. */
export function meanColor(pixels: Buffer): MeanColor {
  const mean = (offset: number) => {
    let sum = 0;
    for (let at = offset; at < pixels.length; at += 3) sum += pixels[at] ?? 0;
    return sum / (pixels.length / 3);
  };
  return { red: mean(0), green: mean(1), blue: mean(2) };
}

/** How much the green of the pixels varies: its standard deviation. An empty picture has 0. */
export function contrast(pixels: Buffer): number {
  const { green } = meanColor(pixels);
  let squares = 0;
  for (let at = 1; at < pixels.length; at += 3) squares += ((pixels[at] ?? 0) - green) ** 2;
  return Math.sqrt(squares / (pixels.length / 3));
}
