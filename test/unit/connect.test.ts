import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  noteOf,
  OfferError,
  RemoteMediaError,
  TooManyPeersError,
} from '../../engine/model/errors/errors';
import { NoSocketError } from '../../engine/model/errors/peerErrors';
import { HEAD, OFFER, post, startSignaling } from '../support/endpoints';
import type { HttpServer } from '../support/HttpServer';
import { ManualClock } from '../support/ManualClock';

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(...args: Parameters<typeof startSignaling>) {
  const started = await startSignaling(...args);
  server = started.server;
  return started;
}

describe('signaling', () => {
  for (const type of ['text/plain;charset=UTF-8', 'application/json', 'image/png', 'nonsense']) {
    it(`answers an offer sent as ${type}, with sdp and type and nothing else`, async () => {
      const { connect, lines } = await start({}, async () => ({
        peer: 'p1',
        description: Object.assign({ type: 'answer', sdp: 'A' } as const, { extra: 1 }),
      }));
      const got = await post(connect, OFFER, { 'Content-Type': type });
      assert.equal(got.status, 200);
      assert.equal(got.headers.get('content-type'), 'application/json');
      assert.deepEqual(await got.json(), { sdp: 'A', type: 'answer' });
      assert.deepEqual(lines, []);
    });
  }

  it('hands over type and sdp of the offer and leaves its other keys out', async () => {
    const { connect, offers } = await start();
    await post(connect, { sdp: OFFER.sdp, type: 'offer', __proto__: { a: 1 }, video: true });
    assert.deepEqual(offers, [OFFER]);
  });

  for (const { it: sentence, body, reason } of [
    { it: 'an empty body', body: '', reason: /empty/ },
    { it: 'a body of spaces', body: ' \r\n ', reason: /empty/ },
    { it: 'what is not JSON', body: 'v=0\r\no=-', reason: /not JSON/ },
    { it: 'truncated JSON', body: '{"type":"offer","sdp":"v=0', reason: /not JSON/ },
    { it: 'a number', body: '7', reason: /not a JSON object/ },
    { it: 'a list', body: '[{"type":"offer","sdp":"v=0"}]', reason: /not a JSON object/ },
    { it: 'null', body: 'null', reason: /empty/ },
    { it: 'an offer without type', body: '{"sdp":"v=0"}', reason: /type is missing/ },
    { it: 'an answer', body: '{"type":"answer","sdp":"v=0"}', reason: /type is not "offer"/ },
    { it: 'an offer without sdp', body: '{"type":"offer"}', reason: /sdp is missing/ },
    { it: 'an empty sdp', body: '{"type":"offer","sdp":"\\r\\n"}', reason: /sdp is empty/ },
    { it: 'an sdp that is no text', body: '{"type":"offer","sdp":{}}', reason: /not a string/ },
    {
      it: 'an offer hidden in __proto__',
      body: '{"__proto__":{"type":"offer","sdp":"v=0"}}',
      reason: /type is missing/,
    },
    {
      it: 'an offer hidden in constructor.prototype',
      body: '{"constructor":{"prototype":{"type":"offer","sdp":"v=0"}}}',
      reason: /type is missing/,
    },
  ]) {
    it(`refuses ${sentence} with 400 and one line`, async () => {
      const { connect, offers, lines } = await start();
      const got = await post(connect, body);
      const text = await got.text();
      assert.equal(got.status, 400);
      assert.equal(got.headers.get('content-type'), 'text/plain; charset=utf-8');
      assert.match(text, reason);
      assert.match(text, /^[^\n]+\n$/);
      assert.deepEqual(offers, []);
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? '', /^Offer from .* refused with 400: /);
      assert.equal(Object.hasOwn(Object.prototype, 'sdp'), false);
    });
  }

  const fromWorker = (error: unknown) => new RemoteMediaError(noteOf(error));
  for (const { it: sentence, error, status, text, retry } of [
    { it: 'an offer error', error: new OfferError('no m-line'), status: 400, text: /no m-line/ },
    {
      it: 'an offer error of another thread with line breaks',
      error: fromWorker(new OfferError('line\r\nbreaks\u2028here')),
      status: 400,
      text: /: line breaks here\n$/,
    },
    {
      it: 'too many peers',
      error: fromWorker(new TooManyPeersError(32)),
      status: 503,
      text: /32 places/,
      retry: '5',
    },
    {
      it: 'a system that gives no socket',
      error: fromWorker(new NoSocketError('bind EMFILE')),
      status: 503,
      text: /no UDP port for a new peer \(bind EMFILE\)/,
      retry: '5',
    },
    {
      it: 'an engine that starts again',
      error: { code: 'engine-ended' },
      status: 503,
      text: /started again/,
      retry: '0',
    },
    {
      it: 'a failure that nobody foresaw',
      error: new Error('secret\ndetail'),
      status: 500,
      text: /^Internal error/,
    },
    { it: 'a rejection with nothing', error: undefined, status: 500, text: /^Internal error/ },
  ]) {
    it(`turns ${sentence} into ${status}`, async () => {
      const { connect, lines } = await start({}, () => Promise.reject(error));
      const got = await post(connect);
      const body = await got.text();
      assert.equal(got.status, status);
      assert.match(body, text);
      assert.match(body, /^[^\r\n\u2028]+\n$/);
      assert.equal(got.headers.get('retry-after'), retry ?? null);
      assert.doesNotMatch(body, /secret/);
      assert.equal(lines.length, 1);
      if (status === 500 && error) assert.match(lines[0] ?? '', /failed: secret detail$/);
    });
  }

  it('answers 500 when the answerer throws at once, or the log does', async () => {
    const throws = () => {
      throw new TypeError('broken');
    };
    const { connect } = await start({ log: throws }, throws);
    assert.equal((await post(connect)).status, 500);
    assert.equal((await post(connect)).status, 500);
  });
});

