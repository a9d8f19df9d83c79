import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import cors from 'cors';
import express from 'express';
import type { NodeAPI } from 'node-red';
import { WiredGate } from '../../nodes/lib/WiredGate';
import { answerMessage, type SignalingMessage } from '../../nodes/lib/wiredSignaling';
import { OFFER, post } from '../support/endpoints';
import { HttpServer } from '../support/HttpServer';

const EVIL = 'https://evil.example';
const FRIEND = 'https://friend.example';

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A flow of `http in`, rtc-connection and `http response`, behind Node-RED 4's editor. */
async function start(settings: object = {}): Promise<{ url: string; offers: string[] }> {
  const gate = new WiredGate(settings as NodeAPI['settings'], { origins: FRIEND });
  const offers: string[] = [];
  const answerer = {
    answer: async ({ sdp }: { sdp: string }) => {
      offers.push(sdp);
      return { peer: 'p', description: { type: 'answer' as const, sdp: 'A' } };
    },
  };
  const app = express().use(cors({ origin: '*' }), express.text());
  app.post('/offer', async (request, response) => {
    const message: SignalingMessage = { _msgid: 'm', payload: request.body, req: request, res: {} };
    await answerMessage(message, answerer, gate);
    response.set(message.headers).status(message.statusCode ?? 200);
    response.send(message.payload);
  });
  server = await HttpServer.start(app);
  return { url: server.url('/offer'), offers };
}

describe('an offer by an http in node', () => {
  it('is refused to a page of another server, and taken of a program and of the allow list', async () => {
    const { url, offers } = await start();
    const refused = await post(url, OFFER, { Origin: EVIL });
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /evil\.example.*Origins/);
    assert.equal((await post(url, OFFER, { Origin: 'null' })).status, 403);
    assert.deepEqual(offers, []);
    assert.equal((await post(url)).status, 200);
    assert.equal((await post(url, OFFER, { Origin: new URL(url).origin })).status, 200);
    const listed = await post(url, OFFER, { Origin: FRIEND });
    assert.equal(listed.status, 200);
    assert.equal(listed.headers.get('access-control-allow-origin'), FRIEND);
  });

  it('is taken of the pages that httpNodeCors allows, and of no others', async () => {
    const third = 'https://third.example';
    const { url } = await start({ httpNodeCors: { origin: [third] } });
    assert.equal((await post(url, OFFER, { Origin: third })).status, 200);
    assert.equal((await post(url, OFFER, { Origin: EVIL })).status, 403);
  });

  it('is asked nothing when it came another way', async () => {
    const gate = new WiredGate({} as NodeAPI['settings'], {});
    assert.deepEqual(await gate.admit(undefined), {});
    assert.deepEqual(await gate.admit({ headers: { origin: EVIL } }), {});
  });
});
