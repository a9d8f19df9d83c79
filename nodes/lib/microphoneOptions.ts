import type { NodeDef } from 'node-red';
import type {
  MicrophoneOptions,
  MicrophoneRate,
} from '../../engine/capture/microphone/MicrophoneCapture';
import { SettingError } from '../../engine/model/errors/errors';
import { backendOf, type SoundConfig } from './soundConfig';

/** The settings of an rtc-microphone as the editor writes them. */
export interface MicrophoneConfig extends NodeDef, SoundConfig {
  /** In Hz. */
  readonly sampleRate: string | number;
  readonly channels: string | number;
  /** In seconds. */
  readonly linger: string | number;
  readonly wires: string[][];
}

const RATES: readonly MicrophoneRate[] = [8000, 12_000, 16_000, 24_000, 44_100, 48_000];

/** The options of a microphone's settings. @throws SettingError that names the wrong setting */
export function microphoneOptions(config: MicrophoneConfig): MicrophoneOptions {
  const sampleRate = RATES.find(rate => rate === Number(config.sampleRate || 48_000));
  if (!sampleRate) throw new SettingError('sampleRate', `${config.sampleRate} is not offered`);
  const channels = Number(config.channels || 1);
  if (channels !== 1 && channels !== 2) throw new SettingError('channels', 'it is not 1 or 2');
  const backend = backendOf(config);
  return {
    sampleRate,
    channels,
    ...(config.device ? { device: config.device } : {}),
    ...(backend ? { backend } : {}),
  };
}
