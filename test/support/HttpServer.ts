import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** What a server with TLS shows its clients, as PEM texts. */
export interface TlsOptions {
  readonly key: string;
  readonly cert: string;
}

/** A real HTTP server on a free port of 127.0.0.1, for the routes of one test. */
export class HttpServer {
  readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  /** @param tls Default: plain HTTP */
  static async start(listener: RequestListener, tls?: TlsOptions): Promise<HttpServer> {
    const server = tls ? createSecureServer(tls, listener) : createServer(listener);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HttpServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** A connection without HTTP of its own, and all that has come over it so far. */
  async connect(): Promise<RawConnection> {
    const socket = connect(this.port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** Bytes to and from a server, as a client that keeps to no rules would send them. */
export class RawConnection {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #received = '';
  #changed = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.#received += text;
      this.#changed();
    });
    socket.on('error', () => {}); // A reset is one of the ways to be closed.
    this.closed = new Promise(resolve => socket.once('close', () => resolve()));
  }

  get received(): string {
    return this.#received;
  }

  /** Waits until the text has come. */
  until(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#changed = () => {
        if (this.#received.includes(text)) resolve();
      };
      this.closed.then(() => reject(new Error(`closed after ${JSON.stringify(this.#received)}`)));
      this.#changed();
    });
  }
}
