import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readCells } from '../../engine/capture/testPattern/timeCells';
import { type FlowNode, flowNode, TAB } from '../support/flowNode';
import { cameraNode, connectionNode, displayNode } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { observed, observers } from '../support/observers';
import { meanColor, pixelsOf } from '../support/pixels';
import { waitFor } from '../support/waitFor';

/** bcrypt of "let me in". */
const PASSWORD_HASH = '$2b$08$mLvV5TvhrIc.24KaEObp.ORRvlJQKw1HOrcT5aPKhFOby.lWrOEWi';
/** A picture may be so old on a busy machine, in ms. */
const BEHIND_MS = 3000;
const [WIDTH, HEIGHT] = [320, 240];
const CAMERA = { width: String(WIDTH), height: String(HEIGHT), frameRate: '20', linger: '0' };

const served = (id: string, settings: Partial<FlowNode> = {}) =>
  displayNode({ id, http: true, path: `/${id}`, ...settings });

function flows(...displays: FlowNode[]): FlowNode[] {
  const camera = cameraNode({ ...CAMERA, wires: [displays.map(({ id }) => id), []] });
  return [TAB, camera, ...displays, ...observers()];
}

describe('the pictures of a display over HTTP', () => {
  let nodeRed: NodeRed;
  before(async () => {
    nodeRed = await NodeRed.start();
    // Deployed, not given at the start: credentials come with a deploy.
    const guarded = served('guarded', { credentials: { token: 'open sesame' } });
    await nodeRed.deploy(flows(served('display'), guarded));
  });
  after(() => nodeRed?.stop());

  const get = (path: string, init: RequestInit = {}) => fetch(nodeRed.origin + path, init);
  const statusOf = async (id: string) =>
    (await observed(nodeRed)).statuses.filter(({ node }) => node === id).at(-1);
  const statusIs = (id: string, text: string) =>
    waitFor(`status ${text}`, 10_000, async () => {
      assert.equal((await statusOf(id))?.text, text);
      return true;
    });

  it('are a live stream', async () => {
    const stream = await Stream.open(`${nodeRed.origin}/display`);
    assert.equal(stream.contentType, 'multipart/x-mixed-replace; boundary=picture');
    const times = [await stream.next(), await stream.next(), await stream.next()].map(timeIn);
    assert.ok(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0)));
    await statusIs('display', `${WIDTH}x${HEIGHT}`);
    await stream.close();
  });

  it('reach several viewers, and cost nothing when they have left', async () => {
    const streams = await Promise.all(
      [1, 2, 3].map(() => Stream.open(`${nodeRed.origin}/display`)),
    );
    for (const stream of streams) timeIn(await stream.next());
    await Promise.all(streams.map(stream => stream.close()));
    await waitFor('end of all processes', 10_000, () => nodeRed.descendants.length === 0);
    await statusIs('display', 'ready');
  });

  it('are single pictures of now', async () => {
    const response = await get('/display.jpg');
    assert.equal(response.headers.get('content-type'), 'image/jpeg');
    timeIn(Buffer.from(await response.arrayBuffer()));
  });

  it('ask for the token where one is set, and only there', async () => {
    for (const path of ['/guarded', '/guarded.jpg']) assert.equal((await get(path)).status, 401);
    const response = await get('/guarded.jpg?token=open+sesame');
    timeIn(Buffer.from(await response.arrayBuffer()));
    assert.doesNotMatch(nodeRed.log, /sesame/);
  });

  it('are for nobody when the token is gone', async () => {
    await nodeRed.deploy(flows(served('display', { guarded: true })));
    await statusIs('display', 'token missing');
    assert.equal((await get('/display.jpg')).status, 404);
  });

  it('are refused to the second node on a path, which says so until the path is free', async () => {
    const first = served('display');
    const second = served('second', { path: '/display' });
    const page = connectionNode({ path: '/display', wires: [[], [], [], []] });
    await nodeRed.deploy([...flows(first, second), page]);
    await statusIs('second', 'path taken');
    await statusIs('connection', 'path taken');
    const response = await get('/display.jpg');
    timeIn(Buffer.from(await response.arrayBuffer()));
    // Now there is something to tell of the first one, and still nothing better of the second.
    assert.equal((await statusOf('second'))?.text, 'path taken');

    await nodeRed.deploy(flows(second), { type: 'nodes' });
    await statusIs('second', 'ready');
    timeIn(Buffer.from(await (await get('/display.jpg')).arrayBuffer()));
  });

  it('are refused for a path that cannot be, and the status says so', async () => {
    await nodeRed.deploy(flows(served('display', { path: '/' })));
    await statusIs('display', 'wrong setting');
  });

  it('end with their node: the stream, the route, the processes', async () => {
    await nodeRed.deploy(flows(served('display')));
    const stream = await Stream.open(`${nodeRed.origin}/display`);
    timeIn(await stream.next());
    await nodeRed.deploy([TAB, ...observers()]);
    assert.equal((await get('/display')).status, 404);
    assert.equal((await get('/display.jpg')).status, 404);
    await waitFor('end of all processes', 15_000, () => nodeRed.descendants.length === 0);
    await stream.ended(15_000);
  });

  it('may be one that a flow put in once, for all who come', async () => {
    const red = 'ff0000';
    await nodeRed.deploy([
      TAB,
      flowNode('put', 'http in', { url: '/put', method: 'get', wires: [['picture', 'done']] }),
      flowNode('picture', 'function', {
        func: `const pixel = Buffer.from('${red}', 'hex');
return { payload: Buffer.alloc(64 * 48 * 3, pixel), format: 'rgb24', width: 64, height: 48 };`,
        wires: [['display']],
      }),
      flowNode('done', 'http response'),
      served('display'),
      ...observers(),
    ]);
    await get('/put');
    for (let viewer = 0; viewer < 2; viewer += 1) {
      const stream = await Stream.open(`${nodeRed.origin}/display`);
      const { red: r, green, blue } = meanColor(pixelsOf(await stream.next()));
      assert.ok(r > 240 && green < 16 && blue < 16, `${r} ${green} ${blue}`);
      const single = await get('/display.jpg');
      assert.deepEqual(single.headers.get('content-type'), 'image/jpeg');
      await single.arrayBuffer();
      await stream.close();
    }
  });
});

