import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PicameraControls } from '../../model/picameraControls';
import type { Rpicam } from '../../process/rpicam';
import { picameraSize } from './picameraSize';

/**
 * How pictures leave the camera program: `h264` from the hardware encoder (Pi 0 to 4), `libav`
 * encoded by the program itself, `yuv420` and `mjpeg` for our own encoder.
 */
export type PicameraWay = 'h264' | 'libav' | 'yuv420' | 'mjpeg';

/** What the user chose: the best way, or the camera program's H.264, raw pictures or JPEG. */
export type PicameraEncoder = 'auto' | 'camera' | 'raw' | 'jpeg';

/** What the choice depends on. */
export interface WayRequest {
  readonly encoder: PicameraEncoder;
  readonly controls: PicameraControls;
  readonly rpicam: Rpicam;
  /** This machine has the H.264 encoder that the camera program uses. */
  readonly hasHardware: boolean;
  /** The program's own H.264 turned out to be of no use to browsers. */
  readonly isH264Refused?: boolean;
}

/**
 * Up to this, raw pictures and our encoder cost less than the program's libx264 (at 640x480 12 % of
 * a core instead of 18 %), and make keyframes on demand; above, carrying them costs more than it
 * saves. In pixels a second: 1280x720 at 30 a second.
 */
const MOST_RAW_RATE = 1280 * 720 * 30;

/** Rows of raw pictures are padded to this on a Pi 5, of chroma, too, whose rows are half as long. */
const RAW_WIDTH_STEP = 128;

/** Whether pictures have to be turned by ffmpeg: the camera turns by 180 degrees, the one of old by any. */
export function turnsByFfmpeg({ rotation }: PicameraControls, { kind }: Rpicam): boolean {
  return kind === 'rpicam' && (String(rotation) === '90' || String(rotation) === '270');
}

/** The best way that does what is wanted. */
export function picameraWay(request: WayRequest): PicameraWay {
  const { encoder, controls, rpicam } = request;
  const { width, height, frameRate } = picameraSize(controls);
  const isUnpadded = width % RAW_WIDTH_STEP === 0;
  if (rpicam.kind === 'raspivid') return encoder === 'jpeg' ? 'mjpeg' : 'h264';
  const pictures = encoder === 'jpeg' || !isUnpadded ? 'mjpeg' : 'yuv420';
  if (encoder === 'raw' || encoder === 'jpeg') return pictures;
  if (turnsByFfmpeg(controls, rpicam) || request.isH264Refused) return pictures;
  if (request.hasHardware) return 'h264';
  if (encoder === 'camera') return rpicam.options.has('libav-format') ? 'libav' : 'h264';
  const isSmall = width * height * frameRate <= MOST_RAW_RATE;
  if (isSmall && isUnpadded) return 'yuv420';
  return rpicam.options.has('low-latency') ? 'libav' : pictures;
}

/**
 * Whether the machine has the H.264 encoder of the Raspberry Pi 0 to 4. Never rejects.
 * @param sysRoot where /sys is
 */
export async function hasH264Hardware(sysRoot = '/'): Promise<boolean> {
  const directory = join(sysRoot, 'sys/class/video4linux');
  const nodes = await readdir(directory).catch(() => []);
  const names = await Promise.all(
    nodes.map(node => readFile(join(directory, node, 'name'), 'utf8').catch(() => '')),
  );
  return names.some(name => name.startsWith('bcm2835-codec-encode'));
}
