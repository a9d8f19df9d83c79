import { TestPicture } from '../../engine/capture/testPattern/TestPicture';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { record } from './recordings';

/** Milliseconds between two pictures. */
const STEP_MS = 33;
/** Any time will do: what counts is that it comes out as it went in. */
const FIRST_MS = 1_700_000_000_000;

/** Moving pictures that carry their own capture time in readable cells, 33 ms apart. */
export class TimedPictures {
  readonly #picture: TestPicture;
  readonly #width: number;
  readonly #height: number;
  #count = 0;

  constructor(width = 320, height = 240) {
    this.#picture = new TestPicture(width, height, 30);
    this.#width = width;
    this.#height = height;
  }

  /** The next one, as I420. */
  next(): AccessUnit {
    const timestampMs = FIRST_MS + this.#count * STEP_MS;
    const data = Buffer.from(this.#picture.draw(timestampMs, this.#count));
    this.#count += 1;
    return {
      codec: 'I420',
      data,
      key: true,
      timestampMs,
      width: this.#width,
      height: this.#height,
    };
  }

  /** The next one, as a JPEG file made by this ffmpeg. */
  nextJpeg(ffmpeg: string): AccessUnit {
    const unit = this.next();
    const size = ['-video_size', `${unit.width}x${unit.height}`];
    const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', ...size, '-i', 'pipe:0'];
    const output = ['-q:v', '3', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg', 'pipe:1'];
    return { ...unit, codec: 'JPEG', data: record(ffmpeg, [...input, ...output], unit.data) };
  }
}
