import type { Description } from './RTCConnection';

/**
 * Why there is no connection:
 * - `unreachable`: nothing answers at the address
 * - `unauthorized`: the endpoint asks for a token or a login (HTTP 401)
 * - `forbidden`: the token or login given is not accepted (403)
 * - `not-found`: no flow serves this path (404)
 * - `full`: all places are taken, or the server is busy (503, 429)
 * - `refused`: the server cannot answer the offer (any other status)
 * - `replaced`: a newcomer took the place of this page
 * - `lost`: there was a connection, and it broke
 */
export type Problem =
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'full'
  | 'refused'
  | 'replaced'
  | 'lost';

/** An offer that got no answer. */
export class SignalingError extends Error {
  readonly problem: Problem;
  /** When the server asks to be tried again, in ms from now. */
  readonly retryAfterMs: number | undefined;

  constructor(problem: Problem, message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SignalingError';
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface PostOfferOptions {
  /** Access token of the endpoint, sent as `Authorization: Bearer`. */
  token?: string | undefined;
  /** Gives up when aborted. */
  signal: AbortSignal;
}

/** The address that takes offers, of the endpoint at `url`: `/rtcbot` and `/rtcbot/` -> `/rtcbot/connect`. */
export function connectAddress(url: string): string {
  return url.replace(/\/*(\?.*)?$/, '/connect$1');
}

/** In each reply of our server: which run of its media engine serves it. */
const RUN_HEADER = 'RTCBot-Run';

/** What became of an offer. */
export interface Answered {
  answer: Description;
  /** Of the server's media engine; undefined where the server does not tell. */
  run: string | undefined;
}

/**
 * Which run of the server's media engine would answer now: another one than that of the answer does
 * not know our connection any more. Undefined where the server does not tell, or is not reached.
 */
export async function currentRun(url: string, signal: AbortSignal): Promise<string | undefined> {
  const address = url.replace(/\/*(\?.*)?$/, '/rtcbot.js$1');
  try {
    const { headers } = await fetch(address, { method: 'HEAD', cache: 'no-store', signal });
    return headers.get(RUN_HEADER) ?? undefined;
  } catch {
    return undefined; // The path may be lost for a moment: the pings tell more.
  }
}

/**
 * Posts an offer as RTCBot does (JSON, as plain text so that no CORS preflight is needed) and
 * returns the answer.
 * @throws SignalingError whatever goes wrong
 */
export async function postOffer(
  url: string,
  offer: Description,
  { token, signal }: PostOfferOptions,
): Promise<Answered> {
  const address = connectAddress(url);
  let response: Response;
  let body: string;
  try {
    response = await fetch(address, {
      method: 'POST',
      body: JSON.stringify(offer),
      headers: token ? { Authorization: `Bearer ${token}` } : {},
      cache: 'no-store',
      signal,
    });
    body = await response.text();
  } catch (cause) {
    throw new SignalingError('unreachable', `Nothing answers at ${address}`, undefined, { cause });
  }
  if (!response.ok) {
    const retryAfterMs = retryAfter(response.headers.get('Retry-After'));
    const text = `${address} answered with status ${response.status}`;
    throw new SignalingError(problemOf(response.status), text, retryAfterMs);
  }
  try {
    const run = response.headers.get(RUN_HEADER) ?? undefined;
    return { answer: JSON.parse(body) as Description, run };
  } catch (cause) {
    throw new SignalingError('refused', `${address} sent no answer`, undefined, { cause });
  }
}

/** What an HTTP status other than 2xx means for the page. */
export function problemOf(status: number): Problem {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 429:
    case 503:
      return 'full';
    // A proxy in front of a server that is down.
    case 502:
    case 504:
      return 'unreachable';
    default:
      return 'refused';
  }
}

/** Reads `Retry-After` (RFC 9110, section 10.2.3), seconds or a date, as ms from `nowMs`. */
export function retryAfter(header: string | null, nowMs = Date.now()): number | undefined {
  if (header === null) return undefined;
  const delayMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  // A minute is the most: a wrong date must not silence a page for days.
  return Number.isNaN(delayMs) ? undefined : Math.min(Math.max(delayMs, 0), 60_000);
}
