import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, it } from 'node:test';
import cors from 'cors';
import express from 'express';
import type { NodeAPI } from 'node-red';
import { Mounts } from '../../nodes/lib/mount';
import { originRules } from '../../nodes/lib/originSettings';
import type { SessionDescription } from '../../signaling/Answerer';
import { createPictures } from '../../signaling/pictures';
import { endpoint, OFFER, post } from '../support/endpoints';
import { HttpServer } from '../support/HttpServer';

const EVIL = 'https://evil.example';
const FRIEND = 'https://friend.example';
const JSON_TYPE = { 'Content-Type': 'application/json' };
const FORM_TYPE = { 'Content-Type': 'application/x-www-form-urlencoded' };

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/**
 * Node-RED 4 as far as a request sees it: the editor's CORS and parsers of bodies in front of all, then
 * the endpoint /rtcbot and the pictures /display, which allow FRIEND.
 */
async function start(settings: object = {}) {
  const httpNode = express();
  const editor = [
    cors({ origin: '*', methods: 'GET,PUT,POST,DELETE' }),
    express.json({ limit: '5mb' }),
    express.urlencoded({ limit: '5mb', extended: true }),
  ];
  const started = await HttpServer.start(express().use(editor).use('/red', httpNode));
  server = started;
  const RED = {
    ...{ httpNode, server: started.server, log: { warn: () => {} } },
    settings: { httpNodeRoot: '/red', ...settings },
  } as unknown as NodeAPI;
  const origins = originRules({ origins: FRIEND });
  const listener = { mounted() {}, refused() {} };
  const offers: string[] = [];
  const answer = async ({ sdp }: SessionDescription) => {
    offers.push(sdp);
    return { peer: 'p', description: { type: 'answer' as const, sdp: 'A' } };
  };
  Mounts.of(RED).claim('/rtcbot', endpoint({ answerer: { answer }, origins }), listener);
  const feed = {
    watch: (picture: (jpeg: Buffer) => void) => {
      picture(Buffer.from('jpeg'));
      return () => {};
    },
  };
  Mounts.of(RED).claim('/display', createPictures({ path: '/display', feed, origins }), listener);
  return { connect: started.url('/red/rtcbot/connect'), url: started.url.bind(started), offers };
}

const allowed = (response: Response) => response.headers.get('access-control-allow-origin');

describe('behind an editor that opens everything to all origins', () => {
  it('an offer of a foreign page makes no peer, and the page cannot read why', async () => {
    const { connect, offers } = await start();
    for (const headers of [{}, JSON_TYPE, { 'Content-Type': 'text/plain' }]) {
      const got = await post(connect, OFFER, { Origin: EVIL, ...headers });
      assert.equal(got.status, 403);
      assert.equal(allowed(got), null);
    }
    assert.deepEqual(offers, []);
  });

  it('nothing that is served names other origins than the allow list', async () => {
    const { url, connect } = await start();
    for (const path of ['/red/rtcbot', '/red/rtcbot/rtcbot.js', '/red/display.jpg']) {
      assert.equal(allowed(await fetch(url(path))), null, path);
      assert.equal((await fetch(url(path), { headers: { Origin: EVIL } })).status, 403, path);
      assert.equal(allowed(await fetch(url(path), { headers: { Origin: FRIEND } })), FRIEND, path);
    }
    const got = await post(connect, OFFER, { Origin: FRIEND });
    assert.equal(got.status, 200);
    assert.equal(allowed(got), FRIEND);
    assert.match(got.headers.get('vary') ?? '', /Origin/);
  });

  it('a page of the allow list gets in whatever httpNodeCors says, and others as it says', async () => {
    const third = 'https://third.example';
    const { connect, url } = await start({ httpNodeCors: { origin: [third], methods: 'POST' } });
    for (const [origin, status] of [
      [FRIEND, 200],
      [third, 200],
      [EVIL, 403],
    ] as const) {
      const got = await post(connect, OFFER, { Origin: origin });
      assert.equal(got.status, status, origin);
      assert.equal(allowed(got), status === 200 ? origin : null);
    }
    const seen = await fetch(url('/red/display.jpg'), { headers: { Origin: third } });
    assert.equal(seen.status, 200);
  });

  it('an offer that curl posts as a form is taken, with every character', async () => {
    const { connect, offers } = await start();
    const sdp = 'v=0\r\na=ice-pwd:a+b/c=&d%20e[0]\r\n';
    for (const type of [FORM_TYPE, JSON_TYPE]) {
      assert.equal((await post(connect, { type: 'offer', sdp }, type)).status, 200);
    }
    const form = String(new URLSearchParams({ type: 'offer', sdp }));
    assert.equal((await post(connect, form, FORM_TYPE)).status, 200);
    assert.deepEqual(offers, [sdp, sdp, sdp]);
  });

  it('a body is not parsed before it is known to be short enough', async () => {
    const { connect } = await start();
    const got = await post(connect, { type: 'offer', sdp: 'x'.repeat(1_000_000) }, JSON_TYPE);
    assert.equal(got.status, 413);
  });
});

