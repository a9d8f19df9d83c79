import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, it } from 'node:test';
import type { Endpoint } from '../../signaling/endpoint';
import { createPictures, type PictureFeed, type PicturesOptions } from '../../signaling/pictures';
import { alone } from '../support/endpoints';
import { HttpServer } from '../support/HttpServer';
import { ManualClock } from '../support/ManualClock';
import { settled } from '../support/settled';
import { waitFor } from '../support/waitFor';

const ONE = Buffer.from('one');
const TWO = Buffer.from('two');
const DELIMITER = '--picture\r\n';

let server: HttpServer;
afterEach(() => server.close());

/** Serves pictures at /display that a test puts by hand. */
async function serve(options: Partial<PicturesOptions> = {}) {
  const viewers = new Set<Parameters<PictureFeed['watch']>>();
  const feed: PictureFeed = {
    watch: (...viewer) => {
      viewers.add(viewer);
      return () => void viewers.delete(viewer);
    },
  };
  const clock = new ManualClock();
  const endpoint: Endpoint = createPictures({ path: '/display', feed, clock, ...options });
  server = await HttpServer.start(alone(endpoint));
  const put = (jpeg: Buffer) => {
    for (const [picture] of viewers) picture(jpeg);
  };
  const end = () => {
    for (const [, ended] of viewers) ended();
  };
  const watched = (count: number) =>
    waitFor(`${count} viewers`, 10_000, () => viewers.size === count, { everyMs: 5 });
  return { put, end, watched, clock };
}

/** A viewer of the stream who reads when told to. */
class Viewer {
  readonly response: IncomingMessage;
  #text = '';

  private constructor(response: IncomingMessage) {
    this.response = response;
  }

  static async open(): Promise<Viewer> {
    const request = get(server.url('/display'), { agent: false });
    const [response] = await once(request, 'response');
    response.on('error', () => {}); // The end of a stream that was left.
    return new Viewer(response);
  }

  /** Reads until the text has come; gives all that came so far. */
  async until(text: string): Promise<string> {
    const { response } = this;
    while (!this.#text.includes(text)) {
      const chunk: Buffer | null = response.read();
      if (chunk) this.#text += chunk.toString('latin1');
      else await once(response, 'readable');
    }
    return this.#text;
  }

  leave(): void {
    this.response.destroy();
  }
}

function partOf(text: string): string {
  const head = `Content-Type: image/jpeg\r\nContent-Length: ${text.length}\r\n\r\n`;
  return `${head}${text}\r\n${DELIMITER}`;
}

