import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { afterEach, describe, it } from 'node:test';
import express from 'express';
import type { SessionDescription } from '../../signaling/Answerer';
import { alone, endpoint, HEAD, OFFER, post, startSignaling } from '../support/endpoints';
import { HttpServer } from '../support/HttpServer';
import { ManualClock } from '../support/ManualClock';

const MEGABYTE = 'x'.repeat(1_000_000);

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(listener: RequestListener): Promise<HttpServer> {
  server = await HttpServer.start(listener);
  return server;
}

async function start(...args: Parameters<typeof startSignaling>) {
  const started = await startSignaling(...args);
  server = started.server;
  return started;
}

describe('the body of an offer', () => {
  it('may come in pieces that split a character', async () => {
    const pieces: string[] = [];
    let next = () => {};
    const offers: string[] = [];
    const handler = endpoint({
      answerer: {
        answer: async ({ sdp }) => {
          offers.push(sdp);
          return { peer: 'p', description: { type: 'answer', sdp: 'A' } };
        },
      },
    });
    const started = await serve((request, response) => {
      alone(handler)(request, response);
      request.on('data', () => {
        pieces.push('piece');
        next();
      });
    });
    const raw = await started.connect();
    const body = Buffer.from(JSON.stringify({ type: 'offer', sdp: 's=für 🤖\r\n' }));
    const cuts = [0, body.indexOf('ü') + 1, body.indexOf('🤖') + 2, body.length];
    raw.socket.write(`${HEAD}Content-Length: ${body.length}\r\n\r\n`);
    for (let piece = 1; piece < cuts.length; piece++) {
      const taken = new Promise<void>(resolve => {
        next = resolve;
      });
      raw.socket.write(body.subarray(cuts[piece - 1], cuts[piece]));
      await taken;
    }
    await raw.until('"A"');
    assert.equal(pieces.length, 3);
    assert.deepEqual(offers, ['s=für 🤖\r\n']);
    raw.socket.destroy();
  });

  it('may begin with a byte order mark', async () => {
    const { connect, offers } = await start();
    assert.equal((await post(connect, `\ufeff${JSON.stringify(OFFER)}`)).status, 200);
    assert.deepEqual(offers, [OFFER]);
  });

  it('is taken up to the limit and refused one byte later', async () => {
    const body = JSON.stringify(OFFER);
    const { connect } = await start({ maxBodyBytes: body.length });
    assert.equal((await post(connect, body)).status, 200);
    assert.equal((await post(connect, `${body} `)).status, 413);
  });

  for (const { it: sentence, headers, body } of [
    { it: 'announced', headers: `Content-Length: ${MEGABYTE.length}\r\n`, body: MEGABYTE },
    {
      it: 'in chunks',
      headers: 'Transfer-Encoding: chunked\r\n',
      body: `${MEGABYTE.length.toString(16)}\r\n${MEGABYTE}\r\n0\r\n\r\n`,
    },
  ]) {
    it(`is refused with 413 when it is a megabyte, ${sentence}, and the connection ends`, async () => {
      const { server: started, offers, lines } = await start();
      const raw = await started.connect();
      raw.socket.write(`${HEAD}${headers}\r\n${body}`);
      await raw.closed;
      assert.match(raw.received, /^HTTP\/1\.1 413 /);
      assert.match(raw.received, /\r\nConnection: close\r\n/);
      assert.match(raw.received, /\r\n\r\nThe body is larger than 65536 bytes\n$/);
      assert.deepEqual(offers, []);
      assert.equal(lines.length, 1);
    });
  }

  it('is refused before it comes when it is announced as too long, and is not waited for', async () => {
    const clock = new ManualClock();
    const { server: started } = await start({ clock });
    const raw = await started.connect();
    raw.socket.write(`${HEAD}Content-Length: 99999999999\r\n\r\n`);
    await raw.until('larger than');
    clock.advance(2000);
    await raw.closed;
    assert.equal(clock.pending, 0);
  });

  it('is refused with 413 while an endless one still comes', async () => {
    const clock = new ManualClock();
    const { server: started } = await start({ clock, maxBodyBytes: 10 });
    const raw = await started.connect();
    raw.socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n20\r\n${'x'.repeat(32)}\r\n`);
    await raw.until('larger than 10 bytes');
    assert.equal(clock.pending, 1, 'the rest is let in for a while, or the reply could be lost');
    raw.socket.write(`20\r\n${'x'.repeat(32)}\r\n`);
    clock.advance(2000);
    await raw.closed;
    assert.equal(clock.pending, 0);
  });

  it('is refused with 408 when it does not come in time, and the connection ends', async () => {
    const clock = new ManualClock();
    const { server: started, offers, lines } = await start({ clock, bodyTimeoutMs: 10_000 });
    const raw = await started.connect();
    raw.socket.write(`${HEAD}Content-Length: 100\r\n\r\n{"type":`);
    await once(started.server, 'request');
    clock.advance(9999);
    assert.equal(raw.received, '');
    clock.advance(1);
    await raw.until('did not arrive within 10 s');
    assert.match(raw.received, /^HTTP\/1\.1 408 /);
    clock.advance(2000);
    await raw.closed;
    assert.deepEqual(offers, []);
    assert.equal(lines.length, 1);
    assert.equal(clock.pending, 0);
  });

  it('may break off: nothing is answered and no timer is left', async () => {
    const clock = new ManualClock();
    const { server: started, connect, offers, lines } = await start({ clock });
    const raw = await started.connect();
    raw.socket.write(`${HEAD}Content-Length: 100\r\n\r\n{"type":`);
    const [request] = (await once(started.server, 'request')) as [IncomingMessage];
    raw.socket.destroy();
    await new Promise(resolve => request.once('close', () => setImmediate(resolve)));
    assert.deepEqual(offers, []);
    assert.equal(clock.pending, 0);
    assert.match(lines[0] ?? '', /connection closed/);
    assert.equal((await post(connect)).status, 200);
  });

  it('leaves the connection open for the next request once it is read', async () => {
    const { server: started } = await start();
    const raw = await started.connect();
    for (const sdp of ['one', 'two']) {
      const body = JSON.stringify({ type: 'offer', sdp });
      raw.socket.write(`${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`);
      await raw.until(`answer to ${sdp}`);
    }
    raw.socket.destroy();
  });
});

describe('a client that leaves while its answer is made', () => {
  it('harms nobody', async () => {
    let finish = () => {};
    const made = new Promise<void>(resolve => {
      finish = resolve;
    });
    const { server: started, connect } = await start({}, async ({ sdp }) => {
      if (sdp === 'late') await made;
      return { peer: 'p1', description: { type: 'answer', sdp: 'A' } };
    });
    const raw = await started.connect();
    const body = JSON.stringify({ type: 'offer', sdp: 'late' });
    raw.socket.write(`${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`);
    const [, response] = (await once(started.server, 'request')) as [unknown, ServerResponse];
    const gone = once(response, 'close');
    raw.socket.destroy();
    await gone;
    finish();
    assert.equal((await post(connect)).status, 200);
    assert.equal(response.headersSent, false);
  });
});

describe('a body that a middleware has read', () => {
  for (const { it: sentence, parser, type } of [
    { it: 'as JSON', parser: express.json(), type: 'application/json' },
    { it: 'as text', parser: express.text(), type: 'text/plain;charset=UTF-8' },
    { it: 'as bytes', parser: express.raw({ type: '*/*' }), type: 'text/plain' },
    { it: 'not at all', parser: express.json(), type: 'text/plain' },
  ]) {
    it(`is taken ${sentence}`, async () => {
      const started = await serve(express().use(parser).use(endpoint()));
      const got = await post(started.url('/rtcbot/connect'), OFFER, { 'Content-Type': type });
      assert.equal(got.status, 200);
      assert.equal(((await got.json()) as SessionDescription).sdp, `answer to ${OFFER.sdp}`);
    });
  }

  for (const [name, parser, type] of [
    ['JSON', express.json({ limit: '5mb' }), 'application/json'],
    ['text', express.text({ limit: '5mb' }), 'text/plain'],
    ['bytes', express.raw({ type: '*/*', limit: '5mb' }), 'text/plain'],
  ] as const) {
    it(`is refused as ${name} when it is longer than our own limit`, async () => {
      const started = await serve(express().use(parser).use(endpoint()));
      const offer = { type: 'offer', sdp: MEGABYTE };
      const got = await post(started.url('/rtcbot/connect'), offer, { 'Content-Type': type });
      assert.equal(got.status, 413);
    });
  }

  it('is called empty when the middleware kept it to itself', async () => {
    const started = await serve((request, response) => {
      request.resume().once('end', () => alone(endpoint())(request, response));
    });
    const got = await post(started.url('/rtcbot/connect'));
    assert.equal(got.status, 400);
    assert.match(await got.text(), /empty/);
  });
});
