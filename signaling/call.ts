import {
  AnswerError,
  CalleeUnreachableError,
  CallRefusedError,
  CallUnauthorizedError,
  EndpointMissingError,
} from '../engine/model/callErrors';
import { publicAddress } from '../engine/model/publicAddress';
import type { SessionDescription } from './Answerer';
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
}

/** An endpoint that names the time after which it may be called again, in ms. */
export interface LaterError extends Error {
  retryAfterMs?: number;
}

/** An answer may take so long: RTCBot's programs ask STUN servers for 5 s if there is no internet. */
const ANSWER_MS = 15_000;
/** Longest answer, in bytes; one with video has some 4000. */
const MOST_BYTES = 65_536;

/**
 * Posts an offer to an endpoint, as RTCBot does, and gives its answer's SDP.
 * @param signal ends the call, which rejects with the signal's reason
 * @throws CalleeUnreachableError, EndpointMissingError, CallUnauthorizedError, CallRefusedError, AnswerError
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
    const response = await fetch(url, {
      method: 'POST',
      // JSON that every endpoint takes, RTCBot's tutorials too.
      headers: { 'Content-Type': 'text/plain;charset=UTF-8', ...authorization(target) },
      body: JSON.stringify(offer),
      signal: AbortSignal.any([signal, limit]),
    });
    const text = await textOf(response);
    if (!response.ok) throw refusal(response, shown, text);
    return answerIn(text);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && 'code' in error && 'facts' in error) throw error;
    const detail = limit.aborted ? `no answer within ${ANSWER_MS / 1000} s` : causeOf(error);
    throw new CalleeUnreachableError(shown, detail, { cause: error });
  }
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
async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    // Leaving the loop ends the transfer.
    if (bytes > MOST_BYTES) throw new AnswerError(`it has more than ${MOST_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function refusal(response: Response, address: string, text: string): LaterError {
  const { status, headers } = response;
  const isText = /^text\/plain/.test(headers.get('content-type') ?? '');
  const detail = isText && text.trim() ? `${status} ${oneLine(text)}` : `HTTP ${status}`;
  if (status === 401 || status === 403) return new CallUnauthorizedError(address, detail);
  if (status === 404 || status === 405) return new EndpointMissingError(address);
  const error: LaterError = new CallRefusedError(address, detail);
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
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

/** What fetch hides: its own message is `fetch failed`, whatever it was. */
function causeOf(error: unknown): string {
  const { cause } = Object(error) as { cause?: unknown };
  // Of several addresses that were tried, the first tells enough.
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  const told = inner instanceof Error ? inner : error;
  return oneLine(told instanceof Error ? told.message : String(told));
}
