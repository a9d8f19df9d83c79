import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import express, { type Express, type RequestHandler } from 'express';
import type { NodeAPI } from 'node-red';
import { SettingError } from '../../engine/model/errors/errors';
import { normalisePath, publicPath, urlBase } from '../../nodes/lib/endpointPath';
import {
  HttpNodeOffError,
  type MountListener,
  Mounts,
  PathTakenError,
} from '../../nodes/lib/mount';
import { endpoint, post } from '../support/endpoints';
import { HttpServer } from '../support/HttpServer';

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** The part of Node-RED's API that mounting uses: an Express application as in the runtime. */
async function nodeRed(settings: object = {}) {
  const httpNode = express();
  const warnings: string[] = [];
  const RED = {
    httpNode,
    settings: { httpNodeRoot: '/', ...settings },
    log: { warn: (line: string) => warnings.push(line) },
  } as unknown as NodeAPI;
  const started = await HttpServer.start(express().use(publicPath(RED.settings, '/'), httpNode));
  server = started;
  const text = async (path: string, init?: RequestInit) =>
    (await fetch(started.url(path), init)).text();
  return { RED, httpNode, warnings, text, url: (path: string) => started.url(path) };
}

/** A claim of an endpoint whose page is its name, and what the listener was told. */
function claim(RED: NodeAPI, path: string, name = 'page', page = true) {
  const told: (string | Error)[] = [];
  const listener: MountListener = {
    mounted: () => told.push('mounted'),
    refused: error => told.push(error),
  };
  const assets = { page: name, script: Buffer.from(`${name} js`), module: Buffer.from('mjs') };
  const served = endpoint({ path, base: urlBase(RED.settings, path), assets, page });
  return { told, ...Mounts.of(RED).claim(path, served, listener) };
}

/** The core `http in` node as far as the server sees it. */
function httpIn(httpNode: Express, method: 'get' | 'post', path: string, text: string): void {
  httpNode[method](path, (_request, response) => void response.send(text));
}

const isOpen: RequestHandler = (_request, _response, next) => next();

describe('mounting an endpoint', () => {
  it('serves it at once, and no longer once it is closed', async () => {
    const { RED, text, url } = await nodeRed();
    const mount = claim(RED, '/rtcbot');
    assert.deepEqual(mount.told, ['mounted']);
    assert.equal(await text('/rtcbot'), 'page');
    assert.equal((await post(url('/rtcbot/connect'))).status, 200);
    mount.close();
    mount.close();
    assert.equal((await fetch(url('/rtcbot'))).status, 404);
    assert.equal((await post(url('/rtcbot/connect'))).status, 404);
  });

  it('adds one handler to the server, however often flows are deployed', async () => {
    const { RED, httpNode } = await nodeRed();
    let used = 0;
    const use = httpNode.use.bind(httpNode);
    Object.assign(httpNode, {
      use: (handler: RequestHandler) => {
        used += 1;
        return use(handler);
      },
    });
    for (let deploy = 0; deploy < 50; deploy++) claim(RED, '/rtcbot').close();
    // Each module of a package gets an API object of its own, on the same server.
    claim({ ...RED }, '/other');
    assert.equal(used, 1);
  });

  it('serves it below the root of the settings', async () => {
    const { RED, text, url } = await nodeRed({ httpNodeRoot: '/red/' });
    claim(RED, '/rtcbot', '{{base}}/rtcbot.js');
    assert.equal(await text('/red/rtcbot'), '/red/rtcbot/rtcbot.js');
    assert.equal((await fetch(url('/rtcbot'))).status, 404);
  });

  it('says so when the settings leave nodes without HTTP', async () => {
    const { RED, url } = await nodeRed({ httpNodeRoot: false });
    const mount = claim(RED, '/rtcbot');
    assert.equal(mount.told.length, 1);
    assert.ok(mount.told[0] instanceof HttpNodeOffError);
    assert.match(mount.told[0].message, /httpNodeRoot/);
    mount.close();
    assert.equal((await fetch(url('/rtcbot'))).status, 404);
  });
});

describe('two endpoints on one path', () => {
  it('give the second an error that names the path, and the path when the first is closed', async () => {
    const { RED, text } = await nodeRed();
    const first = claim(RED, '/rtcbot', 'first');
    const second = claim(RED, '/rtcbot', 'second');
    const third = claim(RED, '/rtcbot', 'third');
    const [error] = second.told;
    assert.ok(error instanceof PathTakenError);
    assert.match(error.message, /\/rtcbot/);
    assert.deepEqual(error.facts, { path: '/rtcbot' });
    assert.equal(await text('/rtcbot'), 'first');
    first.close();
    assert.deepEqual(second.told.slice(1), ['mounted']);
    assert.equal(third.told.length, 1);
    assert.equal(await text('/rtcbot'), 'second');
    second.close();
    assert.equal(await text('/rtcbot'), 'third');
  });

  it('leave the first alone when the second is closed', async () => {
    const { RED, text } = await nodeRed();
    const first = claim(RED, '/rtcbot', 'first');
    const second = claim(RED, '/rtcbot', 'second');
    second.close();
    assert.equal(await text('/rtcbot'), 'first');
    assert.deepEqual(first.told, ['mounted']);
    first.close();
    assert.equal(second.told.length, 1);
    assert.deepEqual(claim(RED, '/rtcbot').told, ['mounted']);
  });
});