describe('pictures over HTTP', () => {
  it('are a multipart stream in which each picture is whole at once', async () => {
    const { put, watched } = await serve();
    const viewer = await Viewer.open();
    const { statusCode, headers } = viewer.response;
    assert.equal(statusCode, 200);
    assert.equal(headers['content-type'], 'multipart/x-mixed-replace; boundary=picture');
    assert.equal(headers['cache-control'], 'no-store');
    await watched(1);
    put(ONE);
    put(TWO);
    // The delimiter behind the second one is there, too, though no third one came.
    const text = `${DELIMITER}${partOf('one')}${partOf('two')}`;
    assert.equal(await viewer.until(text), text);
    viewer.leave();
    await watched(0);
  });

  it('reach several viewers, and one that left no more', async () => {
    const { put, watched } = await serve();
    const [one, other] = [await Viewer.open(), await Viewer.open()];
    await watched(2);
    put(ONE);
    await one.until(partOf('one'));
    one.leave();
    await watched(1);
    put(TWO);
    await other.until(`${partOf('one')}${partOf('two')}`);
    other.leave();
  });

  it('skip for a viewer that is too slow, but for the newest', async () => {
    const { put, watched } = await serve();
    const viewer = await Viewer.open();
    await watched(1);
    const count = 100;
    const filling = 'x'.repeat(200_000);
    for (let number = 1; number <= count; number += 1) {
      put(Buffer.from(`${filling} number ${number};`));
      await settled();
    }
    const text = await viewer.until(`number ${count};`);
    assert.ok(text.length < (count * filling.length) / 2, `${text.length} bytes were queued`);
    viewer.leave();
  });

  it('ask for a token, and for a pause when wrong ones were given, of this address alone', async () => {
    await serve({ token: 'right' });
    const ask = async (address: string, token: string) => {
      const headers = { 'X-Forwarded-For': address };
      const url = server.url(`/display?token=${token}`);
      return (await fetch(url, { method: 'HEAD', headers })).status;
    };
    for (let guess = 0; guess < 10; guess++) assert.equal(await ask('6.6.6.6', 'wrong'), 401);
    assert.equal(await ask('6.6.6.6', 'right'), 429);
    assert.equal(await ask('1.2.3.4', 'right'), 200);
  });

  it('are refused to an address that asks too often, before anything is looked at', async () => {
    const { clock } = await serve({ token: 'right' });
    const ask = async (address: string) => {
      const headers = { 'X-Forwarded-For': address };
      return (await fetch(server.url('/display.jpg'), { headers })).status;
    };
    for (let asked = 0; asked < 100; asked++) await ask('6.6.6.6');
    assert.equal(await ask('6.6.6.6'), 429);
    assert.equal(await ask('1.2.3.4'), 401);
    clock.advance(1000);
    assert.equal(await ask('6.6.6.6'), 401);
  });

  it('are refused to more viewers than the limit, until one leaves', async () => {
    const { watched } = await serve({ mostViewers: 1 });
    const first = await Viewer.open();
    await watched(1);
    const refused = await fetch(server.url('/display'));
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '5');
    first.leave();
    await watched(0);
    const next = await Viewer.open();
    assert.equal(next.response.statusCode, 200);
    next.leave();
  });

  it('are single at the address with .jpg', async () => {
    const { put, watched } = await serve();
    const asked = fetch(server.url('/display.jpg'));
    await watched(1);
    put(ONE);
    put(TWO);
    const response = await asked;
    assert.equal(response.headers.get('content-type'), 'image/jpeg');
    assert.equal(response.headers.get('content-length'), '3');
    assert.equal(await response.text(), 'one');
    await watched(0);
  });

  it('are not waited for without end', async () => {
    const { watched, clock } = await serve({ waitMs: 1000 });
    const asked = fetch(server.url('/display.jpg'));
    await watched(1);
    clock.advance(1000);
    assert.equal((await asked).status, 503);
    await watched(0);
    assert.equal(clock.pending, 0);
  });

  it('end when the feed ends', async () => {
    const { end, watched } = await serve();
    const viewer = await Viewer.open();
    const asked = fetch(server.url('/display.jpg'));
    await watched(2);
    end();
    assert.equal((await asked).status, 503);
    viewer.response.resume();
    await once(viewer.response, 'end');
    await watched(0);
  });

  it('take the newest picture that the feed has at hand', async () => {
    const feed = {
      watch: (viewer: (jpeg: Buffer) => void) => {
        viewer(TWO);
        return () => {};
      },
    };
    await serve({ feed });
    assert.equal(await (await fetch(server.url('/display.jpg'))).text(), 'two');
    const viewer = await Viewer.open();
    await viewer.until(partOf('two'));
    viewer.leave();
  });

  for (const { it: sentence, path, method = 'GET', status } of [
    { it: 'need the token', path: '/display', status: 401 },
    { it: 'need the token for a single one', path: '/display.jpg', status: 401 },
    { it: 'need the right token', path: '/display?token=wrong', status: 401 },
    { it: 'take the token', path: '/display?token=sesame', method: 'HEAD', status: 200 },
    { it: 'leave other paths to others', path: '/display/x?token=sesame', status: 404 },
    { it: 'leave other methods to others', path: '/display', method: 'POST', status: 404 },
  ]) {
    it(sentence, async () => {
      await serve({ token: 'sesame' });
      const response = await fetch(server.url(path), { method });
      assert.equal(response.status, status);
      await response.arrayBuffer();
    });
  }
});
