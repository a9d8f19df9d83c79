import { isIP } from 'node:net';

/** A name or address with its port, as Host headers and origins carry them. */
export interface Authority {
  /** In lower case, without a dot at its end; an IPv6 address without brackets. */
  readonly name: string;
  /** Empty for the scheme's own. */
  readonly port: string;
}

/** An origin as the Origin header carries it, taken apart. */
export interface Origin extends Authority {
  /** As `https`, without a colon. */
  readonly scheme: string;
}

/** What this machine is called, as far as it knows. */
export interface MachineNames {
  /** The host name, with or without a domain. */
  readonly hostname: string;
  /** Domains in which its network looks names up, as the DHCP server gives them. */
  readonly searchDomains: readonly string[];
  /** The IP addresses of its interfaces, IPv6 without a zone. */
  readonly addresses: readonly string[];
}

/**
 * Endings that nobody can register, so that a name with one comes from the user's own network:
 * RFC 6762 (and its appendix G), RFC 6761, RFC 8375, and what home routers use.
 */
const LOCAL_ENDINGS = [
  ...['local', 'localhost', 'internal', 'intranet', 'private', 'corp', 'home', 'lan'],
  ...['home.arpa', 'localdomain', 'fritz.box'],
];

/**
 * Takes apart what stands in a Host header. @param scheme decides which port is left out as its own
 * @returns undefined for what no browser sends
 */
export function authorityOf(text: string | undefined, scheme = 'http'): Authority | undefined {
  if (!text || !/^[^\s/?#@\\]+$/.test(text) || !URL.canParse(`${scheme}://${text}`)) {
    return undefined;
  }
  // The parser writes addresses and international names in their one form.
  const { hostname, port } = new URL(`${scheme}://${text}`);
  return { name: bareName(hostname), port };
}

/** Takes an Origin header apart. Undefined for `null`, the origin of sandboxed pages and files. */
export function originOf(text: string): Origin | undefined {
  const [, scheme, rest] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/i.exec(text) ?? [];
  const authority = scheme && authorityOf(rest, scheme.toLowerCase());
  return authority ? { scheme: scheme.toLowerCase(), ...authority } : undefined;
}

/**
 * Whether a name can only mean this machine or its own network. Any other name may be a stranger's
 * who lets it point here once his page is loaded (DNS rebinding): his page would then be of our
 * origin. Addresses cannot be rebound, and names without a dot cannot be had in the public DNS.
 */
export function isLocalName(name: string, { hostname, searchDomains }: MachineNames): boolean {
  if (isIP(name) !== 0 || !name.includes('.')) return true;
  if (name === bareName(hostname)) return true;
  return [...LOCAL_ENDINGS, ...searchDomains.map(bareName)].some(ending =>
    name.endsWith(`.${ending}`),
  );
}

/** Whether a name or address means this very machine. */
export function isMachineName(name: string, { hostname, addresses }: MachineNames): boolean {
  if (isLoopbackName(name) || addresses.includes(name)) return true;
  const own = bareName(hostname);
  return own !== '' && (name === own || name === `${own.split('.')[0]}.local`);
}

/** Whether a name or address means the machine on which the browser runs. */
export function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name);
}

/** Whether an IP address is one of the loopback interface. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}

function bareName(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}
