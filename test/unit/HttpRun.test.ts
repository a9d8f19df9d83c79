import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { FfmpegCapture } from '../../engine/capture/ffmpeg/FfmpegCapture';
import type { UrlOptions } from '../../engine/capture/url';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { type Clock, systemClock } from '../../engine/model/Clock';
import { type MediaError, UnauthorizedError } from '../../engine/model/errors/errors';
import type { OriginRun } from '../../engine/model/Origin';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import {
  jpegPictures,
  multipartCamera,
  ODD_MULTIPARTS,
  sendPicture,
  withoutRanges,
} from '../streams/httpCamera';
import { ffmpegBytes } from '../streams/streamBytes';
import { HttpServer } from '../support/HttpServer';
import { ManualClock } from '../support/ManualClock';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 20_000;
const PICTURES = jpegPictures(5);
const [PICTURE = Buffer.alloc(0)] = PICTURES;

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function serve(listener: RequestListener): Promise<HttpServer> {
  const server = await HttpServer.start(listener);
  cleanUps.push(() => server.close());
  return server;
}

/** What is captured from an address, as it comes. */
function capture(url: string, more: Partial<UrlOptions> = {}, clock: Clock = systemClock) {
  const options: UrlOptions = { source: 'url', url, rtspTransport: 'tcp', ...more };
  const units: AccessUnit[] = [];
  const failures: MediaError[] = [];
  const origin = new FfmpegCapture(options, { ffmpeg: new FfmpegFinder(), clock });
  const run: OriginRun = origin.open({
    unit: unit => units.push(unit),
    failed: error => failures.push(error),
    ended: () => {},
  });
  cleanUps.push(() => run.close());
  const until = async (count: number) => {
    await waitFor(
      `${count} pictures`,
      LIMIT_MS,
      () => units.length >= count || failures.length > 0,
    );
    assert.deepEqual(failures, []);
  };
  const failure = async () => {
    await waitFor('failure', LIMIT_MS, () => failures.length > 0);
    return failures[0];
  };
  return { run, units, until, failure };
}

describe('a multipart camera', () => {
  for (const [name, marks] of Object.entries(ODD_MULTIPARTS)) {
    it(`is shown ${name}`, async () => {
      const server = await serve(multipartCamera(PICTURES, marks));
      const { units, until } = capture(server.url('/video'));
      await until(3);
      for (const [index, { codec, data, width }] of units.slice(0, 3).entries()) {
        assert.deepEqual(
          [codec, width, data.equals(PICTURES[index] ?? Buffer.alloc(0))],
          ['JPEG', 320, true],
        );
      }
    });
  }

  it('that cuts a picture off goes on with the next', async () => {
    const torn = PICTURES.map((jpeg, index) => (index === 1 ? jpeg.subarray(0, 3000) : jpeg));
    const server = await serve(
      multipartCamera(torn, ODD_MULTIPARTS['as the standard has it'] as never),
    );
    const { units, until } = capture(server.url('/video'));
    await until(3);
    assert.ok(units.every(({ data }) => PICTURES.some(whole => whole.equals(data))));
  });

  it('is read at the wanted size by ffmpeg', async () => {
    const server = await serve(
      multipartCamera(PICTURES, ODD_MULTIPARTS['without a first boundary'] as never),
    );
    const { units, until } = capture(server.url('/video'), { width: 160 });
    await until(2);
    assert.deepEqual([units[0]?.codec, units[0]?.width, units[0]?.height], ['I420', 160, 120]);
  });
});

