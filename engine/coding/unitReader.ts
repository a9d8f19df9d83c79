import type { Conversion } from './Conversion';
import { FlvParser } from './FlvParser';
import { withParameterSets } from './h264';
import { IvfParser } from './IvfParser';
import { MpjpegParser } from './MpjpegParser';
import { isVp8Key } from './vp8';
import { Y4mParser } from './Y4mParser';

/** One unit as a converter wrote it. */
export interface CodedUnit {
  readonly data: Buffer;
  readonly key: boolean;
  /** Which of the pictures that went in it is, from 0; undefined where the container does not say. */
  readonly index: number | undefined;
}

/** Takes a program's stdout in pieces of any size. Throws ContainerError on garbage. */
export interface UnitReader {
  push(chunk: Buffer): void;
}

/** The reader for what `conversionArguments` makes ffmpeg write. */
export function unitReader(
  { to, frameRate }: Pick<Conversion, 'to' | 'frameRate'>,
  unit: (unit: CodedUnit) => void,
): UnitReader {
  switch (to) {
    case 'H264':
      return h264Reader(frameRate, unit);
    case 'VP8':
      return new IvfParser({
        frame: (data, pts) => unit({ data, key: isVp8Key(data), index: pts }),
      });
    case 'JPEG':
      return new MpjpegParser(data => unit({ data, key: true, index: undefined }));
    case 'I420':
      return new Y4mParser({ picture: data => unit({ data, key: true, index: undefined }) });
    default:
      return to satisfies never;
  }
}

function h264Reader(frameRate: number, unit: (unit: CodedUnit) => void): UnitReader {
  let parameterSets: { sps: Buffer; pps: Buffer } | undefined;
  return new FlvParser({
    config: ([sps], [pps]) => {
      if (sps && pps) parameterSets = { sps, pps };
    },
    video: ({ data, key, dtsMs }) => {
      const whole =
        key && parameterSets ? withParameterSets(data, parameterSets.sps, parameterSets.pps) : data;
      unit({ data: whole, key, index: Math.round((dtsMs * frameRate) / 1000) });
    },
  });
}
