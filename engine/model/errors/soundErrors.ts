import { MediaError } from './errors';

// What can go wrong where sound is recorded or played.

/** This machine has no way to record or play sound. */
export class SoundMissingError extends MediaError {
  readonly code = 'sound-missing';
  constructor(detail: string, options?: ErrorOptions) {
    super(
      `No sound system found (${detail}): plug a sound card in, start the sound server, or sudo apt install pulseaudio-utils alsa-utils`,
      { detail },
      options,
    );
  }
}

/** The sound server (PulseAudio, PipeWire) does not answer, or went away. */
export class SoundServerGoneError extends MediaError {
  readonly code = 'sound-server-gone';
  constructor(device: string, options?: ErrorOptions) {
    super(
      `${device} cannot be used: the sound server does not answer. Start it as the user of Node-RED`,
      { device },
      options,
    );
  }
}

/** The microphone or speaker does not exist (any more). */
export class SoundDeviceMissingError extends MediaError {
  readonly code = 'sound-device-missing';
  constructor(device: string, options?: ErrorOptions) {
    super(`${device} does not exist: plug it in or choose another`, { device }, options);
  }
}

/** The user that runs Node-RED may not use the microphone or speaker. */
export class SoundAccessError extends MediaError {
  readonly code = 'sound-access-denied';
  constructor(device: string, options?: ErrorOptions) {
    super(
      `No permission to use ${device}: add Node-RED's user to the group audio`,
      { device },
      options,
    );
  }
}

/** A microphone gives no sound, not even silence. */
export class SoundStalledError extends MediaError {
  readonly code = 'sound-stalled';
  constructor(device: string, silentMs: number, options?: ErrorOptions) {
    super(
      `${device} sent nothing for ${Math.round(silentMs / 1000)} s`,
      { device, seconds: Math.round(silentMs / 1000) },
      options,
    );
  }
}

/** The optional package naudiodon is not there, or does not run on this machine. */
export class NaudiodonMissingError extends MediaError {
  readonly code = 'naudiodon-missing';
  constructor(detail: string, options?: ErrorOptions) {
    super(
      `naudiodon cannot be loaded (${detail}): npm install naudiodon in Node-RED's directory, or choose another sound system`,
      { detail },
      options,
    );
  }
}

/** What should be a WAV file is none, or one of a kind that cannot be read. */
export class WavError extends MediaError {
  readonly code = 'wav-unreadable';
  constructor(detail: string, options?: ErrorOptions) {
    super(
      `The WAV data cannot be read (${detail}): use PCM of 8, 16, 24 or 32 bit, or 32-bit float`,
      { detail },
      options,
    );
  }
}

/** The program that plays sound ended, or stopped playing. */
export class PlaybackError extends MediaError {
  readonly code = 'playback-failed';
  constructor(device: string, detail: string, options?: ErrorOptions) {
    super(`${device} does not play: ${detail}`, { device, detail }, options);
  }
}

/** More sound was to be queued than is kept. */
export class SoundTooLongError extends MediaError {
  readonly code = 'sound-too-long';
  constructor(limitSeconds: number, options?: ErrorOptions) {
    super(
      `The sound is not played, because more than ${limitSeconds} s would wait: send it in parts, each when it is to be heard`,
      { seconds: limitSeconds },
      options,
    );
  }
}
