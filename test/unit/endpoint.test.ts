import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import express from 'express';
import type { EndpointOptions } from '../../signaling/endpoint';
import { ASSETS, alone, endpoint, post } from '../support/endpoints';
import { HttpServer } from '../support/HttpServer';

/** Runs a test against an endpoint with these options. */
async function withEndpoint(
  options: Partial<EndpointOptions>,
  run: (server: HttpServer) => Promise<void>,
): Promise<void> {
  const server = await HttpServer.start(alone(endpoint(options)));
  try {
    await run(server);
  } finally {
    await server.close();
  }
}

describe('an endpoint', () => {
  let server: HttpServer;
  before(async () => {
    server = await HttpServer.start(alone(endpoint()));
  });
  after(() => server.close());

  const SCRIPT = 'application/javascript; charset=utf-8';
  const MODULE = 'text/javascript; charset=utf-8';
  const HTML = 'text/html; charset=utf-8';
  for (const { it: sentence, path, status = 200, type } of [
    { it: 'serves the page at its path', path: '/rtcbot', type: HTML },
    { it: 'serves the page with a slash behind', path: '/rtcbot/', type: HTML },
    { it: 'serves the page to an address with a query', path: '/rtcbot?token=x#y', type: HTML },
    { it: 'serves the page to an escaped address', path: '/rtc%62ot', type: HTML },
    { it: 'serves the library', path: '/rtcbot/rtcbot.js', type: SCRIPT },
    { it: 'serves the library with a query', path: '/rtcbot/rtcbot.js?v=1', type: SCRIPT },
    { it: 'serves the module', path: '/rtcbot/rtcbot.mjs', type: MODULE },
    { it: 'passes on what lies beside it', path: '/rtcbots', status: 404 },
    { it: 'passes on what lies above it', path: '/', status: 404 },
    { it: 'passes on unknown names below it', path: '/rtcbot/other', status: 404 },
    { it: 'passes on names below its own', path: '/rtcbot/rtcbot.js/x', status: 404 },
    { it: 'passes on two slashes', path: '/rtcbot//', status: 404 },
    { it: 'does not take an escaped slash for one', path: '/rtcbot%2Frtcbot.js', status: 404 },
    { it: 'passes on broken escapes', path: '/rtcbot%', status: 404 },
    { it: 'passes on names of object members', path: '/rtcbot/__proto__', status: 404 },
  ]) {
    it(sentence, async () => {
      const got = await fetch(server.url(path));
      assert.equal(got.status, status);
      if (type) assert.equal(got.headers.get('content-type'), type);
      else assert.equal(await got.text(), 'next');
    });
  }

  it('serves the scripts as they are', async () => {
    const texts = ['/rtcbot/rtcbot.js', '/rtcbot/rtcbot.mjs'].map(async path =>
      Buffer.from(await (await fetch(server.url(path))).arrayBuffer()),
    );
    assert.deepEqual(await Promise.all(texts), [ASSETS.script, ASSETS.module]);
  });

  it('keeps the page from loading foreign things and from telling its address', async () => {
    const { headers } = await fetch(server.url('/rtcbot'));
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'self'; /);
    assert.doesNotMatch(headers.get('content-security-policy') ?? '', /script-src|\*/);
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('cache-control'), 'no-cache');
  });

  for (const path of ['/rtcbot', '/rtcbot/rtcbot.js', '/rtcbot/rtcbot.mjs']) {
    it(`answers 304 for ${path} to a browser that has it, and 200 to one with another`, async () => {
      const etag = (await fetch(server.url(path))).headers.get('etag') ?? '';
      assert.match(etag, /^"[\w-]{22}"$/);
      for (const [known, status] of [
        [etag, 304],
        [`W/${etag}`, 304],
        [`"old", ${etag}`, 304],
        ['*', 304],
        ['"old"', 200],
        [etag.slice(1, -1), 200],
      ] as const) {
        const headers = { 'If-None-Match': known, 'Cache-Control': 'max-age=0' };
        const again = await fetch(server.url(path), { headers });
        assert.equal(again.status, status, known);
        assert.equal(again.headers.get('etag'), etag);
        assert.equal((await again.text()) === '', status === 304);
      }
    });

    it(`answers HEAD ${path} with GET's headers and no body`, async () => {
      const got = await fetch(server.url(path));
      const head = await fetch(server.url(path), { method: 'HEAD' });
      assert.equal(head.status, 200);
      assert.equal(await head.text(), '');
      const length = String(Buffer.byteLength(await got.text()));
      assert.equal(head.headers.get('content-length'), length);
      assert.equal(head.headers.get('etag'), got.headers.get('etag'));
    });
  }

  for (const { method, path, allow } of [
    { method: 'GET', path: '/rtcbot/connect', allow: 'POST' },
    { method: 'HEAD', path: '/rtcbot/connect', allow: 'POST' },
    { method: 'OPTIONS', path: '/rtcbot/connect', allow: 'POST' },
    { method: 'PUT', path: '/rtcbot/connect', allow: 'POST' },
    { method: 'POST', path: '/rtcbot/rtcbot.js', allow: 'GET, HEAD' },
    { method: 'DELETE', path: '/rtcbot/rtcbot.mjs', allow: 'GET, HEAD' },
  ]) {
    it(`refuses ${method} ${path} and names what it allows`, async () => {
      const got = await fetch(server.url(path), { method });
      assert.equal(got.status, 405);
      assert.equal(got.headers.get('allow'), allow);
    });
  }

  it('leaves other methods on the path of the page to others', async () => {
    const got = await fetch(server.url('/rtcbot'), { method: 'POST', body: 'a form' });
    assert.equal(await got.text(), 'next');
  });

  it('lives through request targets that are no path', async () => {
    for (const target of ['*', 'http://127.0.0.1/rtcbot', 'http://[']) {
      const raw = await server.connect();
      raw.socket.end(`OPTIONS ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      await raw.closed;
      assert.match(raw.received, /^HTTP\/1\.1 40[04] /, target);
    }
  });
});

describe('the page of an endpoint', () => {
  it('has the base in front of its addresses, escaped for HTML', async () => {
    const base = '/a"><b>&$&/x';
    await withEndpoint({ base }, async server => {
      const html = await (await fetch(server.url('/rtcbot'))).text();
      const escaped = '/a&#34;&#62;&#60;b&#62;&#38;$&#38;/x';
      assert.equal(
        html,
        `<script src="${escaped}/rtcbot.js"></script><i data-base="${escaped}"></i>`,
      );
    });
  });

  it('can be switched off, and then its address belongs to others', async () => {
    await withEndpoint({ page: false }, async server => {
      assert.equal(await (await fetch(server.url('/rtcbot'))).text(), 'next');
      assert.equal((await fetch(server.url('/rtcbot/rtcbot.js'))).status, 200);
      assert.equal((await post(server.url('/rtcbot/connect'))).status, 200);
    });
  });
});

describe('an endpoint at /', () => {
  for (const [path, status] of [
    ['/', 200],
    ['/?token=x', 200],
    ['/rtcbot.js', 200],
    ['/rtcbot.mjs', 200],
    ['/rtcbot', 404],
    ['/connects', 404],
  ] as const) {
    it(`answers GET ${path} with ${status}`, () =>
      withEndpoint({ path: '/', base: '' }, async server => {
        assert.equal((await fetch(server.url(path))).status, status);
      }));
  }

  it('answers POST /connect', () =>
    withEndpoint({ path: '/', base: '' }, async server => {
      assert.equal((await post(server.url('/connect'))).status, 200);
    }));
});

describe('an endpoint in Express', () => {
  it('works as a handler, also below a path of the application', async () => {
    const app = express();
    app.use('/red', express().use(endpoint({ base: '/red/rtcbot' })));
    app.use((_request, response) => void response.status(404).send('others'));
    const server = await HttpServer.start(app);
    try {
      const page = await (await fetch(server.url('/red/rtcbot'))).text();
      assert.match(page, /src="\/red\/rtcbot\/rtcbot\.js"/);
      assert.equal((await post(server.url('/red/rtcbot/connect'))).status, 200);
      assert.equal(await (await fetch(server.url('/rtcbot'))).text(), 'others');
    } finally {
      await server.close();
    }
  });

  it('works at a path written with letters outside ASCII', () =>
    withEndpoint({ path: '/küche', base: '/k%C3%BCche' }, async server => {
      assert.equal((await fetch(server.url('/küche'))).status, 200);
      assert.equal((await post(server.url('/k%c3%bcche/connect'))).status, 200);
    }));
});

describe('an endpoint whose page is visited', () => {
  for (const { it: sentence, method = 'GET', path, token, expected } of [
    { it: 'announces the offer that will follow', path: '/rtcbot', expected: 1 },
    { it: 'does not for a look at the headers', method: 'HEAD', path: '/rtcbot', expected: 0 },
    { it: 'does not for the library', path: '/rtcbot/rtcbot.js', expected: 0 },
    { it: 'does not without the token', path: '/rtcbot', token: 'secret', expected: 0 },
    { it: 'does not with a wrong token', path: '/rtcbot?token=x', token: 'secret', expected: 0 },
    { it: 'does with the token', path: '/rtcbot?token=secret', token: 'secret', expected: 1 },
  ]) {
    it(sentence, async () => {
      let announced = 0;
      const answerer = {
        answer: () => Promise.reject(new Error('no offer was sent')),
        expect: () => {
          announced += 1;
        },
      };
      await withEndpoint({ answerer, ...(token ? { token } : {}) }, async server => {
        await (await fetch(server.url(path), { method })).arrayBuffer();
      });
      assert.equal(announced, expected);
    });
  }
});
