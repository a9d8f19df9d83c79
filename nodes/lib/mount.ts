import type { IncomingMessage } from 'node:http';
import cors from 'cors';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { MediaError } from '../../engine/model/errors/errors';
import type { Endpoint } from '../../signaling/endpoint';
import { publicPath } from './endpointPath';

/** Another node has the path. */
export class PathTakenError extends MediaError {
  readonly code = 'path-taken';
  constructor(path: string) {
    super(`Another node has the path ${path}: choose another path, or delete one of the nodes`, {
      path,
    });
  }
}

/** The settings of Node-RED leave nodes without an HTTP server. */
export class HttpNodeOffError extends MediaError {
  readonly code = 'http-off';
  constructor() {
    super('httpNodeRoot is false in settings.js: set it to a path, or use wired signaling');
  }
}

/** Learns what becomes of a claim. May be called before `claim` returns. */
export interface MountListener {
  /** The path is served now: at once, or as soon as the node that had it is closed. Once at most. */
  mounted(): void;
  /** The path is not served: until `mounted` if it is taken, for good if nodes have no HTTP. Once at most. */
  refused(error: PathTakenError | HttpNodeOffError): void;
}

/** A claim on a path. */
export interface Mount {
  /** Gives the path up; the next in line gets it. Idempotent. */
  close(): void;
}

interface Claim {
  readonly endpoint: Endpoint;
  /** Middleware and CORS of the settings, then the endpoint. */
  readonly handlers: readonly RequestHandler[];
  readonly listener: MountListener;
}

/** What Node-RED's parsers of bodies read. */
const PARSED = /^application\/(json|x-www-form-urlencoded)\b/i;

const mountsOf = new WeakMap<NodeAPI['httpNode'], Mounts>();

/**
 * The endpoints on Node-RED's HTTP server for nodes, under the same rules as the core `http in` node:
 * below httpNodeRoot, behind httpNodeAuth, through httpNodeMiddleware and httpNodeCors. One handler
 * stands in the server's stack for good and looks endpoints up, so nothing is ever taken out of
 * the stack, and what an endpoint does not own goes on to the `http in` nodes.
 */
export class Mounts {
  readonly #red: NodeAPI;
  /** By path; the first of each line is served, the others wait. */
  readonly #lines = new Map<string, Claim[]>();
  /** The served ones, longest path first. */
  #served: Claim[] = [];

  /**
   * The mounts of this runtime. Call it first when the node's file is loaded: that is before any
   * flow starts, so endpoints come before all `http in` nodes, whatever the order of deploys.
   */
  static of(RED: NodeAPI): Mounts {
    const known = mountsOf.get(RED.httpNode);
    if (known) return known;
    const mounts = new Mounts(RED);
    mountsOf.set(RED.httpNode, mounts);
    return mounts;
  }

  private constructor(RED: NodeAPI) {
    this.#red = RED;
    RED.httpNode.use((request, response, next) => this.#dispatch(request, response, next));
    // Absent where Node-RED has no server at all.
    const server: NodeAPI['server'] | undefined = RED.server;
    server?.prependListener('request', (request: IncomingMessage) => this.#keepBody(request));
  }

  /**
   * Serves an endpoint at its path (see `normalisePath`), or as soon as the path is free. With several
   * endpoints, the one with the longest path that owns a request gets it.
   */
  claim(path: string, endpoint: Endpoint, listener: MountListener): Mount {
    if (this.#red.settings.httpNodeRoot === false) {
      listener.refused(new HttpNodeOffError());
      return { close() {} };
    }
    const claim = { endpoint, listener, handlers: [...this.#middleware(endpoint), endpoint] };
    const line = this.#lines.get(path) ?? [];
    line.push(claim);
    this.#lines.set(path, line);
    if (line[0] === claim) this.#serve(claim);
    else listener.refused(new PathTakenError(path));
    return { close: () => this.#release(path, claim) };
  }

  #release(path: string, claim: Claim): void {
    const line = this.#lines.get(path) ?? [];
    const place = line.indexOf(claim);
    if (place < 0) return;
    line.splice(place, 1);
    const [next] = line;
    if (!next) this.#lines.delete(path);
    if (place > 0) return;
    if (next) this.#serve(next);
    else this.#sort();
  }

  #serve(claim: Claim): void {
    this.#sort();
    claim.listener.mounted();
  }

  #sort(): void {
    const byLength = [...this.#lines].sort(([a], [b]) => b.length - a.length);
    this.#served = byLength.flatMap(([, line]) => line.slice(0, 1));
  }

  /** What the settings put in front of every route of a node. */
  #middleware(endpoint: Endpoint): RequestHandler[] {
    const { httpNodeMiddleware, httpNodeCors } = this.#red.settings;
    // Typed as one function, documented and used as one or an array of them.
    const own = [httpNodeMiddleware as unknown].flat(Number.POSITIVE_INFINITY).filter(isHandler);
    if (!httpNodeCors) return own;
    const serverCors = cors(httpNodeCors);
    const endpointCors: RequestHandler = (request, response, next) =>
      endpoint.lists(request) ? next() : serverCors(request, response, next);
    return [...own, endpointCors];
  }

  #dispatch(request: Request, response: Response, next: NextFunction): void {
    const claim = this.#served.find(({ endpoint }) => endpoint.owns(request));
    if (!claim) {
      next();
      return;
    }
    // The editor of Node-RED 4, which stands in front, opens everything to all origins.
    for (const name of response.getHeaderNames()) {
      if (name.startsWith('access-control-')) response.removeHeader(name);
    }
    this.#run(claim.handlers, request, response, next);
  }

  /**
   * Hides the type of a body that an endpoint will read itself. The editor, which stands in front,
   * would parse it: up to 5 MB before any limit of ours, and an offer that is posted as a form, as curl
   * does it, would come out in pieces.
   */
  #keepBody(request: IncomingMessage): void {
    const { headers, method, url = '' } = request;
    if (method !== 'POST' || !PARSED.test(headers['content-type'] ?? '')) return;
    const root = publicPath(this.#red.settings, '/').replace(/\/$/, '');
    if (!url.startsWith(`${root}/`)) return;
    const line = { method, headers, url: url.slice(root.length) };
    if (this.#served.some(({ endpoint }) => endpoint.owns(line))) {
      headers['content-type'] = 'text/plain';
    }
  }

  /** Calls the handlers one after the other, as Express does those of a route. */
  #run(
    [handler, ...others]: readonly RequestHandler[],
    request: Request,
    response: Response,
    next: NextFunction,
  ): void {
    const proceed = (outcome?: unknown) => {
      if (outcome === 'route' || outcome === 'router') next();
      else if (outcome) this.#fail(response, outcome);
      else this.#run(others, request, response, next);
    };
    try {
      if (handler) handler(request, response, proceed);
      else next();
    } catch (error) {
      this.#fail(response, error);
    }
  }

  /** Express's own answer would show the error's stack to the client. */
  #fail(response: Response, error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    this.#red.log.warn(`httpNodeMiddleware failed in front of an endpoint: ${detail}`);
    if (!response.headersSent) response.sendStatus(500);
  }
}

/** Those with four parameters handle errors; Express passes them by as well. */
function isHandler(value: unknown): value is RequestHandler {
  return typeof value === 'function' && value.length < 4;
}
