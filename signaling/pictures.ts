import type { ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../engine/model/Clock';
import { AddressLimits } from './access/AddressLimits';
import { addressOf } from './access/addressOf';
import { Gate, isPreflight, preflightReply, wrongMethod } from './access/Gate';
import type { OriginRules } from './access/originPolicy';
import { TokenGuard } from './access/TokenGuard';
import { ViewerPlaces } from './access/ViewerPlaces';
import { framingHeaders } from './asset';
import type { Endpoint } from './endpoint';
import { QuietLog } from './QuietLog';
import { refusalOf, tooFast } from './Refusal';
import type { Request } from './readBody';
import { reply, textReply } from './reply';
import { type RequestTarget, targetOf } from './requestTarget';

/** Where the pictures come from, as JPEG files. */
export interface PictureFeed {
  /**
   * Hands over each picture from now on; the returned function ends that. One that is at hand may be
   * given before it returns.
   * @param ended called when no picture will come any more
   */
  watch(picture: (jpeg: Buffer) => void, ended: () => void): () => void;
}

/** Options of an endpoint for pictures. */
export interface PicturesOptions {
  /** `GET {path}` is MJPEG, `GET {path}.jpg` one picture. */
  readonly path: string;
  readonly feed: PictureFeed;
  /** Access token that a request must carry. Absent or empty: none. */
  readonly token?: string | undefined;
  /** Whose pages may show the pictures. Default: this server's own, under local names. */
  readonly origins?: OriginRules;
  /** Gets one line for each refused request, at most one a second. No secrets in it. Default: none. */
  readonly log?: (line: string) => void;
  /** Viewers of the MJPEG stream at the same time. Default 16. */
  readonly mostViewers?: number;
  /** How long a single picture is waited for, in ms. Default 16000. */
  readonly waitMs?: number;
  readonly clock?: Clock;
}

/** Requests of one address: single pictures may be asked for as often as a camera makes them. */
const OF_ADDRESS = { perSecond: 50, burst: 100 };
const METHODS = ['GET', 'HEAD'];
const BOUNDARY = 'picture';
/** Stands before the first part and behind each: browsers show a part when they have seen its end. */
const DELIMITER = `--${BOUNDARY}\r\n`;

/**
 * Pictures for whatever cannot do WebRTC: an MJPEG stream (multipart/x-mixed-replace) and single
 * JPEG files. A viewer that is too slow for all pictures gets the newest ones.
 */
export function createPictures(options: PicturesOptions): Endpoint {
  const { path, feed, token, mostViewers = 16, waitMs = 16_000, clock = systemClock } = options;
  const gate = new Gate(options.origins);
  const tokens = new TokenGuard({ token, clock });
  const limits = new AddressLimits({ ...OF_ADDRESS, clock });
  const log = new QuietLog(options.log ?? (() => {}), clock);
  const places = new ViewerPlaces(mostViewers);

  const find = (request: Pick<Request, 'url' | 'method' | 'headers'>) => {
    const target = targetOf(request.url);
    const asked = isPreflight(request)
      ? request.headers['access-control-request-method']
      : request.method;
    if (!target || !METHODS.includes(asked ?? '')) return undefined;
    if (target.path === path) return { target, isStream: true };
    return target.path === `${path}.jpg` ? { target, isStream: false } : undefined;
  };

  const stream = (request: Request, response: ServerResponse) => {
    const isHead = request.method === 'HEAD';
    const end = () => void response.end();
    const free = isHead ? () => {} : places.take(addressOf(request), end);
    if (!free) {
      reply(request, response, clock, textReply(503, 'Too many viewers', { 'Retry-After': '5' }));
      return;
    }
    response.on('error', () => {});
    response.writeHead(200, {
      'Content-Type': `multipart/x-mixed-replace; boundary=${BOUNDARY}`,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      Connection: 'close',
    });
    if (isHead) {
      end();
      return;
    }
    response.write(DELIMITER);
    const stop = feed.watch(newestTo(response), end);
    response.once('close', () => {
      free();
      stop();
    });
  };

  const single = (request: Request, response: ServerResponse) => {
    const finish = (answer: Parameters<typeof reply>[3]) => {
      stop();
      cancel();
      reply(request, response, clock, answer);
    };
    let stop = () => {};
    const giveUp = () => finish(textReply(503, 'There is no picture', { 'Retry-After': '5' }));
    const cancel = clock.after(waitMs, giveUp);
    const headers = { 'Content-Type': 'image/jpeg', 'Cache-Control': 'no-store' };
    // The feed may have a picture at hand and give it before it returns.
    let isDone = false;
    const stopWatching = feed.watch(body => {
      if (isDone) return;
      isDone = true;
      queueMicrotask(() => finish({ status: 200, headers, body }));
    }, giveUp);
    stop = stopWatching;
    response.once('close', () => {
      stop();
      cancel();
    });
  };

  /** @throws Refusal 401, 429 */
  const letIn = (request: Request, { query }: RequestTarget) => {
    const address = addressOf(request);
    const waitMs = limits.of(address).take();
    if (waitMs > 0) throw tooFast('Too many requests at once', waitMs);
    tokens.check(address, request.headers, query);
  };

  const handle = (request: Request, response: ServerResponse, next: (error?: unknown) => void) => {
    const found = find(request);
    if (!found) {
      next();
      return;
    }
    try {
      const verdict = gate.admit(request, response);
      if (isPreflight(request)) {
        const isListed = verdict.kind === 'listed';
        const answer = isListed ? preflightReply(request, METHODS) : wrongMethod(METHODS);
        reply(request, response, clock, answer);
        return;
      }
      letIn(request, found.target);
      response.setHeader('Cross-Origin-Resource-Policy', gate.resourcePolicy(verdict, response));
      for (const [name, value] of Object.entries(framingHeaders(gate.sources))) {
        response.setHeader(name, value);
      }
      if (found.isStream) stream(request, response);
      else single(request, response);
    } catch (error) {
      const { status, message, headers } = refusalOf(error);
      reply(request, response, clock, textReply(status, message, headers));
      log.write(`Request from ${addressOf(request)} refused with ${status}: ${message}`);
    }
  };
  return Object.assign(handle, {
    owns: (request: Parameters<Endpoint['owns']>[0]) => find(request) !== undefined,
    lists: (request: Request) => gate.lists(request),
  });
}

/** Writes pictures as fast as they are taken: of those that come meanwhile only the newest. */
function newestTo(response: ServerResponse): (jpeg: Buffer) => void {
  let waiting: Buffer | undefined;
  response.on('drain', () => {
    const jpeg = waiting;
    waiting = undefined;
    if (jpeg) response.write(part(jpeg));
  });
  return jpeg => {
    if (response.writableNeedDrain) waiting = jpeg;
    else response.write(part(jpeg));
  };
}

function part(jpeg: Buffer): Buffer {
  const head = `Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), jpeg, Buffer.from(`\r\n${DELIMITER}`)]);
}
