import { H264Passthrough } from '../../engine/capture/H264Passthrough';
import { unitReader } from '../../engine/media/codec/unitReader';
import { fromI420 } from '../../engine/media/picture/pixels';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { fileOf } from './codedUnits';
import { record } from './recordings';

/** R, G and B, 0 to 255 each. */
export type Shade = readonly [red: number, green: number, blue: number];

/** The fields of the card, four above, four below. */
export const CARD: readonly Shade[] = [
  ...([
    [230, 30, 30],
    [30, 200, 40],
    [40, 60, 220],
    [220, 200, 40],
  ] as const),
  ...([
    [40, 200, 200],
    [200, 60, 190],
    [128, 128, 128],
    [240, 200, 170],
  ] as const),
];
const COLUMNS = 4;
const ROWS = 2;
/** Levels by which a field may be off. */
export const MOST_LEVELS = 6;

/** The card as R, G, B bytes. */
export function cardPixels(width: number, height: number): Buffer {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    const column = Math.floor(((at % width) * COLUMNS) / width);
    const row = Math.floor((Math.floor(at / width) * ROWS) / height);
    pixels.set(CARD[row * COLUMNS + column] ?? [0, 0, 0], at * 3);
  }
  return pixels;
}

/** By how many levels the worst field of a picture is off, looked at in its middle. */
export function worstField(pixels: Buffer, width: number, height: number): number {
  const offs = CARD.map((shade, index) => {
    const x = Math.floor((((index % COLUMNS) + 0.5) * width) / COLUMNS);
    const y = Math.floor(((Math.floor(index / COLUMNS) + 0.5) * height) / ROWS);
    return Math.max(...shade.map((level, i) => Math.abs(level - pixel(pixels, x, y, width, i))));
  });
  return Math.max(...offs);
}

/** The mean of four by four pixels. */
function pixel(pixels: Buffer, x: number, y: number, width: number, channel: number): number {
  let sum = 0;
  for (let row = y - 2; row < y + 2; row += 1) {
    for (let column = x - 2; column < x + 2; column += 1) {
      sum += pixels[(row * width + column) * 3 + channel] ?? 0;
    }
  }
  return sum / 16;
}

/** How a card is coded. */
export interface CardForm {
  readonly width: number;
  readonly height: number;
  readonly matrix: 'bt601' | 'bt709';
  readonly range?: 'tv' | 'pc';
  /** Options of ffmpeg's output, as for tags. */
  readonly tags?: readonly string[];
  readonly filters?: readonly string[];
}

/** The card as ffmpeg codes it: `output` are the options of the encoder and the container. */
export function codedCard(ffmpeg: string, form: CardForm, output: readonly string[]): Buffer {
  const { width, height, matrix, range = 'tv', tags = [], filters = [] } = form;
  const size = ['-video_size', `${width}x${height}`, '-framerate', '10'];
  const chain = [
    `scale=out_color_matrix=${matrix}:out_range=${range}:flags=accurate_rnd`,
    // yuvj420p is how all versions tell an encoder the full range.
    `format=${range === 'pc' ? 'yuvj420p' : 'yuv420p'}`,
    ...filters,
  ];
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', ...size, '-i', 'pipe:0'];
  const three = Buffer.concat(Array.from({ length: 3 }, () => cardPixels(width, height)));
  const args = [...input, '-vf', chain.join(','), ...output, ...tags, 'pipe:1'];
  return record(ffmpeg, args, three);
}

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-qp', '10'];

/** The card as a camera's H.264 that is passed on; refused streams throw. */
export function h264Card(ffmpeg: string, form: CardForm): AccessUnit[] {
  const units: AccessUnit[] = [];
  new H264Passthrough({
    picture: picture => units.push({ ...picture, timestampMs: 1000 + 33 * units.length }),
    refused: reason => {
      throw new Error(reason);
    },
  }).push(codedCard(ffmpeg, form, [...X264, '-g', '1', '-f', 'flv']));
  return units;
}

/** The card as one VP8 keyframe after the other. */
export function vp8Card(ffmpeg: string, form: CardForm): AccessUnit[] {
  const { width, height } = form;
  const units: AccessUnit[] = [];
  const codec = ['-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '8M', '-g', '1', '-f', 'ivf'];
  unitReader({ to: 'VP8', frameRate: 30 }, ({ data, key }) =>
    units.push({ codec: 'VP8', data, key, timestampMs: 1000 + 33 * units.length, width, height }),
  ).push(codedCard(ffmpeg, form, codec));
  return units;
}

/** The R, G, B bytes of a unit, as its codec and what it says of itself define them. */
export function pixelsOfUnit(ffmpeg: string, unit: AccessUnit): Buffer {
  const { codec, data } = unit;
  switch (codec) {
    case 'I420':
      return fromI420(data, 'rgb24', unit);
    case 'JPEG':
      return decoded(ffmpeg, 'mjpeg', data);
    case 'H264':
      return decoded(ffmpeg, 'h264', fileOf([unit]));
    case 'VP8': {
      const args = ['-f', 'ivf', '-i', 'pipe:0', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', 'pipe:1'];
      return fromI420(record(ffmpeg, args, fileOf([unit])), 'rgb24', unit);
    }
    default:
      throw new Error(`no rendition is in ${codec}`);
  }
}

function decoded(ffmpeg: string, format: string, file: Buffer): Buffer {
  const exact = ['-vf', 'scale=flags=bilinear+full_chroma_int+accurate_rnd,format=rgb24'];
  return record(ffmpeg, ['-f', format, '-i', 'pipe:0', ...exact, '-f', 'rawvideo', 'pipe:1'], file);
}
