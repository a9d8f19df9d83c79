import { type Clock, epochMs, systemClock } from '../../model/Clock';
import type { Origin, OriginListener, OriginRun } from '../../model/Origin';
import { even } from './I420Canvas';
import { TestPicture } from './TestPicture';

const MIN_WIDTH = 160;
const MIN_HEIGHT = 120;

export interface TestPatternOptions {
  /** In pixels, rounded to an even number, at least 160. Default 640. */
  readonly width?: number;
  /** In pixels, rounded to an even number, at least 120. Default 480. */
  readonly height?: number;
  /** In pictures a second. Default 30. */
  readonly frameRate?: number;
  /** Source of the pace. Default: the system's. */
  readonly clock?: Clock;
  /** Capture time, in ms since the epoch. Default: the wall clock. */
  readonly now?: () => number;
}

/** A moving picture that needs no camera: I420 units that show their own capture time. */
export class TestPattern implements Origin {
  readonly label = 'test pattern';
  readonly #width: number;
  readonly #height: number;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #now: () => number;
  readonly #picture: TestPicture;

  constructor({
    width = 640,
    height = 480,
    frameRate = 30,
    clock = systemClock,
    now = epochMs,
  }: TestPatternOptions = {}) {
    this.#width = even(Math.max(MIN_WIDTH, width));
    this.#height = even(Math.max(MIN_HEIGHT, height));
    this.#intervalMs = 1000 / frameRate;
    this.#clock = clock;
    this.#now = now;
    this.#picture = new TestPicture(this.#width, this.#height, frameRate);
  }

  open(listener: OriginListener): OriginRun {
    const startMs = this.#clock.now();
    let cancel = this.#clock.after(0, () => tick(0));
    let isClosed = false;

    // Each deadline counts from the start, so that no drift adds up.
    const tick = (frameNumber: number) => {
      this.#deliver(listener, frameNumber);
      if (isClosed) return;
      const elapsedMs = this.#clock.now() - startMs;
      // A late tick goes on with the next deadline to come: what was missed is skipped.
      const next = Math.max(frameNumber + 1, Math.ceil(elapsedMs / this.#intervalMs));
      cancel = this.#clock.after(next * this.#intervalMs - elapsedMs, () => tick(next));
    };

    return {
      close: async () => {
        isClosed = true;
        cancel();
      },
    };
  }

  #deliver(listener: OriginListener, frameNumber: number): void {
    const timestampMs = this.#now();
    listener.unit({
      codec: 'I420',
      data: this.#picture.draw(timestampMs, frameNumber),
      key: true,
      timestampMs,
      width: this.#width,
      height: this.#height,
    });
  }
}
