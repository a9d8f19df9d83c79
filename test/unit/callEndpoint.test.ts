import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { afterEach, describe, it } from 'node:test';
import { type CallTarget, callEndpoint, type LaterError } from '../../signaling/call';
import { OFFER, startSignaling } from '../support/endpoints';
import { HttpServer } from '../support/HttpServer';

const never = new AbortController().signal;
const ANSWER = JSON.stringify({ type: 'answer', sdp: 'v=0\r\n' });

describe('callEndpoint', () => {
  let server: HttpServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  /** Calls a server of ours. */
  async function call(
    listener: RequestListener,
    target: Partial<CallTarget> = {},
    path = '/rtcbot',
  ) {
    server = await HttpServer.start(listener);
    return callEndpoint({ address: server.url(path), ...target }, OFFER.sdp, never);
  }
  /** A server that always says the same. */
  const saying =
    (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
    (request, response) => {
      request.resume().on('end', () => response.writeHead(status, headers).end(body));
    };

  for (const token of ['sesame', 'open sesame', 'Öffne dich']) {
    it(`gets the answer of an endpoint of ours with the token "${token}"`, async () => {
      const signaling = await startSignaling({ token });
      server = signaling.server;
      const address = server.url('/rtcbot');
      const answer = await callEndpoint({ address, token }, OFFER.sdp, never);
      assert.equal(answer, `answer to ${OFFER.sdp}`);
      assert.deepEqual(signaling.offers, [OFFER]);
    });
  }

  it('gives a token in the header where that can be, so that no log shows it', async () => {
    let seen = '';
    await call(
      (request, response) => {
        seen = `${request.headers.authorization} ${request.url}`;
        response.end(ANSWER);
      },
      { token: 'sesame' },
    );
    assert.equal(seen, 'Bearer sesame /rtcbot/connect');
  });

  for (const { path, posted } of [
    { path: '/rtcbot', posted: '/rtcbot/connect' },
    { path: '/rtcbot/', posted: '/rtcbot/connect' },
    { path: '/', posted: '/connect' },
    { path: '', posted: '/connect' },
    { path: '/connect', posted: '/connect' },
    { path: '/robot/connect?room=1', posted: '/robot/connect?room=1' },
  ]) {
    it(`posts to ${posted} for ${path || 'an address without a path'}`, async () => {
      let url = '';
      await call(
        (request, response) => {
          url = `${request.method} ${request.url}`;
          response.end(ANSWER);
        },
        {},
        path,
      );
      assert.equal(url, `POST ${posted}`);
    });
  }

  it('logs in, and gives the token in another way then', async () => {
    let seen = '';
    await call(
      (request, response) => {
        seen = `${request.headers.authorization} ${request.url}`;
        response.end(ANSWER);
      },
      { user: 'me', password: 'secret', token: 'a b' },
    );
    const login = Buffer.from('me:secret').toString('base64');
    assert.equal(seen, `Basic ${login} /rtcbot/connect?token=a+b`);
  });

  for (const { it: sentence, reply, code, says } of [
    {
      it: 'that a token is wanted',
      reply: saying(401, 'An access token is needed\n', { 'Content-Type': 'text/plain' }),
      code: 'call-unauthorized',
      says: /401 An access token is needed.*enter the token/,
    },
    {
      it: 'that there is no endpoint',
      reply: saying(404, 'Cannot POST /rtcbot/connect'),
      code: 'endpoint-missing',
      says: /no endpoint at http:\/\/127\.0\.0\.1:\d+\/rtcbot:/,
    },
    {
      it: 'that it is full',
      reply: saying(503, 'All 1 places are taken', { 'Content-Type': 'text/plain' }),
      code: 'call-refused',
      says: /503 All 1 places are taken/,
    },
    {
      it: 'what a server says that explains itself in HTML only by its number',
      reply: saying(500, '<html>'),
      code: 'call-refused',
      says: /\(HTTP 500\)/,
    },
    {
      it: 'that something else answers',
      reply: saying(200, '<html>', { 'Content-Type': 'text/html' }),
      code: 'answer-invalid',
      says: /not JSON/,
    },
    {
      it: 'that the answer is an offer',
      reply: saying(200, JSON.stringify(OFFER)),
      code: 'answer-invalid',
      says: /type "answer"/,
    },
    { it: 'that it is null', reply: saying(200, 'null'), code: 'answer-invalid', says: /answer/ },
    {
      it: 'that the answer is far too long',
      reply: saying(200, 'x'.repeat(100_000)),
      code: 'answer-invalid',
      says: /more than 65536 bytes/,
    },
    {
      it: 'that the server hangs up',
      reply: ((request: { socket: { destroy(): void } }) =>
        request.socket.destroy()) as RequestListener,
      code: 'callee-unreachable',
      says: /cannot be reached \(.+\): check/,
    },
  ]) {
    it(`tells ${sentence}`, async () => {
      await assert.rejects(call(reply), error => {
        assert.ok(error instanceof Error);
        assert.equal('code' in error && error.code, code);
        assert.match(error.message, says);
        return true;
      });
    });
  }

  it('tells when it may be called again', async () => {
    await assert.rejects(call(saying(503, 'full', { 'Retry-After': '5' })), (error: LaterError) => {
      assert.equal(error.retryAfterMs, 5000);
      return true;
    });
  });

  it('tells that nobody listens, and keeps a token in the address to itself', async () => {
    const gone = await HttpServer.start(() => {});
    const address = gone.url('/rtcbot?token=secret');
    await gone.close();
    await assert.rejects(callEndpoint({ address }, OFFER.sdp, never), error => {
      assert.ok(error instanceof Error);
      assert.match(error.message, /rtcbot\?… cannot be reached \(.*ECONNREFUSED/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });

  it('ends when it is told to', async () => {
    const ending = new AbortController();
    server = await HttpServer.start(() => ending.abort(new Error('enough')));
    const address = server.url('/rtcbot');
    await assert.rejects(callEndpoint({ address }, OFFER.sdp, ending.signal), /enough/);
  });
});
