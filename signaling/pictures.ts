import type { ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../engine/model/Clock';
import type { Endpoint } from './endpoint';
import { refusalOf } from './Refusal';
import type { Request } from './readBody';
import { reply, textReply } from './reply';
import { type RequestTarget, targetOf } from './requestTarget';
import { checkToken } from './token';

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
  /** Viewers of the MJPEG stream at the same time. Default 16. */
  readonly mostViewers?: number;
  /** How long a single picture is waited for, in ms. Default 16000. */
  readonly waitMs?: number;
  readonly clock?: Clock;
}

const BOUNDARY = 'picture';
/** Stands before the first part and behind each: browsers show a part when they have seen its end. */
const DELIMITER = `--${BOUNDARY}\r\n`;

/**
 * Pictures for whatever cannot do WebRTC: an MJPEG stream (multipart/x-mixed-replace) and single
 * JPEG files. A viewer that is too slow for all pictures gets the newest ones.
 */
export function createPictures(options: PicturesOptions): Endpoint {
  const { path, feed, token, mostViewers = 16, waitMs = 16_000, clock = systemClock } = options;
  let viewers = 0;

  const find = (request: Request): { target: RequestTarget; isStream: boolean } | undefined => {
    const target = targetOf(request.url);
    if (!target || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
    if (target.path === path) return { target, isStream: true };
    return target.path === `${path}.jpg` ? { target, isStream: false } : undefined;
  };

  const stream = (request: Request, response: ServerResponse) => {
    if (viewers >= mostViewers) {
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
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    viewers += 1;
    response.write(DELIMITER);
    const stop = feed.watch(newestTo(response), () => response.end());
    response.once('close', () => {
      viewers -= 1;
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

  const handle = (request: Request, response: ServerResponse, next: (error?: unknown) => void) => {
    const found = find(request);
    if (!found) {
      next();
      return;
    }
    try {
      if (token) checkToken(token, request.headers, found.target.query);
      if (found.isStream) stream(request, response);
      else single(request, response);
    } catch (error) {
      const { status, message, headers } = refusalOf(error);
      reply(request, response, clock, textReply(status, message, headers));
    }
  };
  return Object.assign(handle, { owns: (request: Request) => find(request) !== undefined });
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
