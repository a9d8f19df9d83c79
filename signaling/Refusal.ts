/** Headers of a reply. */
export type Headers = Readonly<Record<string, string>>;

/** A request that gets an HTTP error: the status, and one line that a person can act on. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Headers;

  constructor(status: number, message: string, headers: Headers = {}, options?: ErrorOptions) {
    super(oneLine(message), options);
    this.name = 'Refusal';
    this.status = status;
    this.headers = headers;
  }
}

/**
 * The refusal for whatever went wrong on the way to an answer. Errors are told apart by `code`,
 * as they may come from another thread. What nobody foresaw becomes a 500 that tells the outside
 * nothing; the error is its `cause`.
 */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const cause = { cause: error };
  const message = error instanceof Error ? error.message : String(error);
  switch (codeOf(error)) {
    case 'offer-invalid':
      return new Refusal(400, message, {}, cause);
    case 'too-many-peers':
    case 'no-socket':
      return new Refusal(503, message, { 'Retry-After': '5' }, cause);
    case 'engine-ended':
      return new Refusal(503, 'The media engine is being started again', RETRY_SOON, cause);
    default:
      return new Refusal(500, 'Internal error: see the log of Node-RED', {}, cause);
  }
}

/** The refusal of what comes too often. @param what of which there is too much */
export function tooFast(what: string, waitMs: number): Refusal {
  const seconds = Math.ceil(waitMs / 1000);
  return new Refusal(429, `${what}: try again in ${seconds} s`, { 'Retry-After': String(seconds) });
}

/** Makes one printable line of at most 300 characters of any text. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/** At once: an offer waits at the endpoint until the engine runs again. */
const RETRY_SOON: Headers = { 'Retry-After': '0' };

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
