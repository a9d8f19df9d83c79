import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpServer } from './HttpServer';
import { LossyRelay, type NetworkFaults, type UdpAddress } from './LossyRelay';

/**
 * A way to a server over a bad network. It passes HTTP on as it is, but leads the media of each
 * connection that is made through it over a `LossyRelay`: offers lose the browser's addresses, and
 * answers name the relay as the server's only one. No packet finds another way.
 */
export class LossyPath {
  /** One for each answered offer, oldest first. */
  readonly relays: LossyRelay[] = [];
  readonly #target: string;
  readonly #faults: NetworkFaults;
  #http: HttpServer | undefined;

  private constructor(target: string, faults: NetworkFaults) {
    this.#target = target;
    this.#faults = faults;
  }

  /** @param target origin of the server, for example `http://127.0.0.1:1880` */
  static async start(target: string, faults: NetworkFaults): Promise<LossyPath> {
    const path = new LossyPath(target, faults);
    path.#http = await HttpServer.start((request, response) => void path.#pass(request, response));
    return path;
  }

  /** What stands for the server's origin. */
  get origin(): string {
    return this.#http?.url('') ?? '';
  }

  async close(): Promise<void> {
    await this.#http?.close();
    await Promise.all(this.relays.map(relay => relay.close()));
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const isOffer = method === 'POST' && url.endsWith('/connect');
    try {
      const body = method === 'POST' ? await textOf(request) : undefined;
      const answer = await fetch(this.#target + url, {
        method,
        ...(body === undefined ? {} : { body: isOffer ? withoutCandidates(body) : body }),
      });
      const data = Buffer.from(await answer.arrayBuffer());
      const type = answer.headers.get('content-type') ?? 'text/plain';
      response.writeHead(answer.status, { 'Content-Type': type });
      response.end(isOffer && answer.ok ? await this.#overRelay(data.toString()) : data);
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  }

  async #overRelay(answer: string): Promise<string> {
    const server = candidateOf(answer);
    const relay = await LossyRelay.start(server, this.#faults);
    this.relays.push(relay);
    const { host, port } = relay.address;
    const line = `a=candidate:1 1 udp 2130706431 ${host} ${port} typ host`;
    const { sdp, ...rest } = JSON.parse(answer);
    let isNamed = false;
    const lines = (sdp as string).split('\r\n').flatMap(each => {
      if (!each.startsWith('a=candidate:')) return [each];
      if (isNamed) return [];
      isNamed = true;
      return [line];
    });
    return JSON.stringify({ ...rest, sdp: lines.join('\r\n') });
  }
}

function withoutCandidates(offer: string): string {
  const { sdp, ...rest } = JSON.parse(offer);
  return JSON.stringify({ ...rest, sdp: sdp.replaceAll(/a=candidate:.*\r\n/g, '') });
}

function candidateOf(answer: string): UdpAddress {
  const { sdp } = JSON.parse(answer);
  const [, host, port] = /a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) /i.exec(sdp) ?? [];
  if (!host) throw new Error(`the answer names no address:\n${sdp}`);
  return { host, port: Number(port) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
