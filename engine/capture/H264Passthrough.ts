import { FlvParser, type FlvVideo } from '../coding/FlvParser';
import { PictureJoiner } from '../coding/PictureJoiner';
import type { Clock } from '../model/Clock';
import { H264Pictures } from './H264Pictures';
import type { PictureHandlers } from './Picture';

/** FLV counts whole ms: a composition time up to this may be rounding. */
const ROUNDING_MS = 2;

/** Turns H.264 in FLV into access units for WebRTC, or finds out why that cannot be. */
export class H264Passthrough {
  readonly #pictures: H264Pictures;
  readonly #joiner: PictureJoiner;
  readonly #parser: FlvParser;

  constructor(handlers: PictureHandlers, { clock }: { readonly clock?: Clock } = {}) {
    this.#pictures = new H264Pictures(handlers);
    this.#joiner = new PictureJoiner((data, timeMs) => this.#pictures.take(data, timeMs), {
      sets: this.#pictures.sets,
      ...(clock ? { clock } : {}),
    });
    this.#parser = new FlvParser({
      config: (sps, pps) => this.#pictures.configure(sps, pps),
      video: tag => this.#video(tag),
      unsupported: detail => this.#pictures.refuse(detail),
    });
  }

  /** Takes the next bytes. Throws ContainerError when they are not FLV. */
  push(chunk: Buffer): void {
    if (!this.#pictures.isRefused) this.#parser.push(chunk);
  }

  /** Nothing more will come: gives the picture that waited for more of it. */
  end(): void {
    this.#joiner.end();
  }

  /** Nothing is given any more. Idempotent. */
  close(): void {
    this.#joiner.close();
  }

  #video({ data, dtsMs, compositionMs }: FlvVideo): void {
    if (Math.abs(compositionMs) > ROUNDING_MS) this.#pictures.refuse('B-frames');
    if (this.#pictures.isRefused) this.close();
    else this.#joiner.push(data, dtsMs);
  }
}