describe('an address that gives one picture for each request', () => {
  it('is asked at the wanted rate, over one connection', async () => {
    const ports = new Set<number | undefined>();
    const server = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      sendPicture(response, PICTURE);
    });
    const { units, until } = capture(server.url('/snapshot.jpg'), { frameRate: 10 });
    await until(11);
    const spanMs = (units[10]?.timestampMs ?? 0) - (units[0]?.timestampMs ?? 0);
    assert.ok(spanMs > 850 && spanMs < 3000, `ten intervals in ${spanMs} ms`);
    assert.equal(ports.size, 1);
  });

  it('stays live between pictures that are a minute apart, and hands the last one to who comes late', async () => {
    const clock = new ManualClock();
    let requests = 0;
    const server = await serve((_request, response) => {
      requests += 1;
      sendPicture(response, PICTURE, 'application/octet-stream');
    });
    const { run, units, until } = capture(server.url('/'), { frameRate: 1 / 60 }, clock);
    await until(1);
    await waitFor('the next request to be planned', LIMIT_MS, () => clock.pending > 1);
    clock.advance(59_000);
    assert.deepEqual([requests, run.catchUp?.().length], [1, 1]);
    clock.advance(1000);
    await until(2);
    assert.equal(units.length, 2);
  });

  it('bears a failure now and then', async () => {
    const refusals: ((response: ServerResponse) => void)[] = [
      response => response.writeHead(503).end(),
      response => response.destroy(),
    ];
    let requests = 0;
    const server = await serve((_request, response) => {
      requests += 1;
      const refuse = requests % 2 === 0 ? refusals.shift() : undefined;
      if (refuse) refuse(response);
      else sendPicture(response, PICTURE);
    });
    const { until } = capture(server.url('/'), { frameRate: 20 });
    await until(6);
  });

  it('fails when none comes for as long as is set, with what the last request met', async () => {
    const clock = new ManualClock();
    let requests = 0;
    const server = await serve((_request, response) => {
      requests += 1;
      if (requests === 1) sendPicture(response, PICTURE);
      else response.writeHead(503).end();
    });
    const options = { frameRate: 1, silenceMs: 30_000 };
    const { until, failure } = capture(server.url('/'), options, clock);
    await until(1);
    for (let second = 1; second < 30; second += 1) {
      await waitFor('the next request to be planned', LIMIT_MS, () => clock.pending > 1);
      const before = requests;
      clock.advance(1000);
      await waitFor('a request', LIMIT_MS, () => requests > before);
    }
    await until(1);
    clock.advance(1000);
    const error = await failure();
    assert.equal(error?.code, 'unreachable');
    assert.match(error?.message ?? '', /503/);
  });

  it('is logged in to by Digest once, and by its next number from then on', async () => {
    const counts: string[] = [];
    const md5 = (text: string) => createHash('md5').update(text).digest('hex');
    const server = await serve((request, response) => {
      const given = Object.fromEntries(
        Array.from((request.headers.authorization ?? '').matchAll(/(\w+)="?([^",]*)/g), m => [
          m[1],
          m[2],
        ]),
      );
      const secret = md5('ann:cam:pass:word');
      const subject = md5(`GET:${request.url}`);
      const right = md5(`${secret}:n1:${given.nc}:${given.cnonce}:auth:${subject}`);
      if (given.response === right) {
        counts.push(given.nc);
        sendPicture(response, PICTURE);
        return;
      }
      const challenge = 'Digest realm="cam", nonce="n1", qop="auth,auth-int", algorithm=MD5';
      response.writeHead(401, { 'www-authenticate': ['Basic realm="cam"', challenge] }).end();
    });
    const login = { user: 'ann', password: 'pass:word', frameRate: 20 };
    const { until } = capture(server.url('/snap?channel=1'), login);
    await until(3);
    assert.deepEqual(counts.slice(0, 3), ['00000001', '00000002', '00000003']);
    const wrong = capture(server.url('/snap'), { ...login, password: 'other' });
    assert.ok((await wrong.failure()) instanceof UnauthorizedError);
  });
});

describe('a login', () => {
  it('follows a redirection on its host, and stays behind when that leads elsewhere', async () => {
    const seen: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      const isLoggedIn = request.headers.authorization !== undefined;
      if (request.url === '/last') {
        seen.push(request.headers.authorization);
        sendPicture(response, PICTURE);
      } else if (!isLoggedIn) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      } else {
        const host = request.url === '/near' ? '127.0.0.1' : 'localhost';
        response.writeHead(302, { location: `http://${host}:${server.port}/last` }).end();
      }
    });
    const login = { user: 'ann', password: 'secret' };
    await capture(server.url('/near'), login).until(1);
    await capture(server.url('/far'), login).until(1);
    assert.deepEqual([Boolean(seen[0]), seen.at(-1)], [true, undefined]);
  });
});

