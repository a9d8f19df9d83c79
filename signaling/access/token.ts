import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from '../Refusal';

/**
 * Checks an access token, given as `Authorization: Bearer …` (RFC 6750) or as `?token=…`. The second
 * is for links, and for endpoints whose Authorization header the server's own login takes.
 * @throws Refusal 401 when neither is the expected token
 */
export function checkToken(
  expected: string,
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
): void {
  const given = givenTokens(headers, query);
  if (given.some(token => isSame(token, expected))) return;
  const [message, challenge] =
    given.length === 0
      ? ['An access token is needed: add ?token=… to the address', 'Bearer']
      : ['The access token is wrong', 'Bearer error="invalid_token"'];
  throw new Refusal(401, message, { 'WWW-Authenticate': challenge });
}

/** Whether a request carries a token, right or wrong. */
export function givesToken(headers: IncomingHttpHeaders, query: URLSearchParams): boolean {
  return givenTokens(headers, query).length > 0;
}

function givenTokens(headers: IncomingHttpHeaders, query: URLSearchParams): string[] {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  return [bearer, query.get('token')].filter(token => typeof token === 'string');
}

/** Takes as long for a near miss as for any other; digests make the lengths equal. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
