import { FlvParser, type FlvVideo } from '../media/containers/FlvParser';
import { MpegTsParser } from '../media/containers/MpegTsParser';
import { annexBNals, joinNals } from '../media/h264/h264';
import { PictureJoiner } from '../media/h264/PictureJoiner';
import type { Clock } from '../model/Clock';
import { H264Pictures } from './H264Pictures';
import type { PictureHandlers } from './Picture';

/** FLV counts whole ms: a composition time up to this may be rounding. */
const ROUNDING_MS = 2;

/** Options of a `H264Passthrough`. */
export interface H264PassthroughOptions {
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
  /** In MPEG-TS, because the parameter sets come with the stream only. Default: in FLV. */
  readonly isBare?: boolean;
}

/** Turns H.264 from ffmpeg into access units for WebRTC, or finds out why that cannot be. */
export class H264Passthrough {
  readonly #pictures: H264Pictures;
  readonly #joiner: PictureJoiner;
  readonly #parser: FlvParser | MpegTsParser;

  constructor(handlers: PictureHandlers, { clock, isBare = false }: H264PassthroughOptions = {}) {
    this.#pictures = new H264Pictures(handlers, clock);
    this.#joiner = new PictureJoiner((data, timeMs) => this.#pictures.take(data, timeMs), {
      sets: this.#pictures.sets,
      ...(clock ? { clock } : {}),
    });
    this.#parser = isBare ? this.#bareParser() : this.#flvParser();
  }

  #bareParser(): MpegTsParser {
    return new MpegTsParser(({ data, ...times }) =>
      this.#video({ data: joinNals(annexBNals(data)), ...times }),
    );
  }

  #flvParser(): FlvParser {
    return new FlvParser({
      config: (sps, pps) => this.#pictures.configure(sps, pps),
      video: tag => this.#video(tag),
      unsupported: detail => this.#pictures.refuse(detail),
    });
  }

  /** Takes the next bytes. Throws ContainerError when they make no sense. */
  push(chunk: Buffer): void {
    if (!this.#pictures.isRefused) this.#parser.push(chunk);
  }

  /** Nothing more will come: gives the picture that waited for more of it. */
  end(): void {
    if (this.#parser instanceof MpegTsParser) this.#parser.end();
    this.#joiner.end();
  }

  /** Nothing is given any more. Idempotent. */
  close(): void {
    this.#joiner.close();
  }

  #video({ data, dtsMs, compositionMs }: Omit<FlvVideo, 'key'>): void {
    if (Math.abs(compositionMs) > ROUNDING_MS) this.#pictures.refuse('B-frames');
    if (this.#pictures.isRefused) this.close();
    else this.#joiner.push(data, dtsMs);
  }
}
