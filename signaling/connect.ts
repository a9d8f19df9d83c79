import type { ServerResponse } from 'node:http';
import type { Clock } from '../engine/model/Clock';
import type { Answerer } from './Answerer';
import { AddressLimits } from './access/AddressLimits';
import { addressOf } from './access/addressOf';
import { RateLimit } from './access/RateLimit';
import type { TokenGuard } from './access/TokenGuard';
import type { QuietLog } from './QuietLog';
import { type Refusal, refusalOf, tooFast } from './Refusal';
import { type Request, readBody } from './readBody';
import { readOffer } from './readOffer';
import { type Reply, reply, textReply } from './reply';

export interface ConnectOptions {
  readonly answerer: Answerer;
  readonly tokens: TokenGuard;
  /** Longest offer, in bytes. */
  readonly maxBodyBytes: number;
  /** How long an offer may take to arrive, in ms. */
  readonly bodyTimeoutMs: number;
  /** Offers taken of one address in the long run, per second. */
  readonly connectsPerSecond: number;
  /** Offers taken of one address at once after a pause. */
  readonly connectBurst: number;
  /** Gets a line for each refused offer. */
  readonly log: QuietLog;
  readonly clock: Clock;
}

/**
 * Offers that reach the media engine, from everywhere together: each makes a peer. What is not an
 * offer, or has no right token, does not count.
 */
const OF_ALL = { perSecond: 100, burst: 200 };

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
  const {
    answerer,
    tokens,
    maxBodyBytes: maxBytes,
    bodyTimeoutMs: timeoutMs,
    clock,
    log,
  } = options;
  const { connectsPerSecond: perSecond, connectBurst: burst } = options;
  const rates = new AddressLimits({ perSecond, burst, clock });
  const allRate = new RateLimit({ ...OF_ALL, clock });

  const answer = async (request: Request, query: URLSearchParams): Promise<Reply> => {
    const address = addressOf(request);
    const waitMs = rates.of(address).take();
    if (waitMs > 0) throw tooFast('Too many offers at once', waitMs);
    tokens.check(address, request.headers, query);
    const body = await readBody(request, { maxBytes, timeoutMs, clock });
    const offer = readOffer(body, request.headers['content-type']);
    const allWaitMs = allRate.take();
    if (allWaitMs > 0) throw tooFast('Too many offers at once', allWaitMs);
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
      log.write(`Offer from ${addressOf(request) || 'a client that left'} ${why(refusal)}`);
    }
  };
}

function jsonReply(value: object): Reply {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return { status: 200, headers, body: Buffer.from(JSON.stringify(value)) };
}

/** For the log, where a failure of ours is told in full. */
function why({ status, message, cause }: Refusal): string {
  if (status !== 500) return `refused with ${status}: ${message}`;
  return `failed: ${cause instanceof Error ? cause.message : String(cause)}`;
}
