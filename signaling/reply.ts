import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../engine/model/Clock';
import type { Headers } from './Refusal';

/** A whole reply. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Absent for 304. */
  readonly body?: Buffer;
}

/** How long the rest of a body that nobody reads is let in and thrown away, in ms. */
const LINGER_MS = 2000;

/**
 * Sends a reply; to HEAD without its body. Does nothing when the client has left or has been
 * answered. If the request's body was not read to its end the connection is closed afterwards.
 */
export function reply(
  request: IncomingMessage,
  response: ServerResponse,
  clock: Clock,
  { status, headers, body }: Reply,
): void {
  if (response.headersSent || response.destroyed || request.socket.destroyed) return;
  // A client may leave at any moment; without a listener such an error ends the process.
  response.on('error', () => {});
  const isUnread = hasBody(request) && !request.complete;
  response.writeHead(status, {
    'X-Content-Type-Options': 'nosniff',
    ...headers,
    ...(body && { 'Content-Length': body.length }),
    ...(isUnread && { Connection: 'close' }),
  });
  if (body && request.method !== 'HEAD') response.write(body);
  if (isUnread) endAfterBody(request, response, clock);
  else response.end();
}

/** A text of one line as a reply. */
export function textReply(status: number, line: string, headers: Headers = {}): Reply {
  const type = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
  return { status, headers: { ...type, ...headers }, body: Buffer.from(`${line}\n`) };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return 'transfer-encoding' in headers || Number(headers['content-length'] ?? 0) !== 0;
}

/**
 * Closing a socket while data still arrives resets the connection, and the client would lose the
 * reply that is on its way: so the reply is out, but ends only with the request.
 */
function endAfterBody(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  const end = () => {
    cancel();
    response.end();
  };
  const cancel = clock.after(LINGER_MS, end);
  request.once('end', end).once('close', end).resume();
}
