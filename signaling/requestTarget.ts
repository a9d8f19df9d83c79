/** What a request asks for, from its request line. */
export interface RequestTarget {
  /** Decoded, begins with '/'. An escaped slash stays escaped: it is not a separator. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Takes a request's `url` apart. Undefined for what no path can equal: `*`, a full URL, bad escapes. */
export function targetOf(url: string | undefined): RequestTarget | undefined {
  if (!url?.startsWith('/')) return undefined;
  const question = url.indexOf('?');
  const rawPath = question < 0 ? url : url.slice(0, question);
  const query = new URLSearchParams(question < 0 ? '' : url.slice(question + 1));
  try {
    // Not decodeURIComponent: /a%2Fb would become /a/b, which a proxy in front has not checked.
    return { path: decodeURI(rawPath), query };
  } catch {
    return undefined; // A broken escape names nothing.
  }
}
