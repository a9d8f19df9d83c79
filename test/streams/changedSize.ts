import { i420Bytes } from '../../engine/model/AccessUnit';
import { record } from '../support/recordings';

/** Their sizes in turn, for as long each: smaller, turned on its side (of as many bytes), wide. */
export const SIZES = ['640x480', '320x240', '240x320', '640x360'] as const;
export const RATE = 25;
const MPEG4 = ['-c:v', 'mpeg4', '-q:v', '2', '-bf', '0', '-f', 'm4v'];
/** Browsers take it as it is. */
export const BASELINE = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
  ...['-f', 'h264'],
];

export interface FilmForm {
  /** Default: SIZES. */
  sizes?: readonly string[];
  /** Arguments of the encoder and of the container. Default: MPEG-4 part 2. */
  codec?: readonly string[];
  /** How long each size lasts. Default 1. */
  seconds?: number;
}

/**
 * A film whose size changes on the way, without a word before: cameras with a day and a night
 * profile, a phone as camera that is turned, recorders that go over to another substream, and HLS with
 * advertisements in it send that. Without another codec it is MPEG-4 part 2, which no browser takes:
 * it is decoded. Each part is one colour as bright as its place in the row: 50, 90, 130, 170.
 */
export function changingFilm(
  ffmpeg: string,
  { sizes = SIZES, codec = MPEG4, seconds = 1 }: FilmForm = {},
): Buffer {
  return Buffer.concat(
    sizes.map((size, part) => coded(ffmpeg, { codec, seconds }, size, brightness(part))),
  );
}

/** Brightness of the pictures of a part. */
export function brightness(part: number): number {
  return 50 + 40 * part;
}

function coded(
  ffmpeg: string,
  { codec, seconds }: Required<Omit<FilmForm, 'sizes'>>,
  size: string,
  luma: number,
): Buffer {
  const [width = 0, height = 0] = size.split('x').map(Number);
  const picture = Buffer.alloc(i420Bytes(width, height), 128).fill(luma, 0, width * height);
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-video_size', size];
  const pictures = Buffer.concat(Array.from({ length: seconds * RATE }, () => picture));
  const rate = ['-framerate', `${RATE}`, '-i', 'pipe:0'];
  return record(ffmpeg, [...input, ...rate, ...codec, 'pipe:1'], pictures);
}
