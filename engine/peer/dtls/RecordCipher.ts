import { createCipheriv, createDecipheriv } from 'node:crypto';
import { prf } from './prf';

/** What of a record is not secret, but signed. */
export interface RecordHead {
  readonly type: number;
  readonly epoch: number;
  readonly sequence: number;
}

/** What the keys are made of. */
export interface KeyMaterial {
  /** 48 bytes. */
  readonly masterSecret: Buffer;
  /** 32 bytes. */
  readonly clientRandom: Buffer;
  /** 32 bytes. */
  readonly serverRandom: Buffer;
}

const ALGORITHM = 'aes-128-gcm';
const KEY_BYTES = 16;
/** Of the nonce: what both ends have from the handshake, and what stands in the record (RFC 5288 3). */
const IMPLICIT_BYTES = 4;
const EXPLICIT_BYTES = 8;
const TAG_BYTES = 16;
const VERSION = 0xfefd;

/** Records of one end of DTLS 1.2 in AES-128-GCM (RFC 5288, RFC 6347 4.1.2.1): that of the server. */
export class RecordCipher {
  readonly #ours: Keys;
  readonly #theirs: Keys;

  constructor({ masterSecret, clientRandom, serverRandom }: KeyMaterial) {
    const seed = Buffer.concat([serverRandom, clientRandom]);
    const block = prf(masterSecret, 'key expansion', seed, 2 * (KEY_BYTES + IMPLICIT_BYTES));
    const keys = (key: number, implicit: number) => ({
      key: block.subarray(key, key + KEY_BYTES),
      implicit: block.subarray(implicit, implicit + IMPLICIT_BYTES),
    });
    this.#theirs = keys(0, 2 * KEY_BYTES);
    this.#ours = keys(KEY_BYTES, 2 * KEY_BYTES + IMPLICIT_BYTES);
  }

  /** What stands behind the header of a record of ours. */
  encrypt(head: RecordHead, data: Buffer): Buffer {
    const explicit = numberOf(head);
    const nonce = Buffer.concat([this.#ours.implicit, explicit]);
    const cipher = createCipheriv(ALGORITHM, this.#ours.key, nonce);
    cipher.setAAD(additionalData(head, data.length));
    return Buffer.concat([explicit, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
  }

  /** What the other end put into a record. @throws Error if it is not of the other end */
  decrypt(head: RecordHead, fragment: Buffer): Buffer {
    const end = fragment.length - TAG_BYTES;
    if (end < EXPLICIT_BYTES) throw new Error('the record is too short');
    const nonce = Buffer.concat([this.#theirs.implicit, fragment.subarray(0, EXPLICIT_BYTES)]);
    const decipher = createDecipheriv(ALGORITHM, this.#theirs.key, nonce);
    decipher.setAAD(additionalData(head, end - EXPLICIT_BYTES));
    decipher.setAuthTag(fragment.subarray(end));
    return Buffer.concat([
      decipher.update(fragment.subarray(EXPLICIT_BYTES, end)),
      decipher.final(),
    ]);
  }
}

interface Keys {
  readonly key: Buffer;
  readonly implicit: Buffer;
}

/** Epoch and sequence number, which never come twice with one key. */
function numberOf({ epoch, sequence }: RecordHead): Buffer {
  const number = Buffer.alloc(EXPLICIT_BYTES);
  number.writeUInt16BE(epoch, 0);
  number.writeUIntBE(sequence, 2, 6);
  return number;
}

// Additional data (RFC 5246 6.2.3.3), big-endian:
//   0                  8      9         11
//   | epoch, sequence | type | version | length of the data
function additionalData(head: RecordHead, length: number): Buffer {
  const data = Buffer.alloc(13);
  numberOf(head).copy(data);
  data.writeUInt8(head.type, 8);
  data.writeUInt16BE(VERSION, 9);
  data.writeUInt16BE(length, 11);
  return data;
}
