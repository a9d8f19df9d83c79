import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

// STUN message (RFC 8489 5), big-endian:
//   0      2        4              8                20
//   | type | length | magic cookie | transaction id | attributes: type, length, value, padding
const HEADER_BYTES = 20;
const LENGTH_OFFSET = 2;
const COOKIE_OFFSET = 4;
const COOKIE = 0x2112a442;
const ATTRIBUTE_HEADER_BYTES = 4;
const BINDING_REQUEST = 0x0001;
const BINDING_INDICATION = 0x0011;
const USERNAME = 0x0006;
const MESSAGE_INTEGRITY = 0x0008;
/** Bytes of a MESSAGE-INTEGRITY: HMAC-SHA1 (RFC 8489 14.5). */
const DIGEST_BYTES = 20;

/** The user name fragment and the password of one end of ICE. */
export interface IceCredentials {
  readonly fragment: string;
  readonly password: string;
}

/** What a datagram is by its first bytes (RFC 7983 7, RFC 8489 6.3). */
export type DatagramKind = 'check' | 'indication' | 'other stun' | 'dtls' | 'media' | 'unknown';

/** Tells apart what arrives on the one port of a peer. */
export function kindOf(data: Buffer): DatagramKind {
  const [first = 255] = data;
  if (first < 4) return stunKindOf(data);
  if (first >= 20 && first < 64) return 'dtls';
  return first >= 128 && first < 192 ? 'media' : 'unknown';
}

/**
 * A connectivity check as far as its MESSAGE-INTEGRITY reaches, if that proves that it comes from
 * somebody who knows our password (RFC 8445 7.3, RFC 8489 9.1.3); undefined otherwise. What stands
 * behind the signature is cut off: anybody could have added it on the way.
 */
export function verifiedCheck(data: Buffer, ours: IceCredentials): Buffer | undefined {
  if (kindOf(data) !== 'check') return undefined;
  let user: string | undefined;
  for (const { type, start, end } of attributesOf(data)) {
    if (type === USERNAME) user ??= data.toString('utf8', start, end);
    if (type !== MESSAGE_INTEGRITY) continue;
    // The user name begins with the fragment of whom it is for (RFC 8445 7.2.2).
    if (end - start !== DIGEST_BYTES || user?.split(':')[0] !== ours.fragment) return undefined;
    const signed = Buffer.from(data.subarray(0, end));
    signed.writeUInt16BE(end - HEADER_BYTES, LENGTH_OFFSET);
    const before = signed.subarray(0, start - ATTRIBUTE_HEADER_BYTES);
    const digest = createHmac('sha1', ours.password).update(before).digest();
    return timingSafeEqual(digest, data.subarray(start, end)) ? signed : undefined;
  }
  return undefined;
}

/**
 * New credentials: 48 and 144 bits of chance, of at least 24 and 128 that are asked for
 * (RFC 8445 5.3). The letters of base64 are just those that are allowed.
 */
export function newCredentials(): IceCredentials {
  return {
    fragment: randomBytes(6).toString('base64'),
    password: randomBytes(18).toString('base64'),
  };
}

function stunKindOf(data: Buffer): DatagramKind {
  const isStun = data.length >= HEADER_BYTES && data.readUInt32BE(COOKIE_OFFSET) === COOKIE;
  if (!isStun) return 'unknown';
  const type = data.readUInt16BE(0);
  if (type === BINDING_REQUEST) return 'check';
  return type === BINDING_INDICATION ? 'indication' : 'other stun';
}

/** Where the values of the attributes are; it ends where one does not fit. */
function* attributesOf(data: Buffer): Generator<{ type: number; start: number; end: number }> {
  let at = HEADER_BYTES;
  while (at + ATTRIBUTE_HEADER_BYTES <= data.length) {
    const start = at + ATTRIBUTE_HEADER_BYTES;
    const end = start + data.readUInt16BE(at + 2);
    if (end > data.length) return;
    yield { type: data.readUInt16BE(at), start, end };
    // Values are filled up to whole words.
    at = end + ((4 - (end % 4)) % 4);
  }
}
