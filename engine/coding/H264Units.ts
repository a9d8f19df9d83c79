import { FlvParser, type FlvVideo } from './FlvParser';
import { NAL, nalType, nalUnits, withParameterSets } from './h264';
import type { CodedUnit, UnitReader } from './unitReader';

/**
 * The access units that an H.264 encoder wrote as FLV. Encoders differ: some say their parameter
 * sets once and apart, some before each keyframe, some as a unit of their own. What leaves here
 * has them in front of every IDR picture.
 */
export class H264Units implements UnitReader {
  readonly #frameRate: number;
  readonly #unit: (unit: CodedUnit) => void;
  readonly #parser: FlvParser;
  #sps: Buffer | undefined;
  #pps: Buffer | undefined;

  /** @param frameRate of the pictures that went in, for their index */
  constructor(frameRate: number, unit: (unit: CodedUnit) => void) {
    this.#frameRate = frameRate;
    this.#unit = unit;
    this.#parser = new FlvParser({
      config: ([sps], [pps]) => {
        this.#sps = sps ?? this.#sps;
        this.#pps = pps ?? this.#pps;
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
      // Copied: a view would hold the whole unit in memory for as long as the sets are in use.
      if (type === NAL.sps) this.#sps = Buffer.from(nal);
      if (type === NAL.pps) this.#pps = Buffer.from(nal);
    }
    if (!hasPicture) return;
    const whole = this.#sps && this.#pps ? withParameterSets(data, this.#sps, this.#pps) : data;
    const index = Math.round(((dtsMs + compositionMs) * this.#frameRate) / 1000);
    this.#unit({ data: whole, key, index });
  }
}