describe('an endpoint that is closed twice', () => {
  it('does not take the path from the one that came after it', async () => {
    const { RED, text } = await nodeRed();
    const first = claim(RED, '/rtcbot', 'first');
    first.close();
    claim(RED, '/rtcbot', 'second');
    first.close();
    assert.equal(await text('/rtcbot'), 'second');
  });
});

describe('endpoints on nested paths', () => {
  for (const order of [
    ['/', '/rtcbot', '/rtcbot/deep'],
    ['/rtcbot/deep', '/rtcbot', '/'],
  ]) {
    it(`live side by side when they come as ${order.join(', ')}`, async () => {
      const { RED, text, url } = await nodeRed();
      const mounts = order.map(path => claim(RED, path, `at ${path}`));
      for (const path of order) {
        assert.equal(await text(path), `at ${path}`);
        const script = `${path === '/' ? '' : path}/rtcbot.js`;
        assert.equal(await text(script), `at ${path} js`);
      }
      mounts[order.indexOf('/rtcbot')]?.close();
      assert.equal((await fetch(url('/rtcbot'))).status, 404);
      assert.equal(await text('/rtcbot/deep'), 'at /rtcbot/deep');
      assert.equal(await text('/'), 'at /');
    });
  }

  it('give an address that two own to the longer path', async () => {
    const { RED, text, url } = await nodeRed();
    claim(RED, '/', 'short');
    claim(RED, '/connect', 'long');
    assert.equal(await text('/connect'), 'long');
    assert.equal((await post(url('/connect'))).status, 200);
  });
});

describe('an endpoint beside http in nodes', () => {
  for (const when of ['before', 'after'] as const) {
    it(`leaves them what is not its own, when they come ${when} it`, async () => {
      const { RED, httpNode, text } = await nodeRed();
      Mounts.of(RED);
      const others = () => {
        httpIn(httpNode, 'post', '/', 'posted to /');
        httpIn(httpNode, 'post', '/rtcbot', 'posted to /rtcbot');
        httpIn(httpNode, 'get', '/rtcbot/data', 'data');
      };
      if (when === 'before') others();
      const mounts = [claim(RED, '/'), claim(RED, '/rtcbot')];
      if (when === 'after') others();
      assert.equal(await text('/', { method: 'POST' }), 'posted to /');
      assert.equal(await text('/rtcbot', { method: 'POST' }), 'posted to /rtcbot');
      assert.equal(await text('/rtcbot/data'), 'data');
      for (const mount of mounts) mount.close();
      assert.equal(await text('/rtcbot', { method: 'POST' }), 'posted to /rtcbot');
    });
  }

  it('has its page before theirs, and gives the address back when it is closed', async () => {
    const { RED, httpNode, text } = await nodeRed();
    Mounts.of(RED);
    httpIn(httpNode, 'get', '/rtcbot', 'http in');
    const mount = claim(RED, '/rtcbot');
    assert.equal(await text('/rtcbot'), 'page');
    mount.close();
    assert.equal(await text('/rtcbot'), 'http in');
  });

  it('leaves them its own address when its page is off', async () => {
    const { RED, httpNode, text } = await nodeRed();
    claim(RED, '/', 'page', false);
    httpIn(httpNode, 'get', '/', 'a custom page');
    assert.equal(await text('/'), 'a custom page');
    assert.equal(await text('/rtcbot.js'), 'page js');
  });

  it('survives the removal of routes by path, as the core node does it', async () => {
    const { RED, httpNode, text } = await nodeRed();
    httpIn(httpNode, 'get', '/rtcbot', 'http in');
    claim(RED, '/rtcbot');
    const { stack } = (httpNode as unknown as { _router: { stack: { route?: object }[] } })._router;
    for (const layer of [...stack]) if (layer.route) stack.splice(stack.indexOf(layer), 1);
    assert.equal(await text('/rtcbot'), 'page');
  });
});

