import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isLoopbackAddress } from './authority';

/**
 * The address that a request is counted for. Behind a proxy that is the client's, if `trust proxy` is
 * set in the server's options (Express then knows it as `ip`), or the proxy runs on this machine:
 * what it has added to X-Forwarded-For stands last. From elsewhere that header proves nothing.
 * Of an IPv6 address the first 64 bits count, as one client has all the rest.
 */
export function addressOf(request: IncomingMessage): string {
  const direct = request.socket.remoteAddress ?? '';
  const { ip } = request as { ip?: unknown };
  const known = typeof ip === 'string' && ip !== '' ? ip : direct;
  if (!isLoopbackAddress(known)) return group(known);
  const forwarded = [request.headers['x-forwarded-for']].flat().join(',').split(',').at(-1)?.trim();
  return group(forwarded && isIP(forwarded) ? forwarded : known);
}

function group(address: string): string {
  const ipv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (ipv4) return ipv4;
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  const all = [...front, ...Array<string>(Math.max(0, zeros)).fill('0'), ...back];
  return all
    .slice(0, 4)
    .map(part => Number.parseInt(part, 16).toString(16))
    .join(':');
}
