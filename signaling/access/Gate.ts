import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Reply, textReply } from '../reply';
import { AllowList } from './AllowList';
import { isLoopbackAddress } from './authority';
import { type Caller, judge, type OriginRules, refusalFor, type Verdict } from './originPolicy';

/** Nothing but this server's own pages, under names that are local for every machine. */
const OWN_ONLY: OriginRules = {
  allowed: AllowList.parse(''),
  machine: () => ({ hostname: '', searchDomains: [], addresses: [] }),
};

/** How long a browser may remember what a preflight was answered, in seconds. */
const PREFLIGHT_S = 600;
const ALLOW_ORIGIN = 'Access-Control-Allow-Origin';

/**
 * Stands in front of every route of an endpoint: lets in this server's own pages, programs, those
 * pages of others that the node's allow list or the server's CORS settings name, and nobody else. Of the
 * CORS headers of an answer, those for listed pages are its own.
 */
export class Gate {
  readonly #rules: OriginRules;

  constructor(rules: OriginRules = OWN_ONLY) {
    this.#rules = rules;
  }

  /** Where a request comes from. */
  verdictOf(request: IncomingMessage): Verdict {
    return judge(callerOf(request), this.#rules);
  }

  /** Whether the allow list names the page that asks: then the server's CORS settings do not count. */
  lists(request: IncomingMessage): boolean {
    return this.verdictOf(request).kind === 'listed';
  }

  /**
   * Lets a request in. An Access-Control-Allow-Origin that is on the response already comes from the
   * server's settings, which allow it then.
   * @param isPublic for what holds no secret and does nothing: refused only to those who name a wrong
   *   origin or host
   * @throws Refusal 403
   */
  admit(request: IncomingMessage, response: ServerResponse, isPublic = false): Verdict {
    const verdict = this.verdictOf(request);
    if (verdict.kind === 'listed') allow(response, verdict.origin);
    const refusal = refusalFor(verdict);
    if (!refusal || isAllowedByServer(verdict, response)) return verdict;
    const isUnsaid = verdict.kind === 'foreign' && request.headers.origin === undefined;
    if (isPublic && isUnsaid) return verdict;
    throw refusal;
  }

  /** Which pages may embed what is served, as Cross-Origin-Resource-Policy says it. */
  resourcePolicy(verdict: Verdict, response: ServerResponse): 'same-origin' | 'cross-origin' {
    const isOpen = this.#rules.allowed.sources.includes('*') || allowedOrigin(response) === '*';
    return isOpen || verdict.kind === 'listed' || isAllowedByServer(verdict, response)
      ? 'cross-origin'
      : 'same-origin';
  }

  /** The origins in the allow list, as sources of a Content-Security-Policy. */
  get sources(): readonly string[] {
    return this.#rules.allowed.sources;
  }
}

/** Whether a browser asks if a page may send a request. */
export function isPreflight({
  method,
  headers,
}: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** The answer to a preflight of a listed page. */
export function preflightReply({ headers }: IncomingMessage, methods: readonly string[]): Reply {
  const asked = headers['access-control-request-headers'];
  return {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': methods.join(', '),
      ...(asked === undefined ? {} : { 'Access-Control-Allow-Headers': asked }),
      'Access-Control-Max-Age': String(PREFLIGHT_S),
    },
  };
}

/** The answer to a method that a route does not take. */
export function wrongMethod(methods: readonly string[]): Reply {
  const allow = methods.join(', ');
  return textReply(405, `Only ${allow} here`, { Allow: allow });
}

function callerOf({ method = '', headers, socket }: IncomingMessage): Caller {
  return {
    method,
    headers,
    isEncrypted: 'encrypted' in socket && socket.encrypted === true,
    isLoopback: isLoopbackAddress(socket.remoteAddress ?? ''),
  };
}

function allow(response: ServerResponse, origin: string): void {
  response.setHeader(ALLOW_ORIGIN, origin);
  response.appendHeader('Vary', 'Origin');
  // What a page needs to know of a refusal.
  response.setHeader('Access-Control-Expose-Headers', 'Retry-After, WWW-Authenticate');
}

function isAllowedByServer(verdict: Verdict, response: ServerResponse): boolean {
  if (verdict.kind !== 'foreign' || verdict.origin === '') return false;
  const allowed = allowedOrigin(response);
  return allowed === '*' || allowed === verdict.origin;
}

function allowedOrigin(response: ServerResponse): unknown {
  return response.getHeader(ALLOW_ORIGIN);
}
