import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ConnectionOptions } from 'node:tls';

/** What of TLS a user may set: certificates, server name, and whether that of the server is verified. */
export type TlsOptions = Pick<
  ConnectionOptions,
  'key' | 'cert' | 'ca' | 'passphrase' | 'servername' | 'ALPNProtocols' | 'rejectUnauthorized'
>;

/** A request to be posted. */
export interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For https. Default: the server's certificate is verified with the CAs that Node.js knows. */
  readonly tls?: TlsOptions | undefined;
  /** Ends it at any time; it rejects then. */
  readonly signal: AbortSignal;
}

/**
 * Posts to an http or https address over a connection of its own, and follows no redirects. (With
 * `fetch` TLS options cannot be given.) The body of the answer is still to be read.
 * @throws Error of Node.js, with its `code`
 */
export function post(url: URL, { headers, body, tls, signal }: Post): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const length = { 'Content-Length': String(Buffer.byteLength(body)) };
    const options = { method: 'POST', headers: { ...headers, ...length }, agent: false, signal };
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...tls })
        : httpRequest(url, options);
    request.on('response', resolve).on('error', reject).end(body);
  });
}
