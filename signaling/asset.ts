import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Headers } from './Refusal';
import type { Reply } from './reply';

/** A file that is served from memory, revalidated by its ETag at each use. */
export interface Asset {
  readonly body: Buffer;
  readonly etag: string;
  readonly headers: Headers;
}

/** Only what the endpoint itself serves may run and load; media come as blobs and streams. */
const CONTENT_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob: mediastream:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** A script of the given media type. */
export function scriptAsset(mediaType: string, body: Buffer): Asset {
  return asset(body, { 'Content-Type': `${mediaType}; charset=utf-8` });
}

/**
 * The ready-made page.
 * @param template HTML in which each `{{base}}` stands for `base`, what its URLs begin with
 * @param framedBy sources, besides this server itself, whose pages may show this one in a frame
 */
export function pageAsset(template: string, base: string, framedBy: readonly string[] = []): Asset {
  const html = template.replaceAll('{{base}}', () => escapeHtml(base));
  return asset(Buffer.from(html), {
    'Content-Type': 'text/html; charset=utf-8',
    ...framingHeaders(framedBy, [CONTENT_POLICY]),
    // The page's address may hold an access token.
    'Referrer-Policy': 'no-referrer',
  });
}

/**
 * The headers that say who may show something in a frame: this server itself, and these sources. A page
 * of others could lay itself over it, and have it clicked by somebody who does not see it.
 * @param policies other parts of the Content-Security-Policy
 */
export function framingHeaders(
  framedBy: readonly string[],
  policies: readonly string[] = [],
): Headers {
  const ancestors = `frame-ancestors ${["'self'", ...framedBy].join(' ')}`;
  return {
    'Content-Security-Policy': [...policies, ancestors].join('; '),
    // For what does not know the other; it cannot name origins.
    ...(framedBy.length === 0 && { 'X-Frame-Options': 'SAMEORIGIN' }),
  };
}

/** The reply to GET or HEAD: 304 when the client has this very version. */
export function assetReply(asset: Asset, { 'if-none-match': known }: IncomingHttpHeaders): Reply {
  const headers = { ...asset.headers, ETag: asset.etag, 'Cache-Control': 'no-cache' };
  if (isKnown(asset.etag, known)) return { status: 304, headers };
  return { status: 200, headers, body: asset.body };
}

function asset(body: Buffer, headers: Headers): Asset {
  const digest = createHash('sha256').update(body).digest('base64url');
  return { body, headers, etag: `"${digest.slice(0, 22)}"` };
}

/** RFC 9110, 13.1.2: a list of tags that are compared weakly, or `*`. */
function isKnown(etag: string, known: string | undefined): boolean {
  const tags = known?.split(',').map(tag => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
