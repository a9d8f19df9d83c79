import { SettingError } from '../../engine/model/errors/errors';
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

const BACKENDS: ReadonlySet<unknown> = new Set(
  // A record, so that the compiler misses none.
  Object.keys({
    pulse: true,
    pipewire: true,
    alsa: true,
    ffmpeg: true,
    naudiodon: true,
  } satisfies Record<SoundBackend, true>),
);

/**
 * The same of what comes from outside, as a query does.
 * @throws SettingError if there is no such way
 */
export function askedBackend(backend: unknown): SoundBackend | undefined {
  if (backend === undefined || backend === '' || backend === 'auto') return undefined;
  if (isBackend(backend)) return backend;
  throw new SettingError('backend', `${JSON.stringify(backend)} is not offered`);
}

function isBackend(name: unknown): name is SoundBackend {
  return BACKENDS.has(name);
}
