import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { HttpServer, type TlsOptions } from './HttpServer';

export interface ReverseProxyOptions {
  /** Port of the server behind it, on 127.0.0.1. */
  readonly port: number;
  /** What is taken off the path before it goes on, as `/robots`. Default: nothing. */
  readonly below?: string;
  /** Whether it passes the browser's Host on, as Caddy does, or writes its own, as nginx. */
  readonly keepsHost: boolean;
  /** What it speaks TLS with. Default: it does not. */
  readonly tls?: TlsOptions;
}

/** A reverse proxy on a free port of 127.0.0.1. */
export async function startReverseProxy(options: ReverseProxyOptions): Promise<HttpServer> {
  const { port, below = '', keepsHost, tls } = options;
  const pass = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.startsWith(below) ? request.url.slice(below.length) : request.url;
    const host = keepsHost ? request.headers.host : `127.0.0.1:${port}`;
    const behind = ask(
      {
        ...{ host: '127.0.0.1', port, path, method: request.method },
        headers: { ...request.headers, host, connection: 'close' },
      },
      answer => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    behind.on('error', () => response.destroy());
    response.on('close', () => behind.destroy());
    request.pipe(behind);
  };
  return HttpServer.start(pass, tls);
}