describe('without an editor in front', () => {
  it('a preflight of the allow list is answered, with the headers that it asks for', async () => {
    const httpNode = express();
    server = await HttpServer.start(httpNode);
    const RED = { httpNode, server: server.server, settings: {} } as unknown as NodeAPI;
    const origins = originRules({ origins: FRIEND });
    const listener = { mounted() {}, refused() {} };
    Mounts.of(RED).claim('/rtcbot', endpoint({ origins }), listener);
    const feed = { watch: () => () => {} };
    Mounts.of(RED).claim('/display', createPictures({ path: '/display', feed, origins }), listener);
    for (const [path, method] of [
      ['/rtcbot/connect', 'POST'],
      ['/display.jpg', 'GET'],
    ] as const) {
      const asked = {
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': 'authorization',
      };
      const preflight = (Origin: string) =>
        fetch(server?.url(path) ?? '', { method: 'OPTIONS', headers: { Origin, ...asked } });
      const got = await preflight(FRIEND);
      assert.equal(got.status, 204);
      assert.equal(allowed(got), FRIEND);
      assert.match(got.headers.get('access-control-allow-methods') ?? '', new RegExp(method));
      assert.equal(got.headers.get('access-control-allow-headers'), 'authorization');
      const refused = await preflight(EVIL);
      assert.equal(refused.status, 403);
      assert.equal(allowed(refused), null);
    }
  });
});

describe('who may show what is served', () => {
  it('is the server itself: frames and pictures of others stay empty', async () => {
    const { url } = await start();
    const page = await fetch(url('/red/rtcbot'));
    assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'self'$/);
    assert.equal(page.headers.get('x-frame-options'), 'SAMEORIGIN');
    const picture = await fetch(url('/red/display.jpg'));
    assert.equal(picture.headers.get('cross-origin-resource-policy'), 'same-origin');
    const shown = await fetch(url('/red/display.jpg'), { headers: { Referer: `${FRIEND}/x` } });
    assert.equal(shown.headers.get('cross-origin-resource-policy'), 'cross-origin');
    const refused = await fetch(url('/red/display.jpg'), { headers: { Referer: `${EVIL}/x` } });
    assert.equal(refused.status, 403);
  });

  it('is also who is named in the settings', async () => {
    server = await HttpServer.start(express().use(endpoint({ framedBy: [FRIEND] })));
    const { headers } = await fetch(server.url('/rtcbot'));
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /frame-ancestors 'self' https:\/\/friend\.example$/);
    assert.equal(headers.has('x-frame-options'), false);
  });

  it('may look at the page and its scripts in any case, but switches no camera on from elsewhere', async () => {
    let expected = 0;
    const answerer = {
      answer: () => Promise.reject(new Error('not asked for')),
      expect: () => {
        expected += 1;
      },
    };
    server = await HttpServer.start(express().use(endpoint({ answerer })));
    // Not fetch, which adds Sec-Fetch-Mode: a browser sends none to plain http.
    const visit = async (headers: Record<string, string>) => {
      const request = get(server?.url('/rtcbot') ?? '', { headers, agent: false });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    assert.equal(await visit({ Referer: `${EVIL}/` }), 200);
    assert.equal(expected, 0);
    assert.equal(await visit({ Referer: `${EVIL}/`, Accept: 'text/html' }), 200, 'a link');
    assert.equal(expected, 1);
  });
});
