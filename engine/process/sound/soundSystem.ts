/** The ways to reach microphones and speakers. `pulse` is PulseAudio, or PipeWire in its place. */
export type SoundBackend = 'pulse' | 'pipewire' | 'alsa' | 'ffmpeg' | 'naudiodon';

/** A way that works on this machine, as `SoundFinder` found it. */
export interface SoundSystem {
  readonly backend: SoundBackend;
  /** With backend `ffmpeg`: which, and by which of its devices. */
  readonly ffmpeg?: SoundFfmpeg;
  /** With backend `pipewire`: its tools only read and write bare PCM when told so (since 1.4). */
  readonly needsRawOption?: boolean;
}

/** The ffmpeg that records and plays. */
export interface SoundFfmpeg {
  /** Path, or name on PATH. */
  readonly path: string;
  /** Major version of its libavformat. */
  readonly libavformat: number;
  /** What ffmpeg calls the system's sound: Linux, macOS, Windows. */
  readonly format: 'alsa' | 'avfoundation' | 'dshow';
}

/** What goes into or comes out of a sound program: S16LE, interleaved. */
export interface SoundStream {
  /** As listed; absent or `default`: the one that the system takes by itself. */
  readonly device?: string | undefined;
  /** In Hz. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** A program and its arguments. */
export interface SoundProgram {
  readonly program: string;
  readonly args: string[];
}

/** The device's name, undefined for the default one. */
export function namedDevice({ device }: Pick<SoundStream, 'device'>): string | undefined {
  return device === '' || device === 'default' ? undefined : device;
}
