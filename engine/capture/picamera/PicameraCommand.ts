import type { PicameraControls } from '../../model/picameraControls';
import type { Rpicam } from '../../process/rpicam';
import type { PicameraWay } from './picameraWay';

/** What the arguments are made for. */
export interface PicameraRequest {
  /** Number of the camera, from 0. */
  readonly camera: number;
  readonly controls: PicameraControls;
  readonly way: PicameraWay;
  readonly rpicam: Rpicam;
  /** Named pipe for the time of each access unit; H.264 of the hardware only. */
  readonly timesPath?: string | undefined;
}

/** A command line for the camera program. */
export interface PicameraCommand {
  readonly args: readonly string[];
  /** Options that were asked for, but that this version of the program does not know. */
  readonly leftOut: readonly string[];
}
