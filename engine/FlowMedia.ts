import { AudioSource } from './capture/AudioSource';
import { FlowOrigin } from './capture/FlowOrigin';
import { Source } from './capture/Source';
import type { HardwareEncoders } from './coding/HardwareEncoders';
import { jpegSize } from './coding/jpeg';
import { pixelBytes, toI420 } from './coding/pixels';
import type { AccessUnit } from './model/AccessUnit';
import type { AudioUnit } from './model/AudioUnit';
import { epochMs } from './model/Clock';
import { MessageError } from './model/errors';
import type { Frame } from './model/Frame';
import type { Origin } from './model/Origin';
import { checkForm, type Pcm } from './output/PcmInput';
import type { FfmpegFinder } from './process/ffmpeg';
import { hasSpareMemory } from './spareMemory';

/** A frame in a Buffer. */
export type FlowFrame = Frame & { readonly data: Buffer };

/** What makes sources for media that come from a flow or a peer. */
export interface MediaTools {
  readonly ffmpeg: FfmpegFinder;
  readonly log: (text: string) => void;
  readonly hardware?: HardwareEncoders | undefined;
}

/** Such media are kept going for so long after nobody wants them, in ms. */
const LINGER_MS = 500;

/**
 * A source of pictures around an origin that needs no device. Failures are logged.
 * @param pauseMs see `SourceOptions`
 */
export function looseVideo(
  origin: Origin,
  { ffmpeg, log, hardware }: MediaTools,
  pauseMs?: number,
): Source {
  const source = new Source(origin, {
    lingerMs: LINGER_MS,
    ...(pauseMs === undefined ? {} : { pauseMs }),
    findFfmpeg: () => ffmpeg.find(),
    spare: hasSpareMemory(),
    hardware,
    log,
  });
  source.on('failed', error => log(error.message));
  return source;
}

/** A source of sound around an origin that needs no device. Failures are logged. */
export function looseAudio(origin: Origin<AudioUnit>, { log }: MediaTools): AudioSource {
  const source = new AudioSource(origin, { lingerMs: LINGER_MS, log });
  source.on('failed', error => log(error.message));
  return source;
}

/** The pictures that a flow puts in, as a source. */
export class FlowPictures {
  readonly source: Source;
  readonly #origin = new FlowOrigin<AccessUnit>('frames of the flow', { keepsNewest: true });

  constructor(tools: MediaTools) {
    this.source = looseVideo(this.#origin, tools);
  }

  /** @throws MessageError if the frame is not what it says */
  put({ data, format, width, height }: FlowFrame): void {
    const picture = { key: true, timestampMs: epochMs() };
    if (format === 'jpeg') {
      const size = jpegSize(data);
      if (!size) throw new MessageError('the picture is no JPEG');
      this.#origin.put({ ...picture, ...size, codec: 'JPEG', data });
      return;
    }
    const size = { width, height };
    if (data.length !== pixelBytes(format, size)) {
      throw new MessageError(`${data.length} bytes are no ${width}x${height} picture in ${format}`);
    }
    this.#origin.put({ ...picture, ...size, codec: 'I420', data: toI420(data, format, size) });
  }
}

/** The sound that a flow puts in, as a source. */
export class FlowSound {
  readonly source: AudioSource;
  readonly #origin = new FlowOrigin<AudioUnit>('sound of the flow');
  /** When the next chunk begins if the sound goes on, in ms since the epoch. */
  #nextMs = 0;

  constructor(tools: MediaTools) {
    this.source = looseAudio(this.#origin, tools);
  }

  /**
   * Chunks follow each other without gaps, whatever the moments at which they arrive.
   * @throws SettingError when there can be no such rate or number of channels
   */
  put({ data, sampleRate, channels }: Pcm): void {
    checkForm(sampleRate, channels);
    const samples = Math.floor(data.length / (2 * channels));
    const nowMs = epochMs();
    const timestampMs = Math.abs(nowMs - this.#nextMs) < LOOSE_MS ? this.#nextMs : nowMs;
    this.#nextMs = timestampMs + (1000 * samples) / sampleRate;
    this.#origin.put({ codec: 'S16LE', data, timestampMs, sampleRate, channels, samples });
  }
}

/** Chunks may come so much earlier or later than their turn, in ms. */
const LOOSE_MS = 1000;
