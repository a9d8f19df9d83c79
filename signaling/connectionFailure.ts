import {
  CalleeUnreachableError,
  CertificateExpiredError,
  CertificateNameError,
  CertificateUntrustedError,
  TlsMismatchError,
} from '../engine/model/errors/callErrors';
import type { MediaError } from '../engine/model/errors/errors';
import { oneLine } from './Refusal';

type FailureMaker = (address: string, detail: string, options: ErrorOptions) => MediaError;

const untrusted: FailureMaker = (...about) => new CertificateUntrustedError(...about);
const expired: FailureMaker = (...about) => new CertificateExpiredError(...about);
const noTls: FailureMaker = (address, _detail, options) =>
  new TlsMismatchError(address, 'http', options);

/** What Node.js says of a connection that did not come about, by its code. */
const FAILURES: Readonly<Record<string, FailureMaker>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_UNTRUSTED: untrusted,
  CERT_HAS_EXPIRED: expired,
  CERT_NOT_YET_VALID: expired,
  ERR_TLS_CERT_ALTNAME_INVALID: (...about) => new CertificateNameError(...about),
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
  // As Node.js 20 calls both of them, among others.
  EPROTO: (address, detail, options) =>
    /wrong version number|packet length too long/.test(detail)
      ? noTls(address, detail, options)
      : new CalleeUnreachableError(address, detail, options),
  HPE_INVALID_CONSTANT: (address, _detail, options) =>
    new TlsMismatchError(address, 'https', options),
};

/** The error that means a connection to an address failed, by what Node.js threw. */
export function connectionFailure(error: unknown, address: string): MediaError {
  const { code } = Object(error) as { code?: unknown };
  const make = typeof code === 'string' ? FAILURES[code] : undefined;
  const detail = causeOf(error);
  const options = { cause: error };
  return make?.(address, detail, options) ?? new CalleeUnreachableError(address, detail, options);
}

/** The words of an error; of several addresses that were tried, those of the first tell enough. */
function causeOf(error: unknown): string {
  const told: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return oneLine(told instanceof Error ? told.message : String(told));
}
