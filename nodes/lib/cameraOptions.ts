import type { NodeDef } from 'node-red';
import type { CaptureOptions, SourceOptions } from '../../engine/capture/CaptureOptions';
import { SettingError } from '../../engine/model/errors/errors';
import type { FramesConfig } from './frameSettings';
import { numberOf } from './numberOf';

/** The settings of an rtc-camera as the editor writes them. */
export interface CameraConfig extends NodeDef, FramesConfig {
  readonly source: 'test' | 'usb' | 'url' | 'file';
  readonly device: string;
  readonly url: string;
  readonly rtspTransport: 'tcp' | 'udp';
  readonly file: string;
  readonly loop: boolean;
  readonly width: string | number;
  readonly height: string | number;
  readonly frameRate: string | number;
  /** In seconds. */
  readonly linger: string | number;
  /** In seconds. Absent in flows of older versions. */
  readonly silence?: string | number;
  /** Pictures as they come, or one for each input message. Absent in flows of older versions. */
  readonly frames?: 'stream' | 'snapshot';
  /** Targets of each output, as Node-RED writes them. */
  readonly wires: string[][];
}

/** The secrets of an rtc-camera. */
export interface CameraCredentials {
  readonly user?: string;
  readonly password?: string;
}

const PIXELS = { least: 16, most: 8192 };
const FRAME_RATE = { least: 0.01, most: 240 };
/** In seconds. */
const SILENCE = { least: 1, most: 86_400 };

/**
 * The capture options of a camera's settings.
 * @throws SettingError that names the wrong one
 */
export function cameraOptions(
  config: CameraConfig,
  credentials: CameraCredentials = {},
): CaptureOptions {
  const width = numberOf('width', config.width, PIXELS);
  const height = numberOf('height', config.height, PIXELS);
  const frameRate = numberOf('frameRate', config.frameRate, FRAME_RATE);
  return {
    ...sourceOptions(config, credentials),
    ...(width === undefined ? {} : { width: Math.round(width) }),
    ...(height === undefined ? {} : { height: Math.round(height) }),
    ...(frameRate === undefined ? {} : { frameRate }),
  };
}

/** Network cameras have it alone: the pictures of others come, or something is broken. */
function silenceOf({ silence }: CameraConfig): { silenceMs?: number } {
  const seconds = numberOf('silence', silence, SILENCE);
  return seconds === undefined ? {} : { silenceMs: 1000 * seconds };
}

function sourceOptions(config: CameraConfig, { user, password }: CameraCredentials): SourceOptions {
  switch (config.source) {
    case 'usb':
      return { source: 'usb', device: filled('device', config.device) };
    case 'url':
      return {
        source: 'url',
        url: addressOf(config),
        rtspTransport: config.rtspTransport === 'udp' ? 'udp' : 'tcp',
        ...(user ? { user } : {}),
        ...(password ? { password } : {}),
        ...silenceOf(config),
      };
    case 'file':
      return { source: 'file', path: filled('file', config.file), loop: config.loop !== false };
    default:
      return { source: 'test' };
  }
}

/** An environment variable may hold anything: the editor has seen only its name. */
function addressOf({ url }: CameraConfig): string {
  const address = filled('url', url);
  if (/^[a-z][a-z0-9+.-]*:\/\/./i.test(address)) return address;
  throw new SettingError('url', 'it is no whole address, such as rtsp://192.168.1.20/stream1');
}

function filled(setting: string, value: string | undefined): string {
  const text = value?.trim();
  if (!text) throw new SettingError(setting, 'it is empty');
  return text;
}