describe('the settings of Node-RED', () => {
  let nodeRed: NodeRed;
  before(async () => {
    nodeRed = await NodeRed.start({
      flows: flows(served('display')),
      settings: `httpNodeRoot: '/robot',
  httpNodeAuth: { user: 'robot', pass: '${PASSWORD_HASH}' },`,
    });
  });
  after(() => nodeRed?.stop());

  it('guard the pictures of a display, and move them', async () => {
    const headers = {
      Authorization: `Basic ${Buffer.from('robot:let me in').toString('base64')}`,
    };
    for (const path of ['/robot/display', '/robot/display.jpg']) {
      assert.equal((await fetch(nodeRed.origin + path)).status, 401);
    }
    assert.equal((await fetch(`${nodeRed.origin}/display`, { headers })).status, 404);
    const picture = await fetch(`${nodeRed.origin}/robot/display.jpg`, { headers });
    timeIn(Buffer.from(await picture.arrayBuffer()));
  });
});

/** When the picture was captured, as the clock in it says. @throws Error when that is not now */
function timeIn(jpeg: Buffer): number {
  const pixels = pixelsOf(jpeg);
  assert.equal(pixels.length, WIDTH * HEIGHT * 3);
  const time = readCells((x, y) => pixels[(y * WIDTH + x) * 3 + 1] ?? 0, WIDTH, HEIGHT);
  assert.ok(time !== undefined, 'the picture has no clock');
  assert.ok(Math.abs(Date.now() - time) < BEHIND_MS, `the picture is ${Date.now() - time} ms old`);
  return time;
}

/** A viewer of an MJPEG stream. */
class Stream {
  readonly contentType: string;
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  #read = Buffer.alloc(0);

  private constructor(response: Response, body: ReadableStreamDefaultReader<Uint8Array>) {
    this.contentType = response.headers.get('content-type') ?? '';
    this.#body = body;
  }

  static async open(url: string): Promise<Stream> {
    const response = await fetch(url);
    assert.equal(response.status, 200);
    assert.ok(response.body);
    return new Stream(response, response.body.getReader());
  }

  /** The next picture. @throws Error at the end of the stream */
  async next(): Promise<Buffer> {
    for (;;) {
      const head = /Content-Length: (\d+)\r\n\r\n/.exec(this.#read.toString('latin1'));
      if (head) {
        const start = head.index + head[0].length;
        const end = start + Number(head[1]);
        if (this.#read.length >= end) {
          const jpeg = this.#read.subarray(start, end);
          this.#read = this.#read.subarray(end);
          return jpeg;
        }
      }
      const { value } = await this.#body.read();
      assert.ok(value, 'the stream ended');
      this.#read = Buffer.concat([this.#read, value]);
    }
  }

  /** Waits until the server has ended it. */
  async ended(limitMs: number): Promise<void> {
    const signal = AbortSignal.timeout(limitMs);
    signal.addEventListener('abort', () => void this.close());
    while (!(await this.#body.read()).done) signal.throwIfAborted();
    signal.throwIfAborted();
  }

  close(): Promise<void> {
    return this.#body.cancel();
  }
}
