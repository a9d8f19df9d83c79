import { CaptureEndedError, DeviceBusyError, type MediaError } from '../../model/errors/errors';
import {
  NaudiodonMissingError,
  SoundAccessError,
  SoundDeviceMissingError,
  SoundMissingError,
  SoundServerGoneError,
} from '../../model/errors/soundErrors';
import type { ChildExit } from '../../process/Child';

/** The error that the end of a recording program means, by what it said last. */
export function microphoneFailure(label: string, program: string, exit: ChildExit): MediaError {
  const { lastWords } = exit;
  const cause = { cause: exit.error ?? new Error(lastWords.join('\n')) };
  if (exit.error) {
    return new SoundMissingError(`${program} could not be started: ${exit.error.message}`, cause);
  }
  for (const { pattern, of } of CAUSES) {
    const line = lastWords.findLast(each => pattern.test(each));
    if (line !== undefined) return of(label, line, cause);
  }
  return new CaptureEndedError(label, endOf(program, exit), cause);
}

/**
 * The device to which the sound server moved the recording, if a line of parec says so. It does
 * that when the device is unplugged, and the other one may be what the speaker plays.
 */
export function movedTo(line: string): string | undefined {
  return /^Stream moved to device (\S+) \(/.exec(line)?.[1];
}

type ErrorMaker = (label: string, line: string, options: ErrorOptions) => MediaError;

/** The most telling first: ALSA explains a failure in many lines, the reason somewhere among them. */
const CAUSES: readonly { pattern: RegExp; of: ErrorMaker }[] = [
  {
    pattern: /^naudiodon cannot be loaded: /,
    of: (_label, line, options) => new NaudiodonMissingError(line.split(': ')[1] ?? '', options),
  },
  {
    pattern: /Permission denied|Access denied|Operation not permitted/i,
    of: (label, _line, options) => new SoundAccessError(label, options),
  },
  {
    // parec and ALSA's plugin for PulseAudio, then PipeWire's tools.
    pattern:
      /Connection (refused|terminated)|Connection failure|pa_context_connect|Unable to connect: |Host is down/i,
    of: (label, _line, options) => new SoundServerGoneError(label, options),
  },
  {
    pattern: /Device or resource busy|Could not run graph|already in use/i,
    of: (label, _line, options) => new DeviceBusyError(label, options),
  },
  {
    pattern:
      /No such (entity|device|file)|Entity killed|Cannot get card index|No default device|not found|Could not find audio|no target node|Invalid audio device/i,
    of: (label, _line, options) => new SoundDeviceMissingError(label, options),
  },
];

function endOf(program: string, { code, signal, lastWords }: ChildExit): string {
  // parec's display of the time is no last word.
  const lastWord = lastWords.findLast(line => !line.startsWith('Time: '));
  if (signal) return `${program} was killed by ${signal}`;
  return lastWord ?? `${program} ended with code ${code}`;
}
