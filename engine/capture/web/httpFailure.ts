import {
  CaptureEndedError,
  MediaError,
  StreamMissingError,
  UnauthorizedError,
  UnreachableError,
} from '../../model/errors/errors';
import {
  RequestRefusedError,
  StreamGoneError,
  TlsFailedError,
  TooManyRequestsError,
} from '../../model/errors/sourceErrors';

/** The failure that a status other than 2xx means. @param label the address, without secrets */
export function statusFailure(label: string, status: number, reason = ''): MediaError {
  const detail = `${status} ${reason}`.trim();
  switch (status) {
    case 401:
    case 403:
    case 407:
      return new UnauthorizedError(label);
    case 404:
      return new StreamMissingError(label);
    case 410:
      return new StreamGoneError(label);
    case 429:
      return new TooManyRequestsError(label);
    default:
      return status >= 400 && status < 500
        ? new RequestRefusedError(label, detail)
        : new UnreachableError(label, detail);
  }
}

/** Whether the same request may well be answered a moment later. */
export function isPassing(failure: MediaError): boolean {
  return failure instanceof UnreachableError;
}

/** What each errno means to whom it concerns. */
const CONNECTION: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset',
  EPIPE: 'Connection reset',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ETIMEDOUT: 'Connection timed out',
  ENOTFOUND: 'Name not known',
  EAI_AGAIN: 'Name not known',
};

/** The failure that an error of a connection means; undefined where an answer was no HTTP. */
export function connectionFailure(label: string, error: unknown): MediaError | undefined {
  if (error instanceof MediaError) return error;
  const { code = '', message } = asErrno(error);
  const options = { cause: error };
  if (/^HPE_/.test(code)) return undefined;
  if (CONNECTION[code]) return new UnreachableError(label, CONNECTION[code], options);
  if (code === 'EPROTO' || /SSL|TLS|CERT/.test(code)) {
    return new TlsFailedError(label, tlsReason(message), options);
  }
  return new CaptureEndedError(label, message, options);
}

function asErrno(error: unknown): { code?: string | undefined; message: string } {
  return error instanceof Error
    ? { message: error.message, ...('code' in error ? { code: String(error.code) } : {}) }
    : { message: String(error) };
}

/** OpenSSL says `…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../file.c:355:`. */
function tlsReason(message: string): string {
  const reason = /error:[0-9a-f]+:[^:]*:[^:]*:([^:\n]+)/i.exec(message)?.[1];
  return reason ?? message.split('\n')[0] ?? message;
}
