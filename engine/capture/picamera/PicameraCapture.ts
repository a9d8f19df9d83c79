import { type Clock, systemClock } from '../../model/Clock';
import type { Origin, OriginListener, OriginRun } from '../../model/Origin';
import type { FfmpegFinder } from '../../process/ffmpeg';
import type { RpicamFinder } from '../../process/rpicam';
import type { PicameraOptions } from '../CaptureOptions';
import { captureLabel } from '../failures';
import { type PicameraAbout, type PicameraKnowledge, PicameraRun } from './PicameraRun';

export interface PicameraCaptureDependencies {
  readonly rpicam: RpicamFinder;
  /** Turns pictures by 90 or 270 degrees; asked for nothing else. */
  readonly ffmpeg: FfmpegFinder;
  /** Where /sys is. Default `/`. */
  readonly sysRoot?: string;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
  /** Gets a line when the capture chooses its way. */
  readonly log?: (text: string) => void;
}

/**
 * A Raspberry Pi's camera module, by rpicam-vid. Its hardware's H.264 is passed on as it is; where
 * there is no such hardware, what costs least.
 */
export class PicameraCapture implements Origin {
  readonly label: string;
  readonly #dependencies: Required<PicameraCaptureDependencies>;
  readonly #runs = new Set<PicameraRun>();
  #options: PicameraOptions;
  #known: PicameraKnowledge = {};
  #about: PicameraAbout = {};

  constructor(
    options: PicameraOptions,
    {
      rpicam,
      ffmpeg,
      sysRoot = '/',
      clock = systemClock,
      log = () => {},
    }: PicameraCaptureDependencies,
  ) {
    this.label = captureLabel(options);
    this.#options = options;
    this.#dependencies = { rpicam, ffmpeg, sysRoot, clock, log };
  }

  get about(): PicameraAbout {
    return this.#about;
  }

  /**
   * Goes on with other controls. The camera program cannot change while it runs: it is started
   * again, which whoever has the pictures sees as a short pause.
   */
  change(options: PicameraOptions): void {
    if (JSON.stringify(options) === JSON.stringify(this.#options)) return;
    this.#options = options;
    for (const run of this.#runs) run.change(options);
  }

  open(listener: OriginListener): OriginRun {
    const run = new PicameraRun(this.#options, listener, {
      ...this.#dependencies,
      known: this.#known,
      learn: known => {
        this.#known = known;
      },
      tell: about => {
        this.#about = about;
      },
    });
    this.#runs.add(run);
    return {
      catchUp: () => run.catchUp(),
      close: async () => {
        this.#runs.delete(run);
        await run.close();
      },
    };
  }
}
