import { constants, type KeyObject, timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import { prf, sha256 } from './prf';

/** Handshake messages (RFC 5246 7.4, RFC 6347 4.3.2). */
export const HANDSHAKE_TYPE = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

/** What both ends know of the handshake that is under way. */
export interface HandshakeState {
  /** Our ServerHello is sent, or our ClientHello. */
  readonly isOpen: boolean;
  /** Its messages so far, of both ends, in the form that is hashed (RFC 6347 4.2.6). */
  readonly transcript: Buffer;
  readonly masterSecret: Buffer | undefined;
  /** 32 bytes. */
  readonly clientRandom: Buffer | undefined;
  /** 32 bytes. */
  readonly serverRandom: Buffer | undefined;
}

/** The other end has not proven that it is the one whose certificate it sent. */
export class HandshakeProofError extends Error {
  constructor(text: string, options?: ErrorOptions) {
    super(text, options);
    this.name = 'HandshakeProofError';
  }
}

interface Step {
  readonly type: number;
  readonly isOptional?: boolean;
}

const TYPE = HANDSHAKE_TYPE;
/** What a client sends behind its hellos, to a server that asks for a certificate (RFC 5246 7.3). */
const OF_CLIENT: readonly Step[] = [
  { type: TYPE.certificate },
  { type: TYPE.clientKeyExchange },
  { type: TYPE.certificateVerify },
  { type: TYPE.finished },
];
/** What a server sends to a client that offers neither tickets nor the status of certificates. */
const OF_SERVER: readonly Step[] = [
  { type: TYPE.helloVerifyRequest, isOptional: true },
  { type: TYPE.serverHello },
  { type: TYPE.certificate },
  { type: TYPE.serverKeyExchange },
  { type: TYPE.certificateRequest, isOptional: true },
  { type: TYPE.serverHelloDone },
  { type: TYPE.finished },
];
/** `verify_data` of all suites that we know (RFC 5246 7.4.9). */
export const VERIFY_DATA_BYTES = 12;

type Scheme = readonly [hash: string, keys: 'rsa' | 'ec', isPss?: true];
/** Signature and hash as DTLS 1.2 numbers them (RFC 5246 7.4.1.4.1, RFC 8446 4.2.3); no SHA-1. */
const SCHEMES: Record<number, Scheme> = {
  1025: ['sha256', 'rsa'],
  1281: ['sha384', 'rsa'],
  1537: ['sha512', 'rsa'],
  1027: ['sha256', 'ec'],
  1283: ['sha384', 'ec'],
  1539: ['sha512', 'ec'],
  2052: ['sha256', 'rsa', true],
  2053: ['sha384', 'rsa', true],
  2054: ['sha512', 'rsa', true],
};

/**
 * Checks what the other end of a DTLS handshake has to prove: that it holds the key of the
 * certificate that it sends, whose fingerprint the SDP tells, and that both ends saw the same
 * handshake. Each message is due once and in its turn; signatures (RFC 5246 7.4.8, RFC 8422 5.4) and
 * `verify_data` (RFC 5246 7.4.9) are right, or the handshake is over.
 */
export class HandshakeProof {
  readonly #state: () => HandshakeState;
  readonly #isServer: boolean;
  readonly #steps: readonly Step[];
  #taken = 0;
  #certificate: Buffer = Buffer.alloc(0);
  #key: KeyObject | undefined;

  /**
   * @param isServer our own part
   * @param state of the handshake, as it is when it is asked for
   */
  constructor(isServer: boolean, state: () => HandshakeState) {
    this.#isServer = isServer;
    this.#state = state;
    this.#steps = isServer ? OF_CLIENT : OF_SERVER;
  }

  /** The certificate by whose key all is checked. DER; empty before it came. */
  get certificate(): Buffer {
    return this.#certificate;
  }

  /** A message of this type was taken. */
  hasTaken(type: number): boolean {
    return this.#steps.slice(0, this.#taken).some(step => step.type === type);
  }

  /**
   * To be asked about each message of the other end that is new and whole, before it is taken.
   * @throws HandshakeProofError if it proves nothing, or is not due
   */
  check(type: number, body: Buffer): void {
    // Repeated with a cookie, before anything that follows it.
    if (this.#isServer && type === TYPE.clientHello && this.#taken === 0) return;
    this.#advance(type);
    try {
      this.#checkBody(type, body);
    } catch (error) {
      if (error instanceof HandshakeProofError) throw error;
      throw new HandshakeProofError(`message ${type} cannot be read`, { cause: error });
    }
  }

  #advance(type: number): void {
    let at = this.#taken;
    while (this.#steps[at]?.isOptional && this.#steps[at]?.type !== type) at += 1;
    if (this.#steps[at]?.type !== type || !this.#state().isOpen) {
      throw new HandshakeProofError(`message ${type} is not due`);
    }
    this.#taken = at + 1;
  }

  #checkBody(type: number, body: Buffer): void {
    if (type === TYPE.certificate) this.#takeCertificate(body);
    else if (type === TYPE.certificateVerify) this.#checkCertificateVerify(body);
    else if (type === TYPE.serverKeyExchange) this.#checkKeyExchange(body);
    else if (type === TYPE.finished) this.#checkFinished(body);
  }

  // Certificate (RFC 5246 7.4.2):
  //   0                 3                       6
  //   | length of all   | length of the first   | the other end's own …
  #takeCertificate(body: Buffer): void {
    const length = body.length < 6 ? 0 : body.readUIntBE(3, 3);
    const certificate = body.subarray(6, 6 + length);
    if (length === 0 || certificate.length < length) {
      throw new HandshakeProofError('there is no certificate');
    }
    this.#certificate = Buffer.from(certificate);
    this.#key = new X509Certificate(certificate).publicKey;
  }

  #checkCertificateVerify(body: Buffer): void {
    if (!this.#isSigned(this.#state().transcript, body)) {
      throw new HandshakeProofError('the signature of CertificateVerify is wrong');
    }
  }

  // ServerKeyExchange (RFC 8422 5.4):
  //   0            1       3               4
  //   | curve type | curve | point's bytes | point … | signature
  #checkKeyExchange(body: Buffer): void {
    const { clientRandom, serverRandom } = this.#state();
    const end = 4 + body.readUInt8(3);
    if (!clientRandom || !serverRandom) throw new HandshakeProofError('there was no ServerHello');
    const signed = Buffer.concat([clientRandom, serverRandom, body.subarray(0, end)]);
    if (!this.#isSigned(signed, body.subarray(end))) {
      throw new HandshakeProofError('the signature of ServerKeyExchange is wrong');
    }
  }

  #checkFinished(body: Buffer): void {
    const { masterSecret, transcript } = this.#state();
    if (!masterSecret) throw new HandshakeProofError('Finished came before the keys');
    const label = this.#isServer ? 'client finished' : 'server finished';
    const expected = prf(masterSecret, label, sha256(transcript), VERIFY_DATA_BYTES);
    if (body.length !== expected.length || !timingSafeEqual(body, expected)) {
      throw new HandshakeProofError('the verify_data of Finished is wrong');
    }
  }

  // Digitally signed (RFC 5246 4.7):
  //   0        2        4
  //   | scheme | length | signature
  #isSigned(data: Buffer, signed: Buffer): boolean {
    const scheme = SCHEMES[signed.readUInt16BE(0)];
    const signature = signed.subarray(4, 4 + signed.readUInt16BE(2));
    if (!scheme || !this.#key) return false;
    const [hash, keys, isPss] = scheme;
    if (this.#key.asymmetricKeyType !== keys) return false;
    const padding = isPss && {
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    };
    return verify(hash, data, { key: this.#key, ...padding }, signature);
  }
}
