import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { Clock } from '../../model/Clock';
import { HttpLogin, type Login } from './httpLogin';

/** An answer whose body has not been read. */
export interface HttpAnswer {
  readonly response: IncomingMessage;
  readonly status: number;
  /** Where it came from, after redirections. */
  readonly url: URL;
}

/** Redirections that are followed in a row. */
const MOST_REDIRECTIONS = 5;
/** How long a connection may take to come about, in ms. */
const CONNECT_MS = 5000;
/**
 * Cameras sign their certificates themselves, and many know old versions of TLS only. As ffmpeg does,
 * all are taken: it keeps listeners out, but proves nothing of who answers.
 */
const ANY_TLS = {
  rejectUnauthorized: false,
  minVersion: 'TLSv1',
  ciphers: 'DEFAULT:@SECLEVEL=0',
} as const;

/** Asks one HTTP server for content, over one connection that is kept: logs in and follows redirections. */
export class HttpClient {
  readonly #start: URL;
  readonly #login: HttpLogin | undefined;
  readonly #clock: Clock;
  readonly #plain = new PlainAgent({ keepAlive: true, maxSockets: 1 });
  readonly #secure = new SecureAgent({ keepAlive: true, maxSockets: 1, ...ANY_TLS });
  readonly #closing = new AbortController();

  constructor(url: URL, { login, clock }: { login: Login | undefined; clock: Clock }) {
    this.#start = url;
    this.#login = login && new HttpLogin(login);
    this.#clock = clock;
  }

  /** Gets what is at the address. Rejects with what Node.js says when nobody answers. */
  async get(): Promise<HttpAnswer> {
    let url = this.#start;
    for (let hop = 0; ; ) {
      const response = await this.#ask(url);
      const status = response.statusCode ?? 0;
      const challenges = response.headersDistinct['www-authenticate'] ?? [];
      const mayLogIn = status === 401 && this.#isTrusted(url);
      if (mayLogIn && this.#login?.challenge(challenges)) {
        await drained(response);
        continue;
      }
      const target = redirection(response, url);
      if (!target || hop >= MOST_REDIRECTIONS) return { response, status, url };
      hop += 1;
      await drained(response);
      url = target;
    }
  }

  /** Idempotent. Ends what is under way. */
  close(): void {
    this.#closing.abort();
    this.#plain.destroy();
    this.#secure.destroy();
  }

  async #ask(url: URL): Promise<IncomingMessage> {
    try {
      return await this.#askOnce(url);
    } catch (error) {
      // The server closed a kept connection just when it was to be used again.
      if (!(error instanceof ReuseError)) throw error;
      return this.#askOnce(url);
    }
  }

  #askOnce(url: URL): Promise<IncomingMessage> {
    const isSecure = url.protocol === 'https:';
    const target = `${url.pathname}${url.search}`;
    const authorization = this.#isTrusted(url)
      ? this.#login?.header({ method: 'GET', target })
      : undefined;
    return new Promise((resolve, reject) => {
      const request = (isSecure ? secureRequest : plainRequest)({
        agent: isSecure ? this.#secure : this.#plain,
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port || undefined,
        path: target,
        signal: this.#closing.signal,
        // Cameras take liberties with HTTP that browsers put up with.
        insecureHTTPParser: true,
        headers: {
          accept: '*/*',
          'user-agent': 'node-red-rtcbot',
          'cache-control': 'no-cache',
          ...(authorization ? { authorization } : {}),
        },
      });
      const settle = this.#limitConnecting(request, isSecure);
      request.once('response', response => {
        settle();
        // Whoever reads it hears of the end; an error after that is nobody's.
        response.on('error', () => {});
        resolve(response);
      });
      request.on('error', error => {
        settle();
        reject(request.reusedSocket && isReset(error) ? new ReuseError(error) : error);
      });
      request.end();
    });
  }

  /** Gives up a connection that does not come about. Returns what ends the wait. */
  #limitConnecting(request: ReturnType<typeof plainRequest>, isSecure: boolean): () => void {
    const cancel = this.#clock.after(CONNECT_MS, () => {
      request.destroy(Object.assign(new Error('Connection timed out'), { code: 'ETIMEDOUT' }));
    });
    request.once('socket', socket => {
      if (!socket.connecting && request.reusedSocket) cancel();
      else socket.once(isSecure ? 'secureConnect' : 'connect', cancel);
    });
    return cancel;
  }

  /** The login is for the host that the user named, and not sent in the clear where that was encrypted. */
  #isTrusted(url: URL): boolean {
    const isWeaker = this.#start.protocol === 'https:' && url.protocol !== 'https:';
    return url.hostname === this.#start.hostname && !isWeaker;
  }
}

class ReuseError extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

function redirection({ statusCode = 0, headers }: IncomingMessage, url: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode) || !headers.location) return undefined;
  const target = URL.canParse(headers.location, url) ? new URL(headers.location, url) : undefined;
  return target && /^https?:$/.test(target.protocol) ? target : undefined;
}

/** Reads an answer that nobody needs, so that its connection can be used again. */
async function drained(response: IncomingMessage): Promise<void> {
  await new Promise<void>(resolve => {
    response.once('close', () => resolve());
    response.resume();
  });
}
