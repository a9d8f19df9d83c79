import type { Colour } from '../../model/Colour';
import { FlvParser, type FlvVideo } from '../containers/FlvParser';
import { NAL, nalType, nalUnits } from '../h264/h264';
import { ParameterSets, withParameterSets } from '../h264/ParameterSets';
import { withColour } from '../h264/spsColour';
import type { CodedUnit, UnitReader } from './CodedUnit';

/**
 * The access units that an H.264 encoder wrote as FLV. Encoders differ: some say their parameter
 * sets once and apart, some before each keyframe, some as a unit of their own. What leaves here
 * has them in front of every IDR picture, and they tell the colours: few encoders do by themselves.
 */
export class H264Units implements UnitReader {
  readonly #frameRate: number;
  readonly #colour: Colour | undefined;
  readonly #unit: (unit: CodedUnit) => void;
  readonly #parser: FlvParser;
  readonly #sets = new ParameterSets();

  /**
   * @param frameRate of the pictures that went in, for their index
   * @param colour of the pictures; undefined: what the encoder says
   */
  constructor(frameRate: number, unit: (unit: CodedUnit) => void, colour?: Colour) {
    this.#frameRate = frameRate;
    this.#colour = colour;
    this.#unit = unit;
    this.#parser = new FlvParser({
      config: (sps, pps) => {
        for (const set of [...sps, ...pps]) this.#sets.take(set);
      },
      video: tag => this.#video(tag),
    });
  }

  push(chunk: Buffer): void {
    this.#parser.push(chunk);
  }

  #video({ data, dtsMs, compositionMs }: FlvVideo): void {
    let key = false;
    let hasPicture = false;
    for (const nal of nalUnits(data)) {
      const type = nalType(nal);
      if (type === NAL.idr) key = true;
      if (type >= NAL.slice && type <= NAL.idr) hasPicture = true;
      this.#sets.take(nal);
    }
    if (!hasPicture) return;
    const whole = this.#sets.isComplete ? withParameterSets(data, this.#sets.all) : data;
    const index = Math.round(((dtsMs + compositionMs) * this.#frameRate) / 1000);
    const colour = this.#colour;
    this.#unit({ data: colour && key ? withColour(whole, () => colour) : whole, key, index });
  }
}
