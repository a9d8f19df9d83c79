import {
  AccessDeniedError,
  CaptureEndedError,
  DeviceBusyError,
  DeviceMissingError,
  FileMissingError,
  type MediaError,
  ModeUnsupportedError,
  NoVideoError,
  StreamMissingError,
  UnauthorizedError,
  UnreachableError,
} from '../model/errors/errors';
import {
  RequestRefusedError,
  StreamGoneError,
  TlsFailedError,
  TooManyRequestsError,
} from '../model/errors/sourceErrors';
import { publicAddress } from '../model/publicAddress';
import type { ChildExit } from '../process/Child';
import type { CaptureOptions } from './CaptureOptions';

/** What a capture is called in status, messages and log: its device, address or path, without secrets. */
export function captureLabel(options: CaptureOptions): string {
  switch (options.source) {
    case 'usb':
      return options.device;
    case 'url':
      return publicAddress(options.url);
    case 'file':
      return options.path;
    case 'picamera':
      return `camera ${options.camera}`;
    case 'test':
      return 'test pattern';
    default:
      return options satisfies never;
  }
}

/** The error that ffmpeg's end means, by what it said last. */
export function failureOf(options: CaptureOptions, exit: ChildExit): MediaError {
  const name = captureLabel(options);
  const words = exit.lastWords.map(line => withoutOrigin(line));
  const cause = { cause: exit.error ?? new Error(words.join('\n')) };
  for (const { pattern, of } of CAUSES) {
    for (const line of words.toReversed()) {
      const error = pattern.test(line) ? of(options.source, name, line, cause) : undefined;
      if (error) return error;
    }
  }
  return new CaptureEndedError(name, endOf(exit, words), cause);
}

/** What is made of a cause; undefined where it means nothing for this kind of source. */
type ErrorMaker = (
  source: CaptureOptions['source'],
  name: string,
  line: string,
  options: ErrorOptions,
) => MediaError | undefined;

const unreachable: ErrorMaker = (source, name, line, options) =>
  source === 'url' ? new UnreachableError(name, reasonIn(line), options) : undefined;
const missing: ErrorMaker = (source, name, _line, options) => {
  if (source === 'usb') return new DeviceMissingError(name, options);
  return source === 'file'
    ? new FileMissingError(name, options)
    : new StreamMissingError(name, options);
};
const noMode: ErrorMaker = (source, name, line, options) =>
  source === 'usb' ? new ModeUnsupportedError(name, reasonIn(line), options) : undefined;
const noVideo: ErrorMaker = (source, name, line, options) =>
  source === 'usb' ? undefined : new NoVideoError(name, reasonIn(line), options);

/** The most telling first: ffmpeg repeats a failure in ever more general words. */
const CAUSES: readonly { pattern: RegExp; of: ErrorMaker }[] = [
  {
    pattern: /\b401 Unauthorized|\b403 Forbidden|authorization failed/i,
    of: (_source, name, _line, options) => new UnauthorizedError(name, options),
  },
  {
    pattern: /HTTP error 410|\b410 Gone/i,
    of: (_source, name, _line, options) => new StreamGoneError(name, options),
  },
  {
    pattern: /HTTP error 429|\b429 Too Many/i,
    of: (_source, name, _line, options) => new TooManyRequestsError(name, options),
  },
  {
    pattern: /HTTP error 40[056]|\b40[56] (Method )?Not A/i,
    of: (_source, name, line, options) => new RequestRefusedError(name, reasonIn(line), options),
  },
  {
    pattern:
      /TLS packet|Error in the pull function|TLS fatal alert|wrong version number|SSL routines/i,
    of: (_source, name, line, options) => new TlsFailedError(name, reasonIn(line), options),
  },
  { pattern: /\b404 Not Found|\b454 Session Not Found|Stream not found/i, of: missing },
  {
    pattern: /Device or resource busy|Could not run graph|device is already in use/i,
    of: (_source, name, _line, options) => new DeviceBusyError(name, options),
  },
  {
    pattern: /Permission denied|Operation not permitted|access (to the camera )?denied/i,
    of: (_source, name, _line, options) => new AccessDeniedError(name, options),
  },
  {
    pattern:
      /No such (file or directory|device)|Could not find video device|Video device not found|Invalid device index|Inappropriate ioctl/i,
    of: missing,
  },
  {
    pattern:
      /ioctl\(VIDIOC_S_(FMT|PARM)\)|Cannot find a proper format|(pixel|input) format .*not (supported|available)|not supported by the device|Could not set video options|Selected (framerate|video size|pixel format)/i,
    of: noMode,
  },
  { pattern: /Failed to resolve hostname|Name or service not known/i, of: unreachable },
  {
    pattern:
      /Connection refused|No route to host|(Network|Host) is unreachable|timed out|Connection reset|(error|failed:) 5\d\d /i,
    of: unreachable,
  },
  {
    pattern: /matches no streams|does not contain any stream|Protocol not found|Is a directory/i,
    of: noVideo,
  },
  {
    pattern:
      /moov atom not found|could not find codec parameters|Decoder .*not found|Unknown decoder|Unknown input format/i,
    of: noVideo,
  },
  { pattern: /Invalid data found/i, of: noVideo },
  { pattern: /Invalid argument/i, of: noMode },
  { pattern: /Input\/output error|Server returned 5/i, of: unreachable },
];

/** Lines in which ffmpeg gives account of what it reads and did; they are not why it ended. */
const ACCOUNT =
  /^(Input #|Output #|Stream #|Stream mapping|Metadata|Duration|Side data|encoder|frame=|video:|Last message|Exiting normally|Press \[q\])|^\w+ +: /;

/** Takes away what ffmpeg puts before a message to say where it comes from. */
function withoutOrigin(line: string): string {
  return line.replace(/^(\[[^\]]* @ (0x)?[0-9a-f]+\] )+/i, '').trim();
}

/** The last part of a message such as `rtsp://camera/1: Connection refused`. */
function reasonIn(line: string): string {
  return line.split(': ').at(-1) ?? line;
}

function endOf({ code, signal, error }: ChildExit, words: readonly string[]): string {
  if (error) return `ffmpeg could not be started (${error.message})`;
  // Statically linked programs crash where the system's libraries have to look up a name.
  if (signal === 'SIGSEGV') {
    return "ffmpeg crashed: install the system's ffmpeg, or write the camera's IP address instead of its name";
  }
  if (signal) return `ffmpeg was killed by ${signal}`;
  if (code === 0) return 'the stream came to an end';
  return words.findLast(line => !ACCOUNT.test(line)) ?? `ffmpeg ended with code ${code}`;
}
