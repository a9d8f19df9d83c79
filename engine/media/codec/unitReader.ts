import type { Colour } from '../../model/Colour';
import { IvfParser } from '../containers/IvfParser';
import { NutParser } from '../containers/NutParser';
import { isVp8Key } from '../picture/vp8';
import type { CodecJob } from './CodecJob';
import type { CodedUnit, UnitReader } from './CodedUnit';
import { H264Units } from './H264Units';

/**
 * The reader for what `codecArguments` makes ffmpeg write; `colour` is that of what comes out,
 * absent where its encoder says it well enough.
 */
export function unitReader(
  { to, frameRate, colour }: Pick<CodecJob, 'to' | 'frameRate'> & { readonly colour?: Colour },
  unit: (unit: CodedUnit) => void,
): UnitReader {
  switch (to) {
    case 'H264':
      return new H264Units(frameRate, unit, colour);
    case 'VP8':
      return new IvfParser({
        frame: (data, pts) => unit({ data, key: isVp8Key(data), index: pts }),
      });
    case 'JPEG':
    case 'I420':
      return new NutParser({
        frame: (data, seconds) => unit({ data, key: true, index: Math.round(seconds * frameRate) }),
      });
    default:
      return to satisfies never;
  }
}
