/** Stands for what is not shown. */
const HIDDEN = '…';
/** Schemes whose last path segment is the key of the stream (RTMP 1.0 section 7.2.2.6). */
const KEY_IN_PATH = /^rtmp/i;
/** What a path begins with on most servers: `live`, `cgi-bin`, `stream1`, `11`. Keys do not look so. */
const PLAIN_SEGMENT = /^(?:\w{1,3}|(?=.{1,12}$)[a-z]+(?:[-_.][a-z]+)*\d{0,3})$/i;
const HOST = /^(?:\[[\da-f:.%]+\]|[^:[\]]*)(?::\d{1,5})?$/i;
/** An address within a text. Quotes and brackets stand around it. */
const ADDRESS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s'"<>]*/gi;
/** What a sentence puts behind an address. */
const PUNCTUATION = /[.,:;!?)\]]*$/;
/** The query of an address that a text names by its path alone. */
const QUERY = /\?[^\s'"<>=]*=[^\s'"<>]*/g;
/** A secret as short as this may be part of any word, and is left in it, in characters. */
const SHORT = 3;

/**
 * An address for labels, statuses, messages and logs: scheme, host, port, and the path's first part
 * where that is a plain word. What else there is may be secret whatever it is called: user and
 * password, a query, a key in the path. `rtsp://cam:554/Streaming/Channels/101?x=1` becomes
 * `rtsp://cam:554/Streaming/…?…`.
 */
export function publicAddress(address: string): string {
  const parts = /^\s*([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(\/[^?#]*)?(.*)$/is.exec(address);
  if (!parts) return HIDDEN;
  const [, scheme = '', authority = '', path = '', rest = ''] = parts;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  // A password with a slash in it ends what looks like the authority too soon.
  const isTorn = /[@:]/.test(authority) && `${path}${rest}`.includes('@');
  if (isTorn || !HOST.test(host)) return `${scheme}://${HIDDEN}`;
  const query = rest.startsWith('?') && rest.length > 1 ? `?${HIDDEN}` : '';
  return `${scheme}://${host}${publicPath(path, KEY_IN_PATH.test(scheme))}${query}`;
}

/**
 * Makes every address in a text public, and takes away what else is known to be secret. For what
 * other programs say.
 * @param secrets known ones, such as a password, in each spelling that may occur
 */
export function withoutSecrets(text: string, secrets: readonly string[] = []): string {
  const known = secrets.filter(secret => secret.length > SHORT).sort((a, b) => b.length - a.length);
  const cut = known.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
  return cut
    .replace(ADDRESS, address => {
      const [behind = ''] = PUNCTUATION.exec(address) ?? [];
      return publicAddress(address.slice(0, address.length - behind.length)) + behind;
    })
    .replace(QUERY, `?${HIDDEN}`);
}

/** What may be secret in an address, in the spellings in which a program may repeat it. */
export function secretsIn(address: string): string[] {
  const [, login = ''] = /:\/\/(.*)@/s.exec(address) ?? [];
  const [path = ''] = address.split(/[?#\s]/);
  const key = KEY_IN_PATH.test(address) ? path.slice(path.lastIndexOf('/') + 1) : '';
  // The query, and what librtmp takes behind the address, after spaces.
  const values = address
    .split(/[?&\s]/)
    .slice(1)
    .map(each => each.slice(each.indexOf('=') + 1));
  return [login.slice(login.indexOf(':') + 1), key, ...values].filter(Boolean).flatMap(spellingsOf);
}

/** A secret as it stands, as it is when decoded, and as it is when encoded. */
export function spellingsOf(secret: string): string[] {
  return [...new Set([secret, decoded(secret), encodeURIComponent(decoded(secret))])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that encodes nothing stands for itself.
    return text;
  }
}

function publicPath(path: string, hasKey: boolean): string {
  if (path === '' || path === '/') return path;
  const segments = path.slice(1).split('/');
  const [first = ''] = hasKey ? segments.slice(0, -1) : segments;
  if (!PLAIN_SEGMENT.test(first)) return `/${HIDDEN}`;
  const more = segments.slice(1).some(segment => segment !== '');
  return `/${first}${more ? `/${HIDDEN}` : ''}`;
}
