import { IncomingMessage, ServerResponse } from 'node:http';
import cors from 'cors';
import type { NodeAPI } from 'node-red';
import { Gate } from '../../signaling/access/Gate';
import { type OriginConfig, originRules } from './originSettings';

/**
 * Asks of the request behind a message what the endpoint asks of its own requests: which page it comes
 * from. An `http in` node asks nobody.
 */
export class WiredGate {
  readonly #gate: Gate;
  readonly #serverCors: ReturnType<typeof cors> | undefined;

  /** @throws SettingError that names the wrong entry of the allow list */
  constructor({ httpNodeCors }: NodeAPI['settings'], config: OriginConfig) {
    this.#gate = new Gate(originRules(config));
    this.#serverCors = httpNodeCors ? cors(httpNodeCors) : undefined;
  }

  /**
   * @param request `msg.req`; absent in messages that came another way than by HTTP
   * @returns the CORS headers of an answer to a page of the allow list, else none
   * @throws Refusal 403
   */
  async admit(request: unknown): Promise<Record<string, string>> {
    if (!(request instanceof IncomingMessage)) return {};
    // Never sent: the settings and the gate write down on it whom they allow. What stands on the
    // response itself may be of the editor, which allows everybody.
    const notes = new ServerResponse(request);
    if (!this.#gate.lists(request)) await this.#askServer(request, notes);
    if (this.#gate.admit(request, notes).kind !== 'listed') return {};
    return Object.fromEntries(
      Object.entries(notes.getHeaders()).map(([name, value]) => [name, String(value)]),
    );
  }

  #askServer(request: IncomingMessage, notes: ServerResponse): Promise<void> {
    const { method = '' } = request;
    // It would answer OPTIONS itself.
    if (!this.#serverCors || method === 'OPTIONS') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const done = (error?: unknown) => (error ? reject(error) : resolve());
      this.#serverCors?.({ method, headers: request.headers }, notes, done);
    });
  }
}
