import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** Our certificate, and what signs with its key. */
export interface OwnIdentity {
  /** DER. */
  readonly certificate: Buffer;
  readonly key: KeyObject;
  /** The cipher suite that goes with such a key: ECDHE with AES-128-GCM (RFC 5289 3.2). */
  readonly suite: number;
  /** How it signs, as TLS numbers it: with SHA-256 (RFC 5246 7.4.1.4.1). */
  readonly scheme: number;
}

/** By the key in PEM: all connections have the same one, and reading it takes longer than signing. */
const known = new Map<string, OwnIdentity>();
const MOST_KNOWN = 8;

/** Reads it. @throws Error if it cannot be read */
export function ownIdentity(certificatePem: string, keyPem: string): OwnIdentity {
  const identity = known.get(keyPem) ?? read(certificatePem, keyPem);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(keyPem, identity);
  return identity;
}

function read(certificatePem: string, keyPem: string): OwnIdentity {
  const key = createPrivateKey(keyPem);
  const isRsa = key.asymmetricKeyType === 'rsa';
  return {
    certificate: new X509Certificate(certificatePem).raw,
    key,
    suite: isRsa ? 0xc02f : 0xc02b,
    scheme: isRsa ? 0x0401 : 0x0403,
  };
}
