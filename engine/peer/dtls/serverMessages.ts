import { sign } from 'node:crypto';
import { EXTENSION } from './ClientHello';
import type { KeyShare } from './KeyShare';
import type { OwnIdentity } from './OwnIdentity';

/** DTLS 1.2 (RFC 6347 4.1). */
const VERSION = Buffer.from('fefd', 'hex');
/** A curve that has a number (RFC 8422 5.4). */
const NAMED_CURVE = 3;
/** Kinds of certificates that a client may have: ECDSA, RSA (RFC 5246 7.4.4, RFC 8422 5.5). */
const CERTIFICATE_TYPES = Buffer.from([64, 1]);
/** How it may sign: ECDSA with P-256, and RSA, both with SHA-256; what all clients of WebRTC know. */
const SIGNATURES = Buffer.from('04030401', 'hex');

/** What a ServerHello says. */
export interface ServerHello {
  /** 32 bytes. */
  readonly random: Buffer;
  readonly suite: number;
  readonly srtpProfile: number | undefined;
  readonly hasExtendedMasterSecret: boolean;
  readonly hasPointFormats: boolean;
}

/** ServerHello (RFC 5246 7.4.1.3), without a session that could be resumed, and not compressed. */
export function serverHello(hello: ServerHello): Buffer {
  const { random, suite, srtpProfile, hasExtendedMasterSecret, hasPointFormats } = hello;
  const extensions = [
    // No renegotiation (RFC 5746 3.6).
    extension(EXTENSION.renegotiation, vector(1)),
    ...(hasExtendedMasterSecret ? [extension(EXTENSION.extendedMasterSecret)] : []),
    // Uncompressed (RFC 8422 5.2).
    ...(hasPointFormats ? [extension(EXTENSION.pointFormats, vector(1, Buffer.from([0])))] : []),
    // One profile, and no MKI (RFC 5764 4.1.1).
    ...(srtpProfile === undefined
      ? []
      : [extension(EXTENSION.srtp, vector(2, uint16(srtpProfile)), vector(1))]),
  ];
  const session = vector(1);
  const compression = Buffer.from([0]);
  return Buffer.concat([
    VERSION,
    random,
    session,
    uint16(suite),
    compression,
    vector(2, ...extensions),
  ]);
}

/** Certificate (RFC 5246 7.4.2): one, in DER. */
export function certificateMessage(certificate: Buffer): Buffer {
  return vector(3, vector(3, certificate));
}

/** ServerKeyExchange (RFC 8422 5.4): our half of the key, signed together with both randoms. */
export function serverKeyExchange(
  { curve, publicKey }: KeyShare,
  randoms: Buffer,
  { key, scheme }: OwnIdentity,
): Buffer {
  const half = Buffer.concat([Buffer.from([NAMED_CURVE]), uint16(curve), vector(1, publicKey)]);
  const signature = sign('sha256', Buffer.concat([randoms, half]), key);
  return Buffer.concat([half, uint16(scheme), vector(2, signature)]);
}

/** CertificateRequest (RFC 5246 7.4.4), of whatever authority. */
export function certificateRequest(): Buffer {
  return Buffer.concat([vector(1, CERTIFICATE_TYPES), vector(2, SIGNATURES), vector(2)]);
}

/** Parts behind their length in bytes, which has so many bytes itself. */
function vector(lengthBytes: number, ...parts: Buffer[]): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(
    parts.reduce((sum, part) => sum + part.length, 0),
    0,
    lengthBytes,
  );
  return Buffer.concat([length, ...parts]);
}

function extension(type: number, ...data: Buffer[]): Buffer {
  return Buffer.concat([uint16(type), vector(2, ...data)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
