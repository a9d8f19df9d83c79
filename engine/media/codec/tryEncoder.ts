import type { AccessUnit } from '../../model/AccessUnit';
import { type Clock, systemClock } from '../../model/Clock';
import type { HardwareEncoder } from '../../model/H264Encoder';
import type { Ffmpeg } from '../../process/ffmpeg';
import type { CodecJob } from './CodecJob';
import { FfmpegCodec } from './FfmpegCodec';

/** A second of pictures. */
const PICTURES = 30;
const INTERVAL_MS = 33;
/** An encoder that keeps more pictures to itself delays by more than hardware can be worth. */
const MOST_INSIDE = 6;
/** The whole trial, the start of the program included, in ms: small machines are slow. */
const PATIENCE_MS = 6000;

const CONVERSION: CodecJob = {
  from: 'I420',
  to: 'H264',
  width: 640,
  height: 480,
  frameRate: PICTURES,
  bitrateBps: 1_500_000,
  keyframeIntervalMs: 10_000,
};

/**
 * Lets an encoder encode for a second, in just the way in which it would be used. That it is built
 * into ffmpeg says nothing: the hardware, its driver or the permission may be missing.
 * @returns why it is of no use; undefined if it works
 */
export function tryEncoder(
  encoder: HardwareEncoder,
  ffmpeg: Ffmpeg,
  { clock = systemClock, signal }: { clock?: Clock; signal?: AbortSignal } = {},
): Promise<string | undefined> {
  return new Promise(resolve => {
    let hasBegun = false;
    const finish = (reason: string | undefined): void => {
      cancelTick();
      cancelLimit();
      signal?.removeEventListener('abort', aborted);
      void process.stop().then(() => resolve(reason));
    };
    const aborted = (): void => finish('the trial was broken off');
    const process = new FfmpegCodec({ ...CONVERSION, encoder }, ffmpeg, {
      unit: ({ key }) => {
        if (!hasBegun && !key) finish('it does not begin with a keyframe');
        hasBegun = true;
      },
      exit: reason => finish(reason),
    });
    const tick = (): void => {
      if (process.pushed < PICTURES) process.push(grayPicture(process.pushed));
      else if (process.pushed - process.made <= MOST_INSIDE) {
        finish(undefined);
        return;
      }
      cancelTick = clock.after(INTERVAL_MS, tick);
    };
    let cancelTick = clock.after(0, tick);
    const cancelLimit = clock.after(PATIENCE_MS, () =>
      finish(`${process.made} of ${process.pushed} pictures came out`),
    );
    if (signal?.aborted) aborted();
    else signal?.addEventListener('abort', aborted);
  });
}

/** A gray picture, a bit brighter each time: the content does not matter, that it changes does. */
function grayPicture(count: number): AccessUnit {
  const { width, height } = CONVERSION;
  const data = Buffer.alloc((width * height * 3) / 2, 128);
  data.fill(64 + count, 0, width * height);
  return { codec: 'I420', data, key: true, timestampMs: count * INTERVAL_MS, width, height };
}
