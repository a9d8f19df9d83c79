import type { ServerResponse } from 'node:http';
import type { Clock } from '../engine/model/Clock';
import type { Answerer } from './Answerer';
import { QuietLog } from './QuietLog';
import { RateLimit } from './RateLimit';
import { Refusal, refusalOf } from './Refusal';
import { type Request, readBody } from './readBody';
import { readOffer } from './readOffer';
import { type Reply, reply, textReply } from './reply';
import { checkToken } from './token';

export interface ConnectOptions {
  readonly answerer: Answerer;
  /** Absent or empty: none is asked for. */
  readonly token?: string;
  /** Longest offer, in bytes. */
  readonly maxBodyBytes: number;
  /** How long an offer may take to arrive, in ms. */
  readonly bodyTimeoutMs: number;
  /** Offers taken in the long run, per second. */
  readonly connectsPerSecond: number;
  /** Offers taken at once after a pause. */
  readonly connectBurst: number;
  /** Gets a line for each refused offer, at most one a second. */
  readonly log: (line: string) => void;
  readonly clock: Clock;
}

/** Answers one request. Never rejects. */
export type ConnectHandler = (
  request: Request,
  response: ServerResponse,
  query: URLSearchParams,
) => Promise<void>;

/**
 * RTCBot's signaling: an offer in, its answer out, both as JSON `{type, sdp}`. Any content type is
 * taken, since rtcbot.js sends text/plain. The answer has no other key: RTCBot's Python client
 * fails on one.
 */
export function createConnect(options: ConnectOptions): ConnectHandler {
  const { answerer, token, maxBodyBytes: maxBytes, bodyTimeoutMs: timeoutMs, clock } = options;
  const { connectsPerSecond: perSecond, connectBurst: burst } = options;
  const rate = new RateLimit({ perSecond, burst, clock });
  const log = new QuietLog(options.log, clock);

  const answer = async (request: Request, query: URLSearchParams): Promise<Reply> => {
    // Before the token is looked at, so that tokens cannot be guessed at full speed.
    const waitMs = rate.take();
    if (waitMs > 0) throw tooFast(waitMs);
    if (token) checkToken(token, request.headers, query);
    const offer = readOffer(await readBody(request, { maxBytes, timeoutMs, clock }));
    const { description } = await answerer.answer(offer);
    const { sdp, type } = description;
    return jsonReply({ sdp, type });
  };

  return async (request, response, query) => {
    try {
      reply(request, response, clock, await answer(request, query));
    } catch (error) {
      const refusal = refusalOf(error);
      reply(request, response, clock, textReply(refusal.status, refusal.message, refusal.headers));
      log.write(
        `Offer from ${request.socket.remoteAddress ?? 'a client that left'} ${why(refusal)}`,
      );
    }
  };
}

function jsonReply(value: object): Reply {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return { status: 200, headers, body: Buffer.from(JSON.stringify(value)) };
}

function tooFast(waitMs: number): Refusal {
  const seconds = Math.ceil(waitMs / 1000);
  return new Refusal(429, 'Too many offers at once: try again soon', {
    'Retry-After': String(seconds),
  });
}

/** For the log, where a failure of ours is told in full. */
function why({ status, message, cause }: Refusal): string {
  if (status !== 500) return `refused with ${status}: ${message}`;
  return `failed: ${cause instanceof Error ? cause.message : String(cause)}`;
}
