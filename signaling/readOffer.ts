import { OfferError } from '../engine/model/errors/errors';
import type { SessionDescription } from './Answerer';

/**
 * Reads an offer as RTCBot and the browser's API write it, `{type: 'offer', sdp}`, from what a
 * request or a message carries: JSON as text or bytes (UTF-8), or the object itself. Other keys are
 * ignored. What is inside the SDP is the answerer's business.
 * @param contentType of a request whose body somebody else may have parsed
 * @throws OfferError, which says what is missing
 */
export function readOffer(body: unknown, contentType = ''): SessionDescription {
  const value = isText(body) ? parse(body) : body;
  if (value === undefined || value === null) throw new OfferError('the body is empty');
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new OfferError('it is not a JSON object with type and sdp');
  }
  const type = own(value, 'type');
  const sdp = own(value, 'sdp');
  if (type === undefined && /^application\/x-www-form-urlencoded\b/i.test(contentType)) {
    // A parser of forms has cut JSON up at each "=", and made blanks of each "+".
    throw new OfferError(
      'it was sent as application/x-www-form-urlencoded: send it with Content-Type: application/json',
    );
  }
  if (type === undefined) throw new OfferError('type is missing');
  if (type !== 'offer') throw new OfferError('type is not "offer"');
  if (sdp === undefined) throw new OfferError('sdp is missing');
  if (typeof sdp !== 'string') throw new OfferError('sdp is not a string');
  if (sdp.trim() === '') throw new OfferError('sdp is empty');
  return { type, sdp };
}

function isText(body: unknown): body is string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array;
}

function parse(body: string | Uint8Array): unknown {
  // The decoder drops a byte order mark, which JSON.parse would stumble over.
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  if (text.trim() === '') throw new OfferError('the body is empty');
  try {
    return JSON.parse(text);
  } catch (error) {
    const form = formIn(text);
    if (form) return form;
    throw new OfferError('the body is not JSON', { cause: error });
  }
}

/** The fields of a form (application/x-www-form-urlencoded) that was posted, if it is one with an offer. */
function formIn(text: string): object | undefined {
  const fields = new URLSearchParams(text);
  const [type, sdp] = [fields.get('type'), fields.get('sdp')];
  return type !== null && sdp !== null ? { type, sdp } : undefined;
}

/** Only what the sender wrote counts, not what an object inherits. */
function own(value: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}
