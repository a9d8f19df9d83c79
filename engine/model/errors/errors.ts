/**
 * What can go wrong with media, a class for each failure that a user can act on.
 * The message says what is wrong, then the cure; `code` is also the key in the message catalogs
 * (`errors.<code>`), `facts` fills their placeholders.
 */
export abstract class MediaError extends Error {
  abstract readonly code: string;
  /** Values for the catalog's text. Holds no secrets. */
  readonly facts: Readonly<Record<string, string | number>>;

  constructor(
    message: string,
    facts: Record<string, string | number> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
    this.facts = facts;
  }
}

/** No ffmpeg that runs was found. */
export class FfmpegMissingError extends MediaError {
  readonly code = 'ffmpeg-missing';
  constructor(options?: ErrorOptions) {
    super('ffmpeg not found: sudo apt install ffmpeg', {}, options);
  }
}

/** A node that asked for an access token has lost it. */
export class TokenLostError extends MediaError {
  readonly code = 'token-lost';
  constructor() {
    super(
      'The access token is gone, so nobody gets in: enter it again in the node, or press Done with the field empty to ask for none',
    );
  }
}

/** The device does not exist (any more). */
export class DeviceMissingError extends MediaError {
  readonly code = 'device-missing';
  constructor(device: string, options?: ErrorOptions) {
    super(`${device} does not exist: plug the camera in or choose another`, { device }, options);
  }
}

/** The device was there and is not any more. */
export class UnpluggedError extends MediaError {
  readonly code = 'unplugged';
  constructor(device: string, options?: ErrorOptions) {
    super(`${device} is unplugged: plug it in again, and it goes on`, { device }, options);
  }
}

/** A camera's control does not exist, does not take this value, or was refused by its driver. */
export class ControlError extends MediaError {
  readonly code = 'control-refused';
  constructor(detail: string, options?: ErrorOptions) {
    super(`The camera was not set: ${detail}`, { detail }, options);
  }
}

/** The program that sets a camera's controls is not there. */
export class ControlsMissingError extends MediaError {
  readonly code = 'controls-missing';
  constructor(options?: ErrorOptions) {
    super(
      "The camera's controls need v4l2-ctl, which was not found: sudo apt install v4l-utils",
      {},
      options,
    );
  }
}

/** Another program holds the device. */
export class DeviceBusyError extends MediaError {
  readonly code = 'device-busy';
  constructor(device: string, options?: ErrorOptions) {
    super(`${device} is busy: close the program that uses it`, { device }, options);
  }
}

/** The user that runs Node-RED may not open the device or file. */
export class AccessDeniedError extends MediaError {
  readonly code = 'access-denied';
  constructor(path: string, options?: ErrorOptions) {
    super(
      `No permission to read ${path}: for a camera add Node-RED's user to the group video, for a file change its permissions`,
      { path },
      options,
    );
  }
}

/** The device does not do the wanted size or rate. */
export class ModeUnsupportedError extends MediaError {
  readonly code = 'mode-unsupported';
  constructor(device: string, detail: string, options?: ErrorOptions) {
    super(
      `${device} does not offer this size or frame rate (${detail}): choose one of its modes or leave the fields empty`,
      { device, detail },
      options,
    );
  }
}

/** The file does not exist. */
export class FileMissingError extends MediaError {
  readonly code = 'file-missing';
  constructor(path: string, options?: ErrorOptions) {
    super(
      `${path} does not exist: check the path, as seen from the machine of Node-RED`,
      { path },
      options,
    );
  }
}

/** Nothing answers at the address. */
export class UnreachableError extends MediaError {
  readonly code = 'unreachable';
  constructor(address: string, detail: string, options?: ErrorOptions) {
    super(
      `${address} cannot be reached (${detail}): check the address and that the camera is on`,
      { address, detail },
      options,
    );
  }
}

/** The camera or server refused the user name or password. */
export class UnauthorizedError extends MediaError {
  readonly code = 'unauthorized';
  constructor(address: string, options?: ErrorOptions) {
    super(
      `${address} refused the user name or password: check both in the camera node`,
      { address },
      options,
    );
  }
}

/** The server has no such stream. */
export class StreamMissingError extends MediaError {
  readonly code = 'stream-missing';
  constructor(address: string, options?: ErrorOptions) {
    super(`${address} has no such stream: check the path of the address`, { address }, options);
  }
}

/** What was opened holds no video that ffmpeg can read. */
export class NoVideoError extends MediaError {
  readonly code = 'no-video';
  constructor(source: string, detail: string, options?: ErrorOptions) {
    super(`${source} holds no video that can be read (${detail})`, { source, detail }, options);
  }
}

