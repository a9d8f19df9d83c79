import type { RpicamFinder } from '../../process/rpicam';

/** A camera module at this machine. */
export interface PicameraDevice {
  /** To be given as the number of the camera. */
  readonly camera: number;
  /** For people: the sensor, such as `imx219`. */
  readonly label: string;
  readonly modes: readonly PicameraMode[];
}

/** A mode of a sensor. */
export interface PicameraMode {
  /** As the control `mode` takes it, such as `1640:1232:10:P`. */
  readonly mode: string;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** The highest, in pictures a second; absent where it is not told. */
  readonly frameRate?: number;
}

/**
 * The camera modules that the program sees; none is an empty list.
 * @throws {RpicamMissingError} without the program
 * @throws {SettingError} when the path that the user set does not work
 */
export async function listPicameras(finder: RpicamFinder): Promise<readonly PicameraDevice[]> {
  const { path, kind } = await finder.find();
  // raspivid cannot list: whether there is a camera shows when it is opened.
  if (kind === 'raspivid') return [{ camera: 0, label: 'raspivid', modes: [] }];
  const { stdout } = await finder.run({ program: path, args: ['--list-cameras'] });
  return parsePicameraList(stdout);
}

/** What `rpicam-vid --list-cameras` says. */
export function parsePicameraList(text: string): readonly PicameraDevice[] {
  const devices: { camera: number; label: string; modes: PicameraMode[] }[] = [];
  let format = '';
  for (const line of text.split('\n')) {
    // 0 : imx219 [3280x2464 10-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx219@10)
    const [, number, label] = /^(\d+) : (\S+) \[\d+x\d+.*\] \(.+\)$/.exec(line.trim()) ?? [];
    if (number !== undefined && label !== undefined) {
      devices.push({ camera: Number(number), label, modes: [] });
      continue;
    }
    //     Modes: 'SRGGB10_CSI2P' : 640x480 [206.65 fps - (1000, 752)/1280x960 crop]
    format = /'(\w+)' :/.exec(line)?.[1] ?? format;
    const mode = modeIn(line, format);
    if (mode) devices.at(-1)?.modes.push(mode);
  }
  return devices;
}

function modeIn(line: string, format: string): PicameraMode | undefined {
  const found = /(?:^|:)\s*(\d+)x(\d+) \[(?:([\d.]+) fps)?/.exec(line);
  if (!found) return undefined;
  const [, width = '', height = '', rate] = found;
  const bits = /\d+/.exec(format)?.[0];
  const packing = format.includes('CSI2P') ? 'P' : 'U';
  return {
    mode: [width, height, ...(bits ? [bits, packing] : [])].join(':'),
    width: Number(width),
    height: Number(height),
    ...(rate ? { frameRate: Number(rate) } : {}),
  };
}
