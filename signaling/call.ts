import type { IncomingMessage } from 'node:http';
import {
  AnswerError,
  CalleeUnreachableError,
  CallRedirectedError,
  CallRefusedError,
  CallUnauthorizedError,
  EndpointMissingError,
} from '../engine/model/errors/callErrors';
import { publicAddress } from '../engine/model/publicAddress';
import type { SessionDescription } from './Answerer';
import { connectionFailure } from './connectionFailure';
import { post, type TlsOptions } from './post';
import { oneLine } from './Refusal';

/** The endpoint that is called. */
export interface CallTarget {
  /** Address of an endpoint of ours, or of another's signaling that ends in `/connect`. */
  readonly address: string;
  /** Access token of the endpoint. */
  readonly token?: string | undefined;
  /** Login of the server in front of it (HTTP Basic, as Node-RED's httpNodeAuth takes it). */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** For an https address. */
  readonly tls?: TlsOptions | undefined;
}

/** An endpoint that names the time after which it may be called again, in ms. */
export interface LaterError extends Error {
  retryAfterMs?: number;
}

/** An answer may take so long: RTCBot's programs ask STUN servers for 5 s if there is no internet. */
const ANSWER_MS = 15_000;
/** Longest answer, in bytes; one with video has some 4000. */
const MOST_BYTES = 65_536;
/** A server that sends on and on is not followed for ever. */
const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Posts an offer to an endpoint, as RTCBot does, and gives its answer's SDP. Redirects of every
 * kind are followed with the same offer: the usual ones lead to another scheme, port or path.
 * @param signal ends the call, which rejects with the signal's reason
 * @throws CalleeUnreachableError, CertificateUntrustedError, CertificateExpiredError,
 *   CertificateNameError, TlsMismatchError, CallRedirectedError, EndpointMissingError,
 *   CallUnauthorizedError, CallRefusedError, AnswerError
 */
export async function callEndpoint(
  target: CallTarget,
  sdp: string,
  signal: AbortSignal,
): Promise<string> {
  const url = connectUrl(target);
  const shown = publicAddress(target.address);
  const limit = AbortSignal.timeout(ANSWER_MS);
  try {
    const offer: SessionDescription = { type: 'offer', sdp };
    const body = JSON.stringify(offer);
    const response = await postTo(url, target, body, AbortSignal.any([signal, limit]));
    const text = await textOf(response);
    const { statusCode: status = 0 } = response;
    if (status < 200 || status > 299) throw refusal(response, shown, text);
    return answerIn(text);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && 'code' in error && 'facts' in error) throw error;
    if (!limit.aborted) throw connectionFailure(error, shown);
    const detail = `no answer within ${ANSWER_MS / 1000} s`;
    throw new CalleeUnreachableError(shown, detail, { cause: error });
  }
}

/** Posts the offer, also where redirects lead to. @throws CallRedirectedError */
async function postTo(
  start: URL,
  target: CallTarget,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  // JSON that every endpoint takes, RTCBot's tutorials too.
  const headers = { 'Content-Type': 'text/plain;charset=UTF-8', ...authorization(target) };
  let url = start;
  for (let redirects = 0; ; redirects += 1) {
    const response = await post(url, { headers, body, tls: target.tls, signal });
    const { statusCode = 0, headers: answered } = response;
    const next = REDIRECTS.has(statusCode) ? nextUrl(answered.location, url) : undefined;
    if (!next || redirects === MOST_REDIRECTS) return response;
    response.destroy();
    if (!mayFollow(url, next, target)) {
      throw new CallRedirectedError(publicAddress(target.address), publicAddress(next.href));
    }
    url = next;
  }
}

/** Where a redirect leads to; undefined for none that can be posted to. */
function nextUrl(location: string | undefined, from: URL): URL | undefined {
  if (!location || !URL.canParse(location, from.href)) return undefined;
  const next = new URL(location, from);
  // A server that drops the query would drop our token with it.
  const token = from.searchParams.get('token');
  if (token && next.hostname === from.hostname) next.searchParams.set('token', token);
  return /^https?:$/.test(next.protocol) ? next : undefined;
}

/** Login, token and client certificate are for one server, and not for plain HTTP after HTTPS. */
function mayFollow(from: URL, next: URL, { user, token, tls }: CallTarget): boolean {
  const isSafe = from.protocol === next.protocol || next.protocol === 'https:';
  return (isSafe && from.hostname === next.hostname) || (!user && !token && !tls?.key);
}

/** Where the offer is posted to. @throws CalleeUnreachableError if the address is none */
function connectUrl({ address, token, user }: CallTarget): URL {
  if (!URL.canParse(address)) {
    throw new CalleeUnreachableError(publicAddress(address), 'it is no address');
  }
  const url = new URL(address);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/connect') ? path : `${path}/connect`;
  // A login takes the header that the token would be in.
  if (token && (user || !isBearer(token))) url.searchParams.set('token', token);
  return url;
}

function authorization({ token, user, password = '' }: CallTarget): Record<string, string> {
  if (user) {
    const login = Buffer.from(`${user}:${password}`).toString('base64');
    return { Authorization: `Basic ${login}` };
  }
  return token && isBearer(token) ? { Authorization: `Bearer ${token}` } : {};
}

/** Whether a token can stand in a header: others than these characters cannot (RFC 6750 2.1). */
function isBearer(token: string): boolean {
  return /^[\w.~+/-]+=*$/.test(token);
}

/** The body as text. @throws AnswerError if it is longer than an answer is */
async function textOf(response: IncomingMessage): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop ends the transfer.
    if (bytes > MOST_BYTES) throw new AnswerError(`it has more than ${MOST_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function refusal(response: IncomingMessage, address: string, text: string): LaterError {
  const { statusCode: status = 0, headers } = response;
  const isText = /^text\/plain/.test(headers['content-type'] ?? '');
  const detail = isText && text.trim() ? `${status} ${oneLine(text)}` : `HTTP ${status}`;
  if (status === 401 || status === 403) return new CallUnauthorizedError(address, detail);
  if (status === 404 || status === 405) return new EndpointMissingError(address);
  const error: LaterError = new CallRefusedError(address, detail);
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  if (seconds > 0) error.retryAfterMs = 1000 * seconds;
  return error;
}

function answerIn(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AnswerError('it is not JSON', { cause: error });
  }
  const { type, sdp } = Object(value) as { type?: unknown; sdp?: unknown };
  if (type !== 'answer' || typeof sdp !== 'string') {
    throw new AnswerError('it is not JSON with type "answer" and sdp');
  }
  return sdp;
}
