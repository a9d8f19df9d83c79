import { FrameAligner } from '../../media/audio/FrameAligner';
import { checkForm, type Pcm } from '../../media/audio/PcmInput';
import type { HardwareEncoders } from '../../media/codec/HardwareEncoders';
import type { AudioUnit } from '../../model/AudioUnit';
import { epochMs } from '../../model/Clock';
import type { Origin } from '../../model/Origin';
import type { FfmpegFinder } from '../../process/ffmpeg';
import { hasSpareMemory } from '../../process/spareMemory';
import { AudioSource } from '../AudioSource';
import { Source } from '../Source';
import { FlowOrigin } from './FlowOrigin';

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

/** The sound that a flow puts in, as a source. */
export class FlowSound {
  readonly source: AudioSource;
  readonly #origin = new FlowOrigin<AudioUnit>('sound of the flow');
  /** When the next chunk begins if the sound goes on, in ms since the epoch. */
  #nextMs = 0;
  #form = '';
  #frames = new FrameAligner(BYTES);

  constructor(tools: MediaTools) {
    this.source = looseAudio(this.#origin, tools);
  }

  /**
   * Chunks follow each other without gaps, whatever the moments at which they arrive and wherever
   * they are cut. Where they come slower or faster than they say, for good, their times follow.
   * @throws SettingError when there can be no such rate or number of channels
   */
  put({ data, sampleRate, channels }: Pcm): void {
    checkForm(sampleRate, channels);
    const pcm = this.#framesOf(sampleRate, channels).push(data);
    const samples = pcm.length / (BYTES * channels);
    if (samples === 0) return;
    const nowMs = epochMs();
    const durationMs = (1000 * samples) / sampleRate;
    const offMs = nowMs - this.#nextMs;
    const mostMs = durationMs * MOST_DRIFT;
    const driftMs = Math.min(Math.max(offMs, -mostMs), mostMs);
    const timestampMs = Math.abs(offMs) < LOOSE_MS ? this.#nextMs + driftMs : nowMs;
    this.#nextMs = timestampMs + durationMs;
    this.#origin.put({ codec: 'S16LE', data: pcm, timestampMs, sampleRate, channels, samples });
  }

  /** What was left of a chunk is no part of one of another form. */
  #framesOf(sampleRate: number, channels: number): FrameAligner {
    const form = `${sampleRate} ${channels}`;
    if (form !== this.#form) this.#frames = new FrameAligner(BYTES * channels);
    this.#form = form;
    return this.#frames;
  }
}

/** Of a sample of S16LE. */
const BYTES = 2;
/** Chunks may come so much earlier or later than their turn, in ms. */
const LOOSE_MS = 1000;
/**
 * The clock of whoever records what a flow puts in may be wrong by this part. It is followed, or
 * after some hours the sound would leave its turn and be cut.
 */
const MOST_DRIFT = 0.001;
