import { record } from '../support/recordings';

/** Where the bar is in a field, in pixels from the left; it comes round every second. */
const STEP = 12;
const [WIDTH, HEIGHT, FIELDS] = [320, 240, 50];

/**
 * A bar that moves sideways, as analogue cameras behind a converter and DVD recorders send it: two
 * fields in each frame, taken one after the other. 320x240 at 25 frames a second, for a second.
 */
export function interlacedFilm(ffmpeg: string, path: string): void {
  const pictures = Array.from({ length: FIELDS }, (_, field) => {
    const picture = Buffer.alloc((WIDTH * HEIGHT * 3) / 2, 128).fill(16, 0, WIDTH * HEIGHT);
    const left = (field * STEP) % (WIDTH - 40);
    for (let y = 0; y < HEIGHT; y += 1) picture.fill(235, y * WIDTH + left, y * WIDTH + left + 40);
    return picture;
  });
  const size = ['-video_size', `${WIDTH}x${HEIGHT}`, '-framerate', `${FIELDS}`];
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', ...size, '-i', 'pipe:0'];
  const fields = ['-vf', 'interlace=lowpass=0', '-flags', '+ilme+ildct', '-bf', '0'];
  const output = ['-c:v', 'libx264', '-preset', 'veryfast', '-y', path];
  record(ffmpeg, [...input, ...fields, ...output], Buffer.concat(pictures));
}

/**
 * How combed a picture is, by its brightness: the difference of neighbouring lines by that of lines
 * that are two apart. Below 1 it is whole.
 */
export function combing(luma: Buffer, width: number, height: number): number {
  const difference = (apart: number) => {
    let sum = 0;
    for (let at = 0; at < width * (height - 2); at += 1) {
      sum += Math.abs((luma[at] ?? 0) - (luma[at + apart * width] ?? 0));
    }
    return sum;
  };
  return difference(1) / (difference(2) + width);
}
