import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { afterEach, describe, it } from 'node:test';
import { type CallTarget, callEndpoint } from '../../signaling/call';
import { HttpServer } from '../support/HttpServer';
import { HttpsServer, selfSigned } from '../support/HttpsServer';

const never = new AbortController().signal;
const ANSWER = JSON.stringify({ type: 'answer', sdp: 'v=0\r\n' });
const GOOD = selfSigned('IP:127.0.0.1');

describe('A call', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map(server => server.close()));
  });
  const opened = <Server extends { close(): Promise<void> }>(server: Server): Server => {
    open.push(server);
    return server;
  };
  /** Answers like an endpoint, and notes what it was asked. */
  const endpoint =
    (seen: string[] = []): RequestListener =>
    (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', text => {
        body += text;
      });
      request.on('end', () => {
        const login = request.headers.authorization ?? '';
        seen.push(`${request.method} ${request.url} ${body.length > 0} ${login}`.trim());
        response.end(ANSWER);
      });
    };
  const call = (target: CallTarget) => callEndpoint(target, 'v=0\r\n', never);
  const codeOf = async (target: CallTarget) => {
    const error: unknown = await call(target).catch(failure => failure);
    assert.ok(error instanceof Error && 'code' in error, String(error));
    return error.code;
  };

  describe('over HTTPS', () => {
    for (const { it: sentence, certificate, code } of [
      {
        it: 'says that a self-signed certificate is not trusted',
        certificate: GOOD,
        code: 'certificate-untrusted',
      },
      {
        it: 'says that a certificate is past its time',
        certificate: selfSigned('IP:127.0.0.1', { isExpired: true }),
        code: 'certificate-expired',
      },
      {
        it: 'says that a certificate is for another name',
        certificate: selfSigned('DNS:robot'),
        code: 'certificate-name',
      },
    ]) {
      it(sentence, async () => {
        const server = opened(await HttpsServer.start(certificate, endpoint()));
        const ca = code === 'certificate-untrusted' ? {} : { ca: certificate.cert };
        const address = server.url('/rtcbot');
        assert.equal(await codeOf({ address, tls: ca }), code);
      });
    }

    for (const { it: sentence, tls } of [
      { it: 'is through with the CA of the certificate', tls: { ca: GOOD.cert } },
      { it: 'is through where nothing is verified', tls: { rejectUnauthorized: false } },
    ]) {
      it(sentence, async () => {
        const server = opened(await HttpsServer.start(GOOD, endpoint()));
        assert.equal(await call({ address: server.url('/rtcbot'), tls }), 'v=0\r\n');
      });
    }

    it('says so when the server speaks HTTP', async () => {
      const server = opened(await HttpServer.start(endpoint()));
      const address = server.url('/rtcbot').replace('http:', 'https:');
      assert.equal(await codeOf({ address }), 'tls-mismatch');
    });
  });

  describe('that is redirected', () => {
    const redirecting = (status: number, location: string): RequestListener => {
      return (request, response) => {
        request.resume().on('end', () => response.writeHead(status, { location }).end());
      };
    };

    for (const status of [301, 302, 303, 307, 308]) {
      it(`by ${status} posts its offer there, with token and login`, async () => {
        const seen: string[] = [];
        const there = opened(await HttpServer.start(endpoint(seen)));
        const here = opened(
          await HttpServer.start(redirecting(status, there.url('/robot/connect'))),
        );
        const login = { user: 'ann', password: 'pw', token: 'sesame' };
        await call({ address: here.url('/rtcbot'), ...login });
        const basic = Buffer.from('ann:pw').toString('base64');
        assert.deepEqual(seen, [`POST /robot/connect?token=sesame true Basic ${basic}`]);
      });
    }

    it('does not hand its token to another server', async () => {
      const seen: string[] = [];
      const there = opened(await HttpServer.start(endpoint(seen)));
      const elsewhere = there.url('/connect').replace('127.0.0.1', 'localhost');
      const here = opened(await HttpServer.start(redirecting(301, elsewhere)));
      const address = here.url('/rtcbot');
      assert.equal(await codeOf({ address, token: 'sesame' }), 'call-redirected');
      assert.deepEqual(seen, []);
    });

    it('ends where a server sends it round and round', async () => {
      const around = opened(await HttpServer.start(redirecting(302, '/connect')));
      assert.equal(await codeOf({ address: around.url('/connect') }), 'call-refused');
    });

    it('is refused where the redirect leads to no server', async () => {
      const here = opened(await HttpServer.start(redirecting(302, 'mailto:ann@example.org')));
      assert.equal(await codeOf({ address: here.url('/rtcbot') }), 'call-refused');
    });
  });
});
