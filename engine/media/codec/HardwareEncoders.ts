import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../model/Clock';
import {
  type EncoderSetting,
  type H264Encoder,
  HARDWARE_ENCODERS,
  type HardwareEncoder,
} from '../../model/H264Encoder';
import { RetrySchedule } from '../../model/RetrySchedule';
import type { Ffmpeg } from '../../process/ffmpeg';
import { tryEncoder } from './tryEncoder';

/** What `HardwareEncoders` needs. */
export interface HardwareEncodersOptions {
  findFfmpeg: () => Promise<Ffmpeg>;
  /** Gets a line for what was found, and for what failed. */
  log: (text: string) => void;
  /** Default: that of this machine. */
  platform?: NodeJS.Platform;
  /** Where /dev is. Default `/`. */
  sysRoot?: string;
  /** Source of time. Default: the system's. */
  clock?: Clock;
}

/** An encoder that failed at work is left alone for so long, then twice as long, and so on, in ms. */
const PAUSE = { firstMs: 60_000, longestMs: 3_600_000 };

/**
 * Knows which hardware encoder of this machine works: each that ffmpeg names is tried once, the
 * first that does a second's work is taken. One that fails later at its work is left out for a
 * time. Until something is known, libx264 it is: no viewer waits for a trial.
 */
export class HardwareEncoders {
  readonly #options: HardwareEncodersOptions;
  readonly #clock: Clock;
  readonly #pauses = new Map<HardwareEncoder, { schedule: RetrySchedule; untilMs: number }>();
  #working: HardwareEncoder | undefined;
  #trial: Promise<void> | undefined;

  constructor(options: HardwareEncodersOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Tries the encoders, once however often it is asked. Never rejects. @param signal ends it early */
  tryOut(signal?: AbortSignal): Promise<void> {
    this.#trial ??= this.#tryAll(signal);
    return this.#trial;
  }

  /** What to encode with now. One that the user named needs no trial: if it fails, libx264 follows. */
  choose(setting: EncoderSetting): H264Encoder {
    if (setting === 'software') return 'libx264';
    const wanted = setting === 'automatic' ? this.#working : setting;
    return wanted && !this.#isPaused(wanted) ? wanted : 'libx264';
  }

  /** It failed at work. */
  failed(encoder: HardwareEncoder, reason: string): void {
    const { schedule } = this.#pauses.get(encoder) ?? { schedule: new RetrySchedule(PAUSE) };
    this.#pauses.set(encoder, { schedule, untilMs: this.#clock.now() + schedule.next() });
    this.#options.log(`${encoder} failed (${reason}): libx264 goes on in its place`);
  }

  #isPaused(encoder: HardwareEncoder): boolean {
    return this.#clock.now() < (this.#pauses.get(encoder)?.untilMs ?? 0);
  }

  async #tryAll(signal: AbortSignal | undefined): Promise<void> {
    const { findFfmpeg, log, platform = process.platform, sysRoot = '/' } = this.#options;
    const ffmpeg = await findFfmpeg().catch(() => undefined);
    if (!ffmpeg) {
      // Nothing can be encoded anyway; when it is there, it is to be asked.
      this.#trial = undefined;
      return;
    }
    const reasons: string[] = [];
    const known = HARDWARE_ENCODERS.filter(each => ffmpeg.encoders.has(each));
    const devices = await readdir(join(sysRoot, 'dev')).catch(() => []);
    for (const encoder of known.filter(each => mayBeThere(each, platform, devices))) {
      if (signal?.aborted) return;
      const reason = await tryEncoder(encoder, ffmpeg, {
        clock: this.#clock,
        ...(signal ? { signal } : {}),
      });
      if (reason === undefined) {
        this.#working = encoder;
        log(`H.264 is encoded by ${encoder}`);
        return;
      }
      reasons.push(`${encoder}: ${reason}`);
    }
    log(`H.264 is encoded by libx264${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`);
  }
}

/** What stands in /dev of Linux where such hardware may be; `dxg` is the GPU of Windows in WSL. */
const DEVICE_FILES: Readonly<Record<HardwareEncoder, RegExp | undefined>> = {
  h264_v4l2m2m: /^video\d+$/,
  h264_nvenc: /^(nvidia\w+|dxg)$/,
  h264_vaapi: /^dri$/,
  h264_qsv: /^dri$/,
  h264_videotoolbox: undefined,
};

/** Most builds name encoders that few machines have: without the device no program need be started. */
function mayBeThere(
  encoder: HardwareEncoder,
  platform: NodeJS.Platform,
  devices: readonly string[],
): boolean {
  if (platform !== 'linux') return encoder !== 'h264_v4l2m2m';
  const file = DEVICE_FILES[encoder];
  return file !== undefined && devices.some(name => file.test(name));
}
