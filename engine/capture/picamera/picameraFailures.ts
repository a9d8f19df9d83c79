import {
  AccessDeniedError,
  CaptureEndedError,
  DeviceBusyError,
  type MediaError,
  ModeUnsupportedError,
  SettingError,
} from '../../model/errors/errors';
import {
  LegacyCameraError,
  PicameraMissingError,
  PicameraStalledError,
} from '../../model/errors/picameraErrors';
import type { ChildExit } from '../../process/Child';

/** A line that tells that the camera itself is silent; the program goes on trying. */
export const TIMEOUT_LINE = /Device timeout detected|camera frontend has timed out/i;

/** What is made of a line. */
type ErrorMaker = (name: string, line: string, options: ErrorOptions) => MediaError;

/** The setting that the program objects to, and why. */
const setting =
  (name: string): ErrorMaker =>
  (_camera, line, options) =>
    new SettingError(name, line, options);

/** What the camera programs say, the most telling first. */
const CAUSES: readonly { readonly pattern: RegExp; readonly of: ErrorMaker }[] = [
  {
    pattern: /legacy camera stack/i,
    of: (_name, _line, options) => new LegacyCameraError(options),
  },
  {
    // libcamera's answer when it may not open what a camera is made of: EPERM, EACCES.
    pattern: /camera manager failed to start, code (1|13)$/i,
    of: (name, _line, options) => new AccessDeniedError(name, options),
  },
  {
    // What it says where there is nothing to make a camera of, as on another machine or in a container.
    pattern: /camera manager failed to start/i,
    of: (name, _line, options) => new PicameraMissingError(name, options),
  },
  {
    pattern:
      /no cameras available|selected camera is not available|camera is not detected|Camera is not enabled/i,
    of: (name, _line, options) => new PicameraMissingError(name, options),
  },
  {
    pattern:
      /failed to acquire camera|Device or resource busy|Pipeline handler in use|Failed to enable connection|Out of resources/i,
    of: (name, _line, options) => new DeviceBusyError(name, options),
  },
  {
    pattern: /Permission denied|Operation not permitted/i,
    of: (name, _line, options) => new AccessDeniedError(name, options),
  },
  { pattern: /AWB mode/i, of: setting('awb') },
  { pattern: /exposure mode/i, of: setting('exposure') },
  { pattern: /metering mode/i, of: setting('metering') },
  { pattern: /denoise mode/i, of: setting('denoise') },
  { pattern: /Invalid AfMode/i, of: setting('autofocusMode') },
  { pattern: /Invalid afRange/i, of: setting('autofocusRange') },
  { pattern: /Invalid afSpeed/i, of: setting('autofocusSpeed') },
  { pattern: /Invalid HDR/i, of: setting('hdr') },
  { pattern: /Invalid lens position/i, of: setting('lensPosition') },
  { pattern: /rotation value|transforms requiring transpose/i, of: setting('rotation') },
  { pattern: /Invalid mode|Packing indicator/i, of: setting('mode') },
  { pattern: /no such profile/i, of: setting('profile') },
  { pattern: /tuning file|LIBCAMERA_RPI_TUNING_FILE/i, of: setting('tuningFile') },
  {
    pattern: /the argument \('.*'\) for option|unrecognised (option|codec)/i,
    of: (_name, line, options) => new SettingError(optionIn(line), line, options),
  },
  {
    pattern: /failed to (set output format|configure|validate)|stream configuration/i,
    of: (name, line, options) => new ModeUnsupportedError(name, line, options),
  },
  { pattern: TIMEOUT_LINE, of: (name, _line, options) => new PicameraStalledError(name, options) },
];

/** The error that the end of a camera program means, by what it said last. */
export function picameraFailureOf(name: string, exit: ChildExit): MediaError {
  const words = exit.lastWords.map(plain);
  const cause = { cause: exit.error ?? new Error(words.join('\n')) };
  for (const { pattern, of } of CAUSES) {
    const line = words.findLast(word => pattern.test(word));
    if (line !== undefined) return of(name, line, cause);
  }
  return new CaptureEndedError(name, endOf(exit, words), cause);
}

/** `ERROR: *** no cameras available ***` without its trimmings. */
function plain(line: string): string {
  const [, inner = line] = /^ERROR: (?:\*\*\* )?(.*?)(?: \*\*\*)?$/.exec(line.trim()) ?? [];
  return inner;
}

function optionIn(line: string): string {
  return /'--([\w-]+)'/.exec(line)?.[1] ?? 'codec';
}

function endOf({ code, signal, error }: ChildExit, words: readonly string[]): string {
  if (error) return `it could not be started (${error.message})`;
  if (signal) return `it was killed by ${signal}`;
  return words.at(-1) ?? `it ended with code ${code}`;
}
