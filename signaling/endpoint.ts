import type { ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../engine/model/Clock';
import type { Answerer } from './Answerer';
import { AddressLimits } from './access/AddressLimits';
import { addressOf } from './access/addressOf';
import { Gate, isPreflight, preflightReply, wrongMethod } from './access/Gate';
import type { OriginRules, Verdict } from './access/originPolicy';
import { TokenGuard } from './access/TokenGuard';
import { type Asset, assetReply, pageAsset, scriptAsset } from './asset';
import { type ConnectHandler, createConnect } from './connect';
import { QuietLog } from './QuietLog';
import { refusalOf, tooFast } from './Refusal';
import type { Request } from './readBody';
import { reply, textReply } from './reply';
import { type RequestTarget, targetOf } from './requestTarget';

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
  /** Whose pages may ask. Default: this server's own, under local names. */
  readonly origins?: OriginRules;
  /** Whose pages besides this server's own may show the page in a frame, as sources of a CSP. Default: none. */
  readonly framedBy?: readonly string[];
  /** Longest offer, in bytes. Default 65536. */
  readonly maxBodyBytes?: number;
  /** How long an offer may take to arrive, in ms. Default 10000. */
  readonly bodyTimeoutMs?: number;
  /** Offers taken of one address in the long run, per second. Default 20. */
  readonly connectsPerSecond?: number;
  /** Offers taken of one address at once after a pause. Default 64. */
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

/** What of a request tells whose it is. */
export type RequestLine = Pick<Request, 'url' | 'method' | 'headers'>;

/** A handler that never throws, and passes to `next` what is not its own. */
export type Endpoint = Handler & {
  /** Whether it will answer this request itself. */
  owns(request: RequestLine): boolean;
  /** Whether its own list allows the page that asks, whatever the server's settings say. */
  lists(request: Request): boolean;
};

/** One address: the methods it takes, and what answers them. */
interface Route {
  readonly allow: readonly string[];
  /** Other methods are refused (405), not left to others. */
  readonly exclusive: boolean;
  /** It holds no secret and does nothing. */
  readonly isPublic: boolean;
  handle(call: Call): void;
}

/** A request that was let in. */
interface Call {
  readonly request: Request;
  readonly response: ServerResponse;
  readonly target: RequestTarget;
  readonly verdict: Verdict;
}

/** The page and the scripts for one address: some 100 visits at once, as behind a common proxy. */
const FILES = { perSecond: 50, burst: 300 };

/**
 * The HTTP side of a connection: the page at `path`, and below it the client library (`rtcbot.js`,
 * `rtcbot.mjs`) and RTCBot's signaling (`connect`).
 */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const clock = options.clock ?? systemClock;
  const log = new QuietLog(options.log ?? (() => {}), clock);
  const gate = new Gate(options.origins);
  const routes = routesOf(options, clock, log);
  const prefix = options.path === '/' ? '' : options.path;

  const find = (request: RequestLine) => {
    const target = targetOf(request.url);
    const route = target && routes.get(nameBelow(prefix, target.path) ?? '');
    if (!target || !route) return undefined;
    const isAllowed = route.allow.includes(request.method ?? '');
    const isOurs = isAllowed || route.exclusive || isPreflightFor(request, route);
    return isOurs ? { route, target, isAllowed } : undefined;
  };

  const handle: Handler = (request, response, next) => {
    const found = find(request);
    if (!found) {
      next();
      return;
    }
    const { route, target, isAllowed } = found;
    try {
      const verdict = gate.admit(request, response, route.isPublic);
      if (isAllowed) route.handle({ request, response, target, verdict });
      else if (verdict.kind === 'listed' && isPreflight(request)) {
        reply(request, response, clock, preflightReply(request, route.allow));
      } else reply(request, response, clock, wrongMethod(route.allow));
    } catch (error) {
      const { status, message, headers } = refusalOf(error);
      reply(request, response, clock, textReply(status, message, headers));
      log.write(`Request from ${addressOf(request)} refused with ${status}: ${message}`);
    }
  };
  return Object.assign(handle, {
    owns: (request: RequestLine) => find(request) !== undefined,
    lists: (request: Request) => gate.lists(request),
  });
}

function isPreflightFor(request: RequestLine, { allow }: Route): boolean {
  const method = request.headers['access-control-request-method'];
  return isPreflight(request) && allow.includes(method ?? '');
}

/** The routes by what stands behind the path: '/' for the path itself. */
function routesOf(options: EndpointOptions, clock: Clock, log: QuietLog) {
  const { answerer, assets, page, base, framedBy, token } = options;
  const { maxBodyBytes = 65536, bodyTimeoutMs = 10_000 } = options;
  const { connectsPerSecond = 20, connectBurst = 64 } = options;
  const limits = { maxBodyBytes, bodyTimeoutMs, connectsPerSecond, connectBurst };
  const tokens = new TokenGuard({ token, clock });
  const connect = createConnect({ answerer, tokens, log, clock, ...limits });
  const files = new AddressLimits({ ...FILES, clock });

  const routes = new Map<string, Route>([
    ['/rtcbot.js', assetRoute(scriptAsset('application/javascript', assets.script), files, clock)],
    ['/rtcbot.mjs', assetRoute(scriptAsset('text/javascript', assets.module), files, clock)],
    ['/connect', connectRoute(connect)],
  ]);
  // The path itself may be shared with a flow that takes, say, a form's POST there.
  if (page) {
    const visited = ({ request, target, verdict }: Call) => {
      // A visitor who may not connect must not be able to switch the camera on either.
      if (verdict.kind === 'foreign') return;
      const { headers } = request;
      if (tokens.isRight(addressOf(request), headers, target.query)) answerer.expect?.();
    };
    const asset = pageAsset(assets.page, base, framedBy);
    routes.set('/', pageRoute(assetRoute(asset, files, clock), visited));
  }
  return routes;
}

function assetRoute(asset: Asset, limits: AddressLimits, clock: Clock): Route {
  return {
    allow: ['GET', 'HEAD'],
    exclusive: true,
    isPublic: true,
    handle: ({ request, response }) => {
      const waitMs = limits.of(addressOf(request)).take();
      if (waitMs > 0) throw tooFast('Too many requests at once', waitMs);
      reply(request, response, clock, assetReply(asset, request.headers));
    },
  };
}

function pageRoute(route: Route, visited: (call: Call) => void): Route {
  return {
    ...route,
    exclusive: false,
    handle: call => {
      route.handle(call);
      if (call.request.method === 'GET') visited(call);
    },
  };
}

function connectRoute(connect: ConnectHandler): Route {
  return {
    allow: ['POST'],
    exclusive: true,
    isPublic: false,
    handle: ({ request, response, target }) => void connect(request, response, target.query),
  };
}

/** What of a path lies below the prefix, '/' for the prefix itself; one trailing slash is ignored. */
function nameBelow(prefix: string, path: string): string | undefined {
  if (path === prefix) return '/';
  if (!path.startsWith(`${prefix}/`)) return undefined;
  return path.slice(prefix.length).replace(/([^/])\/$/, '$1');
}
