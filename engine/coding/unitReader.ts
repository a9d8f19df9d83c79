import type { Conversion } from './Conversion';
import { H264Units } from './H264Units';
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
      return new H264Units(frameRate, unit);
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
