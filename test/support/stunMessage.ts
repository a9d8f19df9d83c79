import { createHmac, randomBytes } from 'node:crypto';

/** What a connectivity check is made of. */
export interface CheckOptions {
  /** `theirs:ours`, the fragment of whom it is for first. */
  readonly user: string;
  /** With which it is signed. Default: without a signature. */
  readonly password?: string;
  /** It wants this path. Default false. */
  readonly nominates?: boolean;
  /** Attributes behind the signature. Default none. */
  readonly behind?: readonly Buffer[];
}

/** A connectivity check as a controlling browser sends it (RFC 8445 7.2.2). */
export function connectivityCheck({
  user,
  password,
  nominates,
  behind = [],
}: CheckOptions): Buffer {
  const attributes = [
    attribute(0x0006, Buffer.from(user)),
    attribute(0x0024, Buffer.from([0x6e, 0x7f, 0x1e, 0xff])),
    attribute(0x802a, randomBytes(8)),
    ...(nominates ? [USE_CANDIDATE] : []),
  ];
  if (password !== undefined) {
    // The signature covers a length that counts the signature itself (RFC 8489 14.5).
    const signed = stunMessage(0x0001, attributes, 24);
    const digest = createHmac('sha1', password).update(signed).digest();
    const whole = stunMessage(0x0001, [...attributes, attribute(0x0008, digest), ...behind]);
    signed.copy(whole, 8, 8, 20);
    return whole;
  }
  return stunMessage(0x0001, attributes);
}

/** USE-CANDIDATE. */
export const USE_CANDIDATE = Buffer.from([0x00, 0x25, 0, 0]);

/** The transaction that a message belongs to. */
export const transactionOf = (message: Buffer) => message.toString('hex', 8, 20);

/** An attribute, filled up to whole words. */
export function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

/** @param more bytes that the length counts besides */
function stunMessage(type: number, attributes: readonly Buffer[], more = 0): Buffer {
  const body = Buffer.concat(attributes);
  const head = Buffer.alloc(20);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(body.length + more, 2);
  head.writeUInt32BE(0x2112a442, 4);
  randomBytes(12).copy(head, 8);
  return Buffer.concat([head, body]);
}
