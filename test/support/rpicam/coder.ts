import { type ChildProcess, spawn } from 'node:child_process';
import { FlvParser } from '../../../engine/media/containers/FlvParser';
import { MpjpegParser } from '../../../engine/media/containers/MpjpegParser';
import { NAL, nalType, nalUnits } from '../../../engine/media/h264/h264';
import type { AccessUnit } from '../../../engine/model/AccessUnit';

/** What pictures are coded to, and how. */
export interface CoderOptions {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly hasHardware: boolean;
  readonly hasLibav: boolean;
  readonly codec: string;
  readonly libavFormat: string | undefined;
  readonly isLowLatency: boolean;
  readonly hasInlineHeaders: boolean;
  /** Pictures from one keyframe to the next. */
  readonly intra: number;
  readonly bitrateBps: number;
  /** Takes what is written: a whole coded picture with its time, or a piece of a container without. */
  write(bytes: Buffer, timestampMs: number | undefined): void;
  died(words: string): void;
}

/** Codes pictures as the real program would. */
export interface Coder {
  push(unit: AccessUnit): void;
  stop(): void;
}

/** @throws Error with the words of the real program */
export function startCoder(options: CoderOptions): Coder {
  const { codec, hasHardware, hasLibav, libavFormat } = options;
  if (codec === 'yuv420') {
    return { push: unit => options.write(fullRange(unit), unit.timestampMs), stop: () => {} };
  }
  if (codec === 'mjpeg') return throughFfmpeg(options, ['-c:v', 'mjpeg', ...JPEG], jpegReader);
  if (codec === 'h264' && hasHardware)
    return throughFfmpeg(options, hardware(options), annexBReader);
  if ((codec === 'libav' && hasLibav) || codec === 'h264') {
    if (libavFormat !== 'flv') {
      throw new Error('libav: cannot allocate output context, try setting with --libav-format');
    }
    return throughFfmpeg(
      options,
      software(options),
      () => chunk => options.write(chunk, undefined),
    );
  }
  throw new Error(`unrecognised codec ${codec}`);
}

type Reader = (chunk: Buffer) => void;

function throughFfmpeg(
  options: CoderOptions,
  output: readonly string[],
  readerFor: (options: CoderOptions, nextTime: () => number | undefined) => Reader,
): Coder {
  const { width, height, frameRate } = options;
  const times: number[] = [];
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-video_size', `${width}x${height}`];
  const ffmpeg: ChildProcess = spawn(
    process.env.FFMPEG_PATH ?? 'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-probesize', '32', '-analyzeduration', '0'],
      ...[...input, '-framerate', `${frameRate}`, '-i', 'pipe:0', '-vsync', 'passthrough'],
      ...[...output, '-flush_packets', '1', 'pipe:1'],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const read = readerFor(options, () => times.shift());
  ffmpeg.stdout?.on('data', read);
  ffmpeg.stdin?.on('error', () => {});
  let isStopped = false;
  ffmpeg.on('exit', () => {
    if (!isStopped) options.died('the encoder of the stand-in died');
  });
  return {
    push: ({ data, timestampMs }) => {
      // A camera that is not read drops pictures.
      if (isStopped || (ffmpeg.stdin?.writableLength ?? 0) > data.length) return;
      times.push(timestampMs);
      ffmpeg.stdin?.write(data);
    },
    stop: () => {
      isStopped = true;
      ffmpeg.kill('SIGKILL');
    },
  };
}

const JPEG = ['-threads', '1', '-q:v', '5', '-pix_fmt', 'yuvj420p', '-f', 'mpjpeg'];
const FLV = ['-f', 'flv', '-flvflags', 'no_duration_filesize'];

const rates = ({ intra, bitrateBps }: CoderOptions): string[] => {
  return ['-pix_fmt', 'yuv420p', '-g', `${intra}`, '-b:v', `${bitrateBps}`];
};

/** The hardware encoder: one slice a picture, nothing held back. */
function hardware(options: CoderOptions): string[] {
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'];
  const params = ['-profile:v', 'baseline', '-x264-params', 'sliced-threads=0:threads=1'];
  return [...coding, ...rates(options), ...params, ...FLV];
}

/** libav in the program itself: several slices, and without `--low-latency` B-frames. */
function software(options: CoderOptions): string[] {
  const coding = options.isLowLatency
    ? [
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-tune',
        'zerolatency',
        '-x264-params',
        'slices=4',
      ]
    : ['-c:v', 'libx264', '-preset', 'superfast', '-bf', '1'];
  return [...coding, ...rates(options), ...FLV];
}

function jpegReader({ write }: CoderOptions, nextTime: () => number | undefined): Reader {
  const parser = new MpjpegParser(jpeg => write(jpeg, nextTime()));
  return chunk => parser.push(chunk);
}

const START_CODE = Buffer.from([0, 0, 0, 1]);

/** H.264 with start codes, each picture as one piece. */
function annexBReader(
  { write, hasInlineHeaders }: CoderOptions,
  nextTime: () => number | undefined,
): Reader {
  let sets: Buffer[] = [];
  let isFirst = true;
  const parser = new FlvParser({
    config: (sps, pps) => {
      sets = [...sps, ...pps];
    },
    video: ({ data }) => {
      const slices = [...nalUnits(data)].filter(nal => [NAL.slice, NAL.idr].includes(kindOf(nal)));
      const isKey = slices.some(nal => nalType(nal) === NAL.idr);
      const headers = isKey && (hasInlineHeaders || isFirst) ? sets : [];
      isFirst = false;
      write(Buffer.concat([...headers, ...slices].flatMap(nal => [START_CODE, nal])), nextTime());
    },
  });
  return chunk => parser.push(chunk);
}

function kindOf(nal: Buffer): 1 | 5 {
  // Only compared with these two.
  return nalType(nal) as 1 | 5;
}

/** The range that the camera has: 0 to 255. */
function fullRange({ data, width, height }: AccessUnit): Buffer {
  const full = Buffer.from(data);
  for (const [at, value] of data.entries()) {
    const isLuma = at < width * height;
    full[at] = Math.round(
      Math.max(
        0,
        Math.min(255, isLuma ? ((value - 16) * 255) / 219 : 128 + ((value - 128) * 255) / 224),
      ),
    );
  }
  return full;
}
