import type { IncomingMessage } from 'node:http';
import type { Clock } from '../engine/model/Clock';
import { Refusal } from './Refusal';

/** A request as node or Express hands it over; `body` is there when a middleware has read it. */
export type Request = IncomingMessage & { readonly body?: unknown };

export interface BodyLimits {
  /** Longest body, in bytes. */
  readonly maxBytes: number;
  /** How long the whole body may take to arrive, in ms. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * The body of a request: its bytes, or, when a middleware has read the stream before us, what that
 * middleware made of it. At most `maxBytes` are held.
 * @throws Refusal 413 (too large), 408 (too slow), 400 (broken off)
 */
export async function readBody(request: Request, limits: BodyLimits): Promise<unknown> {
  if (request.readableEnded) return parsedBody(request.body, limits.maxBytes);
  if (Number(request.headers['content-length']) > limits.maxBytes) throw tooLarge(limits.maxBytes);
  return collect(request, limits);
}

function collect(request: Request, { maxBytes, timeoutMs, clock }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const refuse = (refusal: Refusal) => {
      stop();
      reject(refusal);
    };
    const onData = (data: Buffer | string) => {
      const chunk = typeof data === 'string' ? Buffer.from(data) : data;
      bytes += chunk.length;
      if (bytes > maxBytes) refuse(tooLarge(maxBytes));
      else chunks.push(chunk);
    };
    const onEnd = () => {
      stop();
      resolve(Buffer.concat(chunks));
    };
    const onClose = () => refuse(new Refusal(400, 'The connection closed before the body ended'));
    const cancel = clock.after(timeoutMs, () =>
      refuse(new Refusal(408, `The body did not arrive within ${timeoutMs / 1000} s`)),
    );
    const stop = () => {
      cancel();
      request.off('data', onData).off('end', onEnd).off('close', onClose);
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    // Closed between its arrival and now: no event would follow.
    if (request.destroyed) onClose();
  });
}

/** A middleware's own limit may be far above ours. */
function parsedBody(body: unknown, maxBytes: number): unknown {
  const text = typeof body === 'object' && body !== null && 'sdp' in body ? body.sdp : body;
  const isLong =
    typeof text === 'string'
      ? Buffer.byteLength(text) > maxBytes
      : text instanceof Uint8Array && text.length > maxBytes;
  if (isLong) throw tooLarge(maxBytes);
  return body;
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, `The body is larger than ${maxBytes} bytes`);
}