describe('the settings for nodes’ HTTP', () => {
  const refuse: RequestHandler = (_request, response) => void response.status(403).send('refused');
  const fail: RequestHandler = () => {
    throw new Error('middleware broke');
  };
  const failLater: RequestHandler = (_request, _response, next) => next(new Error('later'));
  const skip: RequestHandler = (_request, _response, next) => next('route');
  const never = (_e: unknown, _q: unknown, response: { send(text: string): void }, _n: unknown) =>
    response.send('error handler');
  for (const { it: sentence, httpNodeMiddleware, expected } of [
    { it: 'put a middleware in front', httpNodeMiddleware: refuse, expected: 'refused' },
    { it: 'let a middleware pass on', httpNodeMiddleware: isOpen, expected: 'page' },
    { it: 'put a list in front', httpNodeMiddleware: [isOpen, [refuse]], expected: 'refused' },
    { it: 'pass error handlers by', httpNodeMiddleware: [never, isOpen], expected: 'page' },
    {
      it: 'survive a middleware that throws',
      httpNodeMiddleware: fail,
      expected: 'Internal Server Error',
    },
    {
      it: 'survive a middleware that fails',
      httpNodeMiddleware: [isOpen, failLater],
      expected: 'Internal Server Error',
    },
    { it: 'let a middleware skip the route', httpNodeMiddleware: skip, expected: 'http in' },
    { it: 'ignore a middleware that is none', httpNodeMiddleware: 'x', expected: 'page' },
  ]) {
    it(sentence, async () => {
      const { RED, httpNode, text, warnings } = await nodeRed({ httpNodeMiddleware });
      claim(RED, '/rtcbot');
      httpIn(httpNode, 'get', '/rtcbot', 'http in');
      assert.equal(await text('/rtcbot'), expected);
      assert.equal(warnings.length, expected.startsWith('Internal') ? 1 : 0);
    });
  }

  it('run the middleware once for our requests and not at all for those of others', async () => {
    const seen: string[] = [];
    const httpNodeMiddleware: RequestHandler = (request, _response, next) => {
      seen.push(request.url);
      next();
    };
    const { RED, httpNode, text } = await nodeRed({ httpNodeMiddleware });
    claim(RED, '/');
    httpIn(httpNode, 'get', '/flow', 'http in');
    await text('/rtcbot.js');
    assert.equal(await text('/flow'), 'http in');
    assert.deepEqual(seen, ['/rtcbot.js']);
  });

  it('open the endpoint to pages of other origins by httpNodeCors, preflight included', async () => {
    const { RED, url } = await nodeRed({
      httpNodeCors: { origin: 'http://robot', methods: 'POST' },
    });
    claim(RED, '/rtcbot');
    const preflight = await fetch(url('/rtcbot/connect'), { method: 'OPTIONS' });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-methods'), 'POST');
    const got = await post(url('/rtcbot/connect'));
    assert.equal(got.status, 200);
    assert.equal(got.headers.get('access-control-allow-origin'), 'http://robot');
  });

  it('keep it closed to other origins without httpNodeCors', async () => {
    const { RED, url } = await nodeRed();
    claim(RED, '/rtcbot');
    const got = await post(url('/rtcbot/connect'));
    assert.equal(got.headers.has('access-control-allow-origin'), false);
    assert.equal((await fetch(url('/rtcbot/connect'), { method: 'OPTIONS' })).status, 405);
  });
});

describe('normalisePath', () => {
  for (const [path, expected] of [
    ['/rtcbot', '/rtcbot'],
    ['rtcbot', '/rtcbot'],
    ['/rtcbot/', '/rtcbot'],
    [' a//b/ ', '/a/b'],
    ['', '/'],
    ['/', '/'],
    ['///', '/'],
    ['/Küche 1', '/Küche 1'],
  ] as const) {
    it(`makes "${expected}" of "${path}"`, () => {
      assert.equal(normalisePath(path), expected);
      assert.equal(normalisePath(expected), expected);
    });
  }

  for (const path of ['/a?b', '/a#b', '/a%20b', '/a\\b', '/a\nb', '/a/../b', './a']) {
    it(`refuses ${JSON.stringify(path)}`, () => {
      assert.throws(() => normalisePath(path), SettingError);
    });
  }
});

describe('what a browser sees of a path', () => {
  for (const [httpNodeRoot, path, shown, base] of [
    ['/', '/rtcbot', '/rtcbot', '/rtcbot'],
    [undefined, '/rtcbot', '/rtcbot', '/rtcbot'],
    ['/', '/', '/', ''],
    ['/red/', '/', '/red', '/red'],
    ['/red/', '/rtcbot', '/red/rtcbot', '/red/rtcbot'],
    ['/a%20b/', '/Küche 1', '/a%20b/Küche 1', '/a%20b/K%C3%BCche%201'],
    [false, '/rtcbot', '/rtcbot', '/rtcbot'],
  ] as const) {
    it(`is ${shown} for ${path} below ${httpNodeRoot}, with URLs on ${base || 'nothing'}`, () => {
      assert.equal(publicPath({ httpNodeRoot }, path), shown);
      assert.equal(urlBase({ httpNodeRoot }, path), base);
    });
  }
});