describe('the access token', () => {
  for (const { it: sentence, path = '', authorization, status } of [
    { it: 'is asked for', status: 401 },
    { it: 'is taken from the header', authorization: 'Bearer s3cr+t', status: 200 },
    {
      it: 'is taken from the header, however it is cased',
      authorization: 'bearer s3cr+t',
      status: 200,
    },
    { it: 'is taken from the address', path: '?token=s3cr%2Bt', status: 200 },
    {
      it: 'is taken from the address when a login has the header',
      path: '?a=b&token=s3cr%2Bt',
      authorization: 'Basic dXNlcjpwYXNz',
      status: 200,
    },
    { it: 'must be whole', authorization: 'Bearer s3cr', status: 401 },
    { it: 'must be no longer', path: '?token=s3cr%2Bt2', status: 401 },
    { it: 'must not be empty', path: '?token=', authorization: 'Bearer ', status: 401 },
    { it: 'must not be given as another scheme', authorization: 'Basic s3cr+t', status: 401 },
    { it: 'must be named token', path: '?Token=s3cr%2Bt', status: 401 },
  ]) {
    it(sentence, async () => {
      const { connect, offers, lines } = await start({ token: 's3cr+t' });
      const headers = authorization ? { Authorization: authorization } : undefined;
      const got = await post(`${connect}${path}`, OFFER, headers);
      assert.equal(got.status, status);
      assert.equal(offers.length, status === 200 ? 1 : 0);
      assert.match(got.headers.get('www-authenticate') ?? 'Bearer', /^Bearer/);
      assert.equal(got.headers.has('www-authenticate'), status === 401);
      assert.doesNotMatch(lines.join(), /s3cr/);
    });
  }

  it('is not asked of the page and the scripts', async () => {
    const { server: started } = await start({ token: 's3cr+t' });
    for (const path of ['/rtcbot', '/rtcbot/rtcbot.js', '/rtcbot/rtcbot.mjs']) {
      assert.equal((await fetch(started.url(path))).status, 200);
    }
  });

  it('is not asked for when it is set to nothing', async () => {
    const { connect } = await start({ token: '' });
    assert.equal((await post(connect)).status, 200);
  });

  it('is looked at before the body', async () => {
    const { server: started } = await start({ token: 's3cr+t' });
    const raw = await started.connect();
    raw.socket.write(`${HEAD}Content-Length: 100\r\n\r\n`);
    await raw.until('An access token is needed');
    raw.socket.destroy();
  });
});

describe('many offers', () => {
  it('are refused with 429 beyond a burst, until time has passed', async () => {
    const clock = new ManualClock();
    const { connect, offers } = await start({ clock, connectBurst: 3, connectsPerSecond: 2 });
    const statuses = async (count: number) => {
      const got: number[] = [];
      for (let sent = 0; sent < count; sent++) got.push((await post(connect)).status);
      return got;
    };
    assert.deepEqual(await statuses(4), [200, 200, 200, 429]);
    const refused = await post(connect);
    assert.equal(refused.headers.get('retry-after'), '1');
    clock.advance(500);
    assert.deepEqual(await statuses(2), [200, 429]);
    clock.advance(60_000);
    assert.deepEqual(await statuses(4), [200, 200, 200, 429]);
    assert.equal(offers.length, 7);
  });

  it('of one address keep no other address out, with a token or without', async () => {
    for (const token of ['', 's3cret']) {
      const { server: started, connect, offers } = await start({ clock: new ManualClock(), token });
      // A proxy on this machine says for whom it asks.
      const from = (address: string, body: unknown, query = '') =>
        post(`${connect}${query}`, body, { 'X-Forwarded-For': address });
      const junk = [];
      for (let sent = 0; sent < 70; sent++)
        junk.push((await from('6.6.6.6', 'junk', '?token=x')).status);
      assert.equal(junk.at(-1), 429);
      const got = await from('1.2.3.4', OFFER, token && `?token=${token}`);
      assert.equal(got.status, 200);
      assert.equal(offers.length, 1);
      await started.close();
    }
    server = undefined;
  });

  it('that are bad make one line a second, with the count of the others', async () => {
    const clock = new ManualClock();
    const { connect, lines } = await start({ clock });
    for (let sent = 0; sent < 5; sent++) await post(connect, 'bad');
    assert.equal(lines.length, 1);
    clock.advance(1000);
    await post(connect, 'bad');
    await post(connect, 'bad');
    clock.advance(1000);
    await post(connect, 'bad');
    assert.equal(lines.length, 3);
    assert.match(lines[1] ?? '', /not JSON \(4 more left out before this\)$/);
    assert.match(lines[2] ?? '', /not JSON \(1 more left out before this\)$/);
  });
});
