import type { ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../engine/model/Clock';
import type { Answerer } from './Answerer';
import { type Asset, assetReply, pageAsset, scriptAsset } from './asset';
import { type ConnectHandler, createConnect } from './connect';
import type { Request } from './readBody';
import { type Reply, reply, textReply } from './reply';
import { type RequestTarget, targetOf } from './requestTarget';
import { hasToken } from './token';

/** What the endpoint serves from memory. */
export interface EndpointAssets {
  /** HTML of the ready-made page; each `{{base}}` in it becomes `EndpointOptions.base`. */
  readonly page: string;
  /** rtcbot.js, with the global `rtcbot`. */
  readonly script: Buffer;
  /** rtcbot.mjs, an ES module. */
  readonly module: Buffer;
}

export interface EndpointOptions {
  /** Path of the page, below which all else lies: begins with '/', does not end with it unless it is '/'. */
  readonly path: string;
  /** The path as it stands in a URL, with the server's own root: '' for '/', else without a trailing slash. */
  readonly base: string;
  readonly answerer: Answerer;
  /** Serve the ready-made page. If not, its address is left to others; the scripts are served anyway. */
  readonly page: boolean;
  readonly assets: EndpointAssets;
  /** Access token that an offer must carry. Absent or empty: none. The page and scripts need none. */
  readonly token?: string | undefined;
  /** Longest offer, in bytes. Default 65536. */
  readonly maxBodyBytes?: number;
  /** How long an offer may take to arrive, in ms. Default 10000. */
  readonly bodyTimeoutMs?: number;
  /** Offers taken in the long run, per second. Default 20. */
  readonly connectsPerSecond?: number;
  /** Offers taken at once after a pause. Default 64. */
  readonly connectBurst?: number;
  /** Gets one line for each refused offer, at most one a second. No secrets in it. Default: none. */
  readonly log?: (line: string) => void;
  readonly clock?: Clock;
}

/** A handler as Express and Connect take it. */
export type Handler = (
  request: Request,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** A handler that never throws, and passes to `next` what is not its own. */
export type Endpoint = Handler & {
  /** Whether it will answer this request itself. */
  owns(request: Request): boolean;
};

/** One address: the methods it takes, and what answers them. */
interface Route {
  readonly allow: readonly string[];
  /** Other methods are refused (405), not left to others. */
  readonly exclusive: boolean;
  handle(request: Request, response: ServerResponse, target: RequestTarget): void;
}

/**
 * The HTTP side of a connection: the page at `path`, and below it the client library (`rtcbot.js`,
 * `rtcbot.mjs`) and RTCBot's signaling (`connect`).
 */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const routes = routesOf(options);
  const clock = options.clock ?? systemClock;
  const prefix = options.path === '/' ? '' : options.path;

  const find = (request: Request) => {
    const target = targetOf(request.url);
    const route = target && routes.get(nameBelow(prefix, target.path) ?? '');
    if (!target || !route) return undefined;
    const isAllowed = route.allow.includes(request.method ?? '');
    return isAllowed || route.exclusive ? { route, target, isAllowed } : undefined;
  };

  const handle: Handler = (request, response, next) => {
    const found = find(request);
    if (!found) next();
    else if (found.isAllowed) found.route.handle(request, response, found.target);
    else reply(request, response, clock, wrongMethod(found.route.allow.join(', ')));
  };
  return Object.assign(handle, { owns: (request: Request) => find(request) !== undefined });
}

/** The routes by what stands behind the path: '/' for the path itself. */
function routesOf({ answerer, assets, page, base, token, ...rest }: EndpointOptions) {
  const { clock = systemClock, log = () => {}, maxBodyBytes = 65536 } = rest;
  const { bodyTimeoutMs = 10_000, connectsPerSecond = 20, connectBurst = 64 } = rest;
  const limits = { maxBodyBytes, bodyTimeoutMs, connectsPerSecond, connectBurst };
  const connect = createConnect({ answerer, log, clock, ...limits, ...(token && { token }) });

  const routes = new Map<string, Route>([
    ['/rtcbot.js', assetRoute(scriptAsset('application/javascript', assets.script), true, clock)],
    ['/rtcbot.mjs', assetRoute(scriptAsset('text/javascript', assets.module), true, clock)],
    ['/connect', connectRoute(connect)],
  ]);
  // The path itself may be shared with a flow that takes, say, a form's POST there.
  if (page) {
    const visited = (request: Request, query: URLSearchParams) => {
      // A visitor who may not connect must not be able to switch the camera on either.
      if (!token || hasToken(token, request.headers, query)) answerer.expect?.();
    };
    routes.set('/', pageRoute(pageAsset(assets.page, base), visited, clock));
  }
  return routes;
}

function assetRoute(asset: Asset, exclusive: boolean, clock: Clock): Route {
  return {
    allow: ['GET', 'HEAD'],
    exclusive,
    handle: (request, response) =>
      reply(request, response, clock, assetReply(asset, request.headers)),
  };
}

function pageRoute(
  asset: Asset,
  visited: (request: Request, query: URLSearchParams) => void,
  clock: Clock,
): Route {
  const route = assetRoute(asset, false, clock);
  return {
    ...route,
    handle: (request, response, target) => {
      route.handle(request, response, target);
      if (request.method === 'GET') visited(request, target.query);
    },
  };
}

function connectRoute(connect: ConnectHandler): Route {
  return {
    allow: ['POST'],
    exclusive: true,
    handle: (request, response, { query }) => void connect(request, response, query),
  };
}

function wrongMethod(allow: string): Reply {
  return textReply(405, `Only ${allow} here`, { Allow: allow });
}

/** What of a path lies below the prefix, '/' for the prefix itself; one trailing slash is ignored. */
function nameBelow(prefix: string, path: string): string | undefined {
  if (path === prefix) return '/';
  if (!path.startsWith(`${prefix}/`)) return undefined;
  return path.slice(prefix.length).replace(/([^/])\/$/, '$1');
}
