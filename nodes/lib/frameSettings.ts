import type { FrameFormat } from '../../engine/model/Frame';
import type { FrameSettings } from '../../engine/port/protocol';
import { numberOf } from './numberOf';

/** How a node is set to hand out pictures, as the editor writes it. Absent in flows of older versions. */
export interface FramesConfig {
  readonly format?: FrameFormat;
  /** Limit, in pixels; empty: none. */
  readonly framesWidth?: string | number;
  /** Limit, in pictures a second; empty: none. */
  readonly framesRate?: string | number;
}

const PIXELS = { least: 16, most: 8192 };
const FRAME_RATE = { least: 0.1, most: 240 };

/** How the flow wants its pictures. @throws SettingError that names the wrong setting */
export function frameSettings(config: FramesConfig): FrameSettings {
  const maxWidth = numberOf('framesWidth', config.framesWidth, PIXELS);
  const frameRate = numberOf('framesRate', config.framesRate, FRAME_RATE);
  return {
    format: config.format ?? 'jpeg',
    ...(maxWidth === undefined ? {} : { maxWidth: 2 * Math.round(maxWidth / 2) }),
    ...(frameRate === undefined ? {} : { frameRate }),
  };
}
