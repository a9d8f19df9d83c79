import { type Clock, systemClock } from '../../model/Clock';
import type { Origin, OriginListener, OriginRun } from '../../model/Origin';
import type { FfmpegFinder } from '../../process/ffmpeg';
import { captureLabel } from '../failures';
import { isWebAddress, type UrlOptions } from '../url';
import type { V4l2Device } from '../v4l2/V4l2Device';
import { HttpRun } from '../web/HttpRun';
import type { FfmpegCaptureOptions } from './arguments';
import { CaptureRun } from './CaptureRun';
import { ReplaceableRun } from './ReplaceableRun';
import type { SourceKnowledge } from './way';

export interface FfmpegCaptureDependencies {
  ffmpeg: FfmpegFinder;
  /** The camera of a USB capture under Linux. Default: none is known of. */
  device?: V4l2Device | undefined;
  /** Source of time. Default: the system's. */
  clock?: Clock;
  /** Gets a line when the capture changes its way. */
  log?: (text: string) => void;
}

/** What is known of a source counts for so long at its next opening, in ms. */
const KNOWN_MS = 600_000;

/**
 * A USB camera, an address or a file, by ffmpeg. Gives H264 or JPEG as the source has it where
 * WebRTC and size and rate allow, I420 otherwise. What it learns about the source it remembers for
 * the next run.
 */
export class FfmpegCapture implements Origin {
  readonly label: string;
  readonly #runs = new Set<ReplaceableRun>();
  #options: FfmpegCaptureOptions;
  readonly #dependencies: Required<FfmpegCaptureDependencies>;
  #known: SourceKnowledge = {};
  /** When what is known was learnt last, in ms. */
  #learntMs = 0;

  constructor(
    options: FfmpegCaptureOptions,
    { ffmpeg, device, clock = systemClock, log = () => {} }: FfmpegCaptureDependencies,
  ) {
    this.label = captureLabel(options);
    this.#options = options;
    this.#dependencies = { ffmpeg, device, clock, log };
  }

  /** What it tells of itself besides its state. */
  get about(): { readonly decodes?: 'keyframes' } {
    return this.#known.noKeyframes ? { decodes: 'keyframes' } : {};
  }

  /** Goes on with another size or rate: what runs is started again, a short pause for who watches. */
  change(options: FfmpegCaptureOptions): void {
    if (JSON.stringify(options) === JSON.stringify(this.#options)) return;
    this.#options = options;
    for (const run of this.#runs) run.replace();
  }

  open(listener: OriginListener): OriginRun {
    const run = new ReplaceableRun(() => this.#run(listener));
    this.#runs.add(run);
    return {
      catchUp: () => run.catchUp(),
      close: async () => {
        this.#runs.delete(run);
        await run.close();
      },
    };
  }

  #run(listener: OriginListener): OriginRun {
    const options = this.#options;
    const isWeb = options.source === 'url' && isWebAddress(options.url);
    if (!isWeb) return this.#start(options, listener);
    const open = (found: UrlOptions) => this.#start(found, listener);
    return new HttpRun(options, listener, { clock: this.#dependencies.clock, open });
  }

  #start(options: FfmpegCaptureOptions, listener: OriginListener): CaptureRun {
    const { clock } = this.#dependencies;
    // A camera may be another by now, or set otherwise: its cheapest way is tried again.
    if (clock.now() - this.#learntMs > KNOWN_MS) this.#known = {};
    return new CaptureRun(options, listener, {
      ...this.#dependencies,
      known: this.#known,
      learn: known => {
        this.#known = known;
        this.#learntMs = clock.now();
      },
    });
  }
}
