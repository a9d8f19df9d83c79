import type { NodeDef } from 'node-red';
import type { PicameraOptions } from '../../engine/capture/CaptureOptions';
import type { PicameraEncoder } from '../../engine/capture/picamera/picameraWay';
import {
  type ControlName,
  type PicameraControls,
  picameraControls,
} from '../../engine/model/picameraControls';
import type { FramesConfig } from './frameSettings';
import { numberOf } from './numberOf';

/** The settings of an rtc-picamera as the editor writes them; those of its controls have their names. */
export interface PicameraConfig
  extends NodeDef,
    FramesConfig,
    Readonly<Partial<Record<ControlName, string | number | boolean>>> {
  /** Number of the camera. */
  readonly camera: string | number;
  readonly encoder: PicameraEncoder;
  /** Show a test pattern where there is no camera. */
  readonly testPattern: boolean;
  /** In seconds. */
  readonly linger: string | number;
  /** Pictures as they come, or one for each input message. */
  readonly frames: 'stream' | 'snapshot';
  /** Targets of each output, as Node-RED writes them. */
  readonly wires: string[][];
}

const CAMERAS = { least: 0, most: 15 };

/**
 * The capture options of a picamera's settings.
 * @param controls if they are others by now
 * @throws SettingError that names the wrong one
 */
export function picameraOptions(
  config: PicameraConfig,
  controls: PicameraControls = picameraControls({ ...config }),
): PicameraOptions {
  return {
    source: 'picamera',
    camera: Math.round(numberOf('camera', config.camera, CAMERAS) ?? 0),
    encoder: config.encoder ?? 'auto',
    controls,
    hasTestPattern: config.testPattern === true,
  };
}

/** The controls that a message asks for; undefined if it asks for none. */
export function controlsIn(payload: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  if (Array.isArray(payload) || ArrayBuffer.isView(payload)) return undefined;
  return { ...payload };
}
