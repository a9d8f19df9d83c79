import type { NodeMessage } from 'node-red';
import type { Answerer } from '../../signaling/Answerer';
import { Refusal, refusalOf } from '../../signaling/Refusal';
import { readOffer } from '../../signaling/readOffer';
import type { WiredGate } from './WiredGate';

/** A message that carries an offer, as core `http in` sends it, or an answer, as `http response` takes it. */
export interface SignalingMessage extends NodeMessage {
  res?: unknown;
  /** The request of an `http in` node. */
  req?: { readonly headers?: { readonly 'content-type'?: string | undefined } };
  statusCode?: number;
  headers?: Record<string, string>;
}

/** As at the endpoint; a browser's offer with video has some 6000. */
const MOST_CHARACTERS = 65_536;

/** True for what is to be answered: each request of an `http in` node, and offers from other transports. */
export function isOffer({ payload, res }: SignalingMessage): boolean {
  if (res !== undefined) return true;
  return typeof payload === 'object' && payload !== null && 'sdp' in payload && 'type' in payload;
}

/**
 * Answers the offer that a message carries, if the gate lets the page in that sends it. The same message becomes the reply: the answer as
 * payload, or the reason why there is none, with the HTTP status. Never rejects.
 * @returns what was wrong, undefined if all is well
 */
export async function answerMessage(
  message: SignalingMessage,
  answerer: Answerer,
  gate: Pick<WiredGate, 'admit'>,
): Promise<unknown> {
  try {
    const listed = await gate.admit(message.req);
    const offer = readOffer(message.payload, message.req?.headers?.['content-type']);
    if (offer.sdp.length > MOST_CHARACTERS) {
      throw new Refusal(413, `The offer has more than ${MOST_CHARACTERS} characters`);
    }
    const { peer, description } = await answerer.answer(offer);
    const { sdp, type } = description;
    Object.assign(message, { payload: { sdp, type }, statusCode: 200, peer });
    message.headers = { 'Content-Type': 'application/json', ...listed };
    return undefined;
  } catch (error) {
    const { status, message: reason, headers } = refusalOf(error);
    message.payload = reason;
    message.statusCode = status;
    message.headers = { 'Content-Type': 'text/plain; charset=utf-8', ...headers };
    return error;
  }
}