/** The source stopped sending pictures without saying why. */
export class SourceStalledError extends MediaError {
  readonly code = 'source-stalled';
  constructor(source: string, silentMs: number, options?: ErrorOptions) {
    super(
      `${source} sent no picture for ${Math.round(silentMs / 1000)} s`,
      { source, seconds: Math.round(silentMs / 1000) },
      options,
    );
  }
}

/** A capture program ended; its last words say why. */
export class CaptureEndedError extends MediaError {
  readonly code = 'capture-ended';
  constructor(source: string, detail: string, options?: ErrorOptions) {
    super(`${source} ended: ${detail}`, { source, detail }, options);
  }
}

/** The encoder keeps failing. */
export class EncoderError extends MediaError {
  readonly code = 'encoder-failed';
  constructor(codec: string, detail: string, options?: ErrorOptions) {
    super(`The ${codec} encoder failed: ${detail}`, { codec, detail }, options);
  }
}

/** A setting has a value that makes no sense. */
export class SettingError extends MediaError {
  readonly code = 'setting-invalid';
  constructor(setting: string, detail: string, options?: ErrorOptions) {
    super(`The setting ${setting} is wrong: ${detail}`, { setting, detail }, options);
  }
}

/** A setting names a variable that nobody has set. */
export class VariableMissingError extends MediaError {
  readonly code = 'variable-missing';
  constructor(setting: string, variable: string, options?: ErrorOptions) {
    super(
      `The setting ${setting} names the variable ${variable}, which is not set: set it in the subflow, the flow or the environment of Node-RED, or correct its name`,
      { setting, variable },
      options,
    );
  }
}

/** The offer of a browser cannot be answered: HTTP 400. */
export class OfferError extends MediaError {
  readonly code = 'offer-invalid';
  constructor(detail: string, options?: ErrorOptions) {
    super(`The offer cannot be answered: ${detail}`, { detail }, options);
  }
}

/** The limit on peers, or on handshakes under way, is reached: HTTP 503. */
export class TooManyPeersError extends MediaError {
  readonly code = 'too-many-peers';
  constructor(limit: number, options?: ErrorOptions) {
    super(
      `All ${limit} places are taken: close a page or raise the limit in the rtc-connection node`,
      { limit },
      options,
    );
  }
}

/** A message names a peer that is not there (any more). */
export class PeerGoneError extends MediaError {
  readonly code = 'peer-gone';
  constructor(peer: string, options?: ErrorOptions) {
    super(`There is no peer ${peer}: it has left, or the id is wrong`, { peer }, options);
  }
}

/** A message cannot be sent over the data channel. */
export class MessageError extends MediaError {
  readonly code = 'message-unsendable';
  constructor(detail: string, options?: ErrorOptions) {
    super(`The message cannot be sent: ${detail}`, { detail }, options);
  }
}

/** The media engine's thread ended; it is started again. */
export class EngineEndedError extends MediaError {
  readonly code = 'engine-ended';
  constructor(detail: string, options?: ErrorOptions) {
    super(`The media engine stopped and is being started again: ${detail}`, { detail }, options);
  }
}

/** No program that shows video in a window was found. */
export class PlayerMissingError extends MediaError {
  readonly code = 'player-missing';
  constructor(options?: ErrorOptions) {
    super('No program that shows video in a window was found: sudo apt install mpv', {}, options);
  }
}

/** The screen on which a window is to open cannot be reached. */
export class NoDisplayError extends MediaError {
  readonly code = 'no-display';
  constructor(detail: string, options?: ErrorOptions) {
    super(
      `No screen can be reached (${detail}): start a desktop and enter its DISPLAY, or WAYLAND_DISPLAY and XDG_RUNTIME_DIR`,
      { detail },
      options,
    );
  }
}

/** The program that shows video in a window failed. */
export class WindowError extends MediaError {
  readonly code = 'window-failed';
  constructor(detail: string, options?: ErrorOptions) {
    super(`The video window failed: ${detail}`, { detail }, options);
  }
}

/** The plain form in which an error crosses the thread boundary. Structured clone drops class and fields. */
export interface ErrorNote {
  readonly code: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** An error that came over the thread boundary: code, message and facts as they were thrown. */
export class RemoteMediaError extends MediaError {
  readonly code: string;
  constructor(note: ErrorNote) {
    super(note.message, { ...note.facts });
    this.code = note.code;
    this.name = 'MediaError';
  }
}

/** Writes an error down for the other thread. Anything that is not ours becomes code `unexpected`. */
export function noteOf(error: unknown): ErrorNote {
  if (error instanceof MediaError) {
    return { code: error.code, message: error.message, facts: error.facts };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', message, facts: { detail: message } };
}