describe('a web server', () => {
  for (const { status, code } of [
    { status: 401, code: 'unauthorized' },
    { status: 403, code: 'unauthorized' },
    { status: 404, code: 'stream-missing' },
    { status: 405, code: 'request-refused' },
    { status: 410, code: 'stream-gone' },
    { status: 429, code: 'too-many-requests' },
    { status: 500, code: 'unreachable' },
  ]) {
    it(`that answers ${status} is said to be ${code}`, async () => {
      const server = await serve((_request, response) => response.writeHead(status).end());
      assert.equal((await capture(server.url('/')).failure())?.code, code);
    });
  }

  it('that speaks no TLS is said so', async () => {
    const server = await serve((_request, response) => response.end());
    const { failure } = capture(server.url('/').replace('http:', 'https:'));
    const error = await failure();
    assert.equal(error?.code, 'tls-failed');
    assert.match(error?.message ?? '', /wrong version|packet/i);
  });

  it('that gives a page is said so', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Hello');
    });
    const error = await capture(server.url('/')).failure();
    assert.match(error?.message ?? '', /web page/);
  });

  it('that speaks no HTTP is left to ffmpeg, which says what it finds', async () => {
    const server = createServer(socket => {
      socket
        .on('error', () => {})
        .resume()
        .end('what?\n');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => new Promise(resolve => server.close(resolve)));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    assert.ok(await capture(`http://127.0.0.1:${port}/`).failure());
  });
});

describe('a playlist', () => {
  const film = (size: string) =>
    ffmpegBytes([
      ...['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25`, '-t', '3', '-c:v', 'libx264'],
      ...['-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25', '-pix_fmt', 'yuv420p'],
      ...['-f', 'mpegts', 'pipe:1'],
    ]);
  const small = film('160x120');
  const large = film('320x240');
  const media = (name: string) =>
    `#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:3,\n${name}.ts\n#EXT-X-ENDLIST\n`;
  const files: Readonly<Record<string, string | Buffer>> = {
    '/live?id=1': [
      '#EXTM3U',
      '#EXT-X-STREAM-INF:BANDWIDTH=200000,RESOLUTION=160x120,CODECS="avc1.42c00a"',
      'small',
      '#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"',
      'sound',
      '#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=320x240,CODECS="avc1.42c00d"',
      'large',
    ].join('\n'),
    '/small': media('small'),
    '/large': media('large'),
    '/small.ts': small,
    '/large.ts': large,
  };
  const asked: string[] = [];
  const listener: RequestListener = (request, response) => {
    asked.push(request.url ?? '');
    const file = files[request.url ?? ''];
    const length = { 'content-length': Buffer.byteLength(file ?? '') };
    response.writeHead(file ? 200 : 404, { 'content-type': 'text/plain', ...length }).end(file);
  };

  it('whose address does not say so is played at its pace, in the best of its variants', async () => {
    const server = await serve(listener);
    const { units, until } = capture(server.url('/live?id=1'));
    await until(50);
    assert.deepEqual([units[0]?.codec, units[0]?.width], ['H264', 320]);
    const spanMs = (units[49]?.timestampMs ?? 0) - (units[0]?.timestampMs ?? 0);
    assert.ok(spanMs > 1200, `two seconds of pictures in ${spanMs} ms`);
    assert.ok(!asked.some(path => /small|sound/.test(path)), `${asked}`);
  });

  it('and a recording are read from a server that knows no ranges', async () => {
    const server = await serve(withoutRanges(listener));
    const { units, until } = capture(server.url('/large.ts'));
    await until(10);
    assert.equal(units[0]?.width, 320);
  });
});
