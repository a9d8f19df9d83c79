import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from '../Refusal';
import type { AllowList } from './AllowList';
import {
  authorityOf,
  isLocalName,
  isLoopbackName,
  isMachineName,
  type MachineNames,
  originOf,
} from './authority';

/** Who may ask besides this server's own pages, and what this server is called. */
export interface OriginRules {
  readonly allowed: AllowList;
  /** Asked for at each request: a machine's names and addresses change. */
  readonly machine: () => MachineNames;
}

/** What of a request tells which page it comes from. The same for requests and upgrades. */
export interface Caller {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** This server itself speaks TLS with the client. */
  readonly isEncrypted: boolean;
  /** The connection comes from this machine: a browser on it, or a proxy. */
  readonly isLoopback: boolean;
}

/** Where a request comes from. */
export type Verdict =
  /** A page of this server. */
  | { readonly kind: 'own' }
  /** No page is named: a program, an address that somebody has opened, or an old browser's GET. */
  | { readonly kind: 'unnamed' }
  /** A page of an origin in the allow list. */
  | { readonly kind: 'listed'; readonly origin: string }
  /** A page of any other origin. Where the browser tells no more, `origin` is empty. */
  | { readonly kind: 'foreign'; readonly origin: string }
  /** A name that may be a stranger's, who has let it point here. */
  | { readonly kind: 'strange-host'; readonly host: string };

/**
 * Tells which page a request comes from, by what no page can forge: Origin, Host, Sec-Fetch-* and
 * Referer. X-Forwarded-* and Forwarded are not looked at: a page whose name was rebound to our address
 * can set them, and any page where another handler lets preflights pass, as Node-RED 4's editor does.
 *
 * Sec-Fetch-Site tells most. Browsers send it only to https and to localhost, neither of which can
 * be rebound, and by their own address bar: so `same-origin` is true behind any reverse proxy,
 * whatever it makes of Host. On plain http, where it is missing, the Origin must be that of Host, and
 * Host a name that cannot be a stranger's.
 */
export function judge(caller: Caller, rules: OriginRules): Verdict {
  const { origin } = caller.headers;
  if (origin !== undefined) return judgeOrigin(caller, origin, rules);
  // Browsers name the origin in all other requests, upgrades of WebSockets included.
  if (caller.method !== 'GET' && caller.method !== 'HEAD') return { kind: 'unnamed' };
  return judgeGet(caller, rules);
}

/** The refusal that a verdict comes to; undefined for those who may ask. */
export function refusalFor(verdict: Verdict): Refusal | undefined {
  const cure = 'add it to Origins in the node';
  switch (verdict.kind) {
    case 'foreign':
      return new Refusal(
        403,
        verdict.origin === ''
          ? 'Pages of other servers may not ask for this: add their origin to Origins in the node'
          : `Pages of ${verdict.origin} may not connect here: ${cure}`,
      );
    case 'strange-host':
      return new Refusal(
        403,
        `This Node-RED does not know that ${verdict.host} is a name of its own: ${cure}`,
      );
    case 'own':
    case 'unnamed':
    case 'listed':
      return undefined;
    default:
      return verdict satisfies never;
  }
}

function judgeOrigin(caller: Caller, origin: string, rules: OriginRules): Verdict {
  const isAsked = askedBy(caller, origin, rules);
  if (isAsked === 'own') return { kind: 'own' };
  if (rules.allowed.allows(origin)) return { kind: 'listed', origin };
  if (isAsked === 'strange') return { kind: 'strange-host', host: caller.headers.host ?? '' };
  return { kind: 'foreign', origin };
}

/** Whether an origin is that of this server; `strange`: under a name that may be a stranger's. */
function askedBy(caller: Caller, text: string, rules: OriginRules): 'own' | 'other' | 'strange' {
  const { headers, isEncrypted, isLoopback } = caller;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return 'other';
  const origin = originOf(text);
  const isKnown = isKnownHost(caller, rules);
  // Told to all addresses by some browser, the sign would be no proof of TLS: so Host counts, too.
  if (site === 'same-origin' && (origin?.scheme === 'https' || isKnown)) return 'own';
  if (origin?.scheme !== 'http' && origin?.scheme !== 'https') return 'other';
  const host = authorityOf(headers.host, origin.scheme);
  if (!host) return 'other';
  if (host.name === origin.name && host.port === origin.port) {
    // The page came by plain http, from whoever was on the way, and the request does not.
    if (isEncrypted && origin.scheme === 'http') return 'other';
    // A page from https was shown the certificate of its name: it cannot be rebound.
    return origin.scheme === 'https' || isKnown ? 'own' : 'strange';
  }
  // A proxy on this machine that names us localhost, as nginx does unless it is told otherwise.
  const isProxied = isLoopback && isLoopbackName(host.name);
  return isProxied && isMachineName(origin.name, rules.machine()) ? 'own' : 'other';
}

function judgeGet(caller: Caller, rules: OriginRules): Verdict {
  const { headers } = caller;
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin') return { kind: 'own' };
  if (site === undefined && !isKnownHost(caller, rules)) {
    return { kind: 'strange-host', host: headers.host ?? '' };
  }
  if (site === 'none' || isOpened(headers)) return { kind: 'unnamed' };
  const from = refererOrigin(headers.referer);
  if (from !== undefined) return judgeOrigin(caller, from, rules);
  return site === undefined ? { kind: 'unnamed' } : { kind: 'foreign', origin: '' };
}

/** Whether a person opens the address itself, by a link or the address bar, not a page some part of it. */
function isOpened(headers: IncomingHttpHeaders): boolean {
  const mode = headers['sec-fetch-mode'];
  if (mode === undefined) return headers.accept?.includes('text/html') ?? false;
  return mode === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

function refererOrigin(referer: string | undefined): string | undefined {
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : undefined;
}

/** Whether the name by which we are asked for cannot be a stranger's. */
function isKnownHost({ headers, isEncrypted }: Caller, { allowed, machine }: OriginRules): boolean {
  // Who speaks TLS with us has seen our certificate. Without Host it is no browser.
  if (isEncrypted || !headers.host) return true;
  const host = authorityOf(headers.host);
  return host !== undefined && (isLocalName(host.name, machine()) || allowed.knows(host));
}
