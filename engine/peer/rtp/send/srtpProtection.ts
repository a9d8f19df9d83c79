import { createCipheriv, createHmac } from 'node:crypto';

/** Encrypts RTP packets, and proves that they are ours. */
export interface SrtpProtection {
  /** Added to each packet. */
  readonly tagBytes: number;
  /**
   * The packet in its parts, the header first as it is.
   * @param header as written by `rtpHeader`
   * @param rolloverCounter how often the sequence number has wrapped (RFC 3711 3.3.1)
   */
  protect(header: Buffer, payload: Buffer, rolloverCounter: number): readonly Buffer[];
}

/** Session keys (RFC 3711 4.3): that of the cipher, and its salt, of which GCM takes 12 bytes, CM 14. */
export interface SrtpKeys {
  readonly key: Buffer;
  readonly salt: Buffer;
}

const GCM_TAG_BYTES = 16;
const CM_TAG_BYTES = 10;

/** AEAD_AES_128_GCM (RFC 7714). */
export class GcmProtection implements SrtpProtection {
  readonly tagBytes = GCM_TAG_BYTES;
  readonly #key: Buffer;
  readonly #salt: Buffer;
  readonly #iv = Buffer.alloc(12);

  constructor({ key, salt }: SrtpKeys) {
    this.#key = key;
    this.#salt = salt;
  }

  protect(header: Buffer, payload: Buffer, rolloverCounter: number): readonly Buffer[] {
    const cipher = createCipheriv('aes-128-gcm', this.#key, this.#vector(header, rolloverCounter));
    cipher.setAAD(header);
    const body = cipher.update(payload);
    cipher.final();
    return [header, body, cipher.getAuthTag()];
  }

  // Initialisation vector (RFC 7714 8.1): (0 0 | SSRC | roll-over counter | sequence number) xor salt
  #vector(header: Buffer, rolloverCounter: number): Buffer {
    return masked(this.#iv, this.#salt, header, rolloverCounter, 2);
  }
}

/** AES_CM_128_HMAC_SHA1_80 (RFC 3711, RFC 5764 4.1.2), which older implementations offer alone. */
export class CmProtection implements SrtpProtection {
  readonly tagBytes = CM_TAG_BYTES;
  readonly #key: Buffer;
  readonly #salt: Buffer;
  readonly #authKey: Buffer;
  readonly #iv = Buffer.alloc(16);
  readonly #rollover = Buffer.alloc(4);

  /** @param authKey session key of the authentication, 20 bytes */
  constructor({ key, salt }: SrtpKeys, authKey: Buffer) {
    this.#key = key;
    this.#salt = salt;
    this.#authKey = authKey;
  }

  protect(header: Buffer, payload: Buffer, rolloverCounter: number): readonly Buffer[] {
    const cipher = createCipheriv('aes-128-ctr', this.#key, this.#vector(header, rolloverCounter));
    const body = cipher.update(payload);
    this.#rollover.writeUInt32BE(rolloverCounter, 0);
    // Of the packet and the counter that is not sent (RFC 3711 4.2).
    const proof = createHmac('sha1', this.#authKey)
      .update(header)
      .update(body)
      .update(this.#rollover)
      .digest();
    return [header, body, proof.subarray(0, CM_TAG_BYTES)];
  }

  // Initialisation vector (RFC 3711 4.1.1): (0 0 0 0 | SSRC | roll-over counter | sequence number | 0 0) xor salt
  #vector(header: Buffer, rolloverCounter: number): Buffer {
    return masked(this.#iv, this.#salt, header, rolloverCounter, 4);
  }
}

/**
 * Writes what a packet is known by (SSRC, roll-over counter, sequence number) over the salt. Byte by
 * byte, because this is done for every packet.
 * @param offset of the SSRC
 */
function masked(
  iv: Buffer,
  salt: Buffer,
  header: Buffer,
  rolloverCounter: number,
  offset: number,
): Buffer {
  // The stack's salt for GCM is two bytes longer than what counts.
  salt.copy(iv);
  for (let index = 0; index < 4; index += 1) {
    flip(iv, offset + index, header[8 + index] ?? 0);
    flip(iv, offset + 4 + index, rolloverCounter >>> (24 - 8 * index));
  }
  flip(iv, offset + 8, header[2] ?? 0);
  flip(iv, offset + 9, header[3] ?? 0);
  return iv;
}

function flip(bytes: Buffer, index: number, mask: number): void {
  bytes[index] = (bytes[index] ?? 0) ^ mask;
}
