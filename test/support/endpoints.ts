import type { RequestListener } from 'node:http';
import type { Answerer, SessionDescription } from '../../signaling/Answerer';
import { createEndpoint, type Endpoint, type EndpointOptions } from '../../signaling/endpoint';
import { HttpServer } from './HttpServer';

/** An SDP that is only long enough to be told apart; what it says is no matter for signaling. */
export const OFFER = { type: 'offer', sdp: 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n' } as const;

/** How a request to connect begins, for clients that write it themselves. */
export const HEAD = 'POST /rtcbot/connect HTTP/1.1\r\nHost: x\r\n';

/** What the endpoints of these tests serve. */
export const ASSETS = {
  page: '<script src="{{base}}/rtcbot.js"></script><i data-base="{{base}}"></i>',
  script: Buffer.from('var rtcbot = {};'),
  module: Buffer.from('export const rtcbot = {};'),
};

/** An endpoint at /rtcbot that answers each offer with `answer to` and the offer's SDP. */
export function endpoint(options: Partial<EndpointOptions> = {}): Endpoint {
  return createEndpoint({
    path: '/rtcbot',
    base: '/rtcbot',
    answerer: {
      answer: async ({ sdp }) => ({
        peer: 'p1',
        description: { type: 'answer', sdp: `answer to ${sdp}` },
      }),
    },
    page: true,
    assets: ASSETS,
    ...options,
  });
}

/** Serves a handler alone; what it passes on gets 404 and the text `next`. */
export function alone(handler: Endpoint): RequestListener {
  return (request, response) =>
    handler(request, response, () => {
      response.statusCode = 404;
      response.end('next');
    });
}

/** Posts an offer, as JSON unless it is text already. */
export function post(url: string, body: unknown = OFFER, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url, { method: 'POST', body: text, headers });
}

/** Serves an endpoint alone, and returns what it logs and the offers that reach its answerer. */
export async function startSignaling(
  options: Partial<EndpointOptions> = {},
  answerer?: Answerer['answer'],
) {
  const lines: string[] = [];
  const offers: SessionDescription[] = [];
  const answer: Answerer['answer'] = async offer => {
    offers.push(offer);
    if (answerer) return answerer(offer);
    return { peer: 'p1', description: { type: 'answer', sdp: `answer to ${offer.sdp}` } };
  };
  const log = (line: string) => lines.push(line);
  const server = await HttpServer.start(alone(endpoint({ answerer: { answer }, log, ...options })));
  return { server, connect: server.url('/rtcbot/connect'), lines, offers };
}
