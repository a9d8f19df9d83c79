import type { SoundBackend } from '../../engine/port/protocol';

/** The settings that all nodes with a sound device share. */
export interface SoundConfig {
  /** Empty: the default device. */
  readonly device: string;
  readonly backend: SoundBackend | 'auto';
}

/** The way to the device that the user chose; undefined: the best that works. */
export function backendOf({ backend }: SoundConfig): SoundBackend | undefined {
  return backend === 'auto' || !backend ? undefined : backend;
}
