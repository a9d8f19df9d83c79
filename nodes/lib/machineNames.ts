import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import type { MachineNames } from '../../signaling/access/authority';

/** Names and addresses change with the network; so long what was found counts, in ms. */
const FRESH_MS = 10_000;

let found: MachineNames | undefined;
let foundAtMs = Number.NEGATIVE_INFINITY;

/** What this machine is called now. */
export function machineNames(): MachineNames {
  const now = performance.now();
  if (found && now - foundAtMs < FRESH_MS) return found;
  foundAtMs = now;
  found = {
    hostname: hostname(),
    searchDomains: searchDomains(),
    addresses: Object.values(networkInterfaces()).flatMap(
      list => list?.map(({ address }) => address.replace(/%.*$/, '')) ?? [],
    ),
  };
  return found;
}

/** The domains of resolv.conf (5), where the network's DHCP server puts its own; Windows has a variable. */
function searchDomains(): string[] {
  const { USERDNSDOMAIN } = process.env;
  return [...(USERDNSDOMAIN ? [USERDNSDOMAIN] : []), ...domainsIn(resolvConf())];
}

/** The domains that a resolv.conf names. The public suffixes in it, such as `com`, do not count. */
export function domainsIn(text: string): string[] {
  const lines = text.match(/^\s*(search|domain)\s+.*$/gm) ?? [];
  return lines
    .flatMap(line => line.trim().split(/\s+/).slice(1))
    .map(domain => domain.toLowerCase().replace(/^\.+|\.+$/g, ''))
    .filter(domain => domain.includes('.'));
}

function resolvConf(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    return ''; // Not every system has one.
  }
}
