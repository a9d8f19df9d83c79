import { createCipheriv } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { type RTCDtlsTransport, RtpHeader } from 'werift';

/** Sends RTP packets encrypted to one peer. */
export interface SecureSender {
  /**
   * @param header as written by `rtpHeader`
   * @param rolloverCounter how often the sequence number has wrapped (RFC 3711 3.3.1)
   * @returns bytes sent, 0 if the packet could not be sent
   */
  send(header: Buffer, payload: Buffer, rolloverCounter: number): number;
  /** Bytes that wait in the socket because the network takes no more. */
  readonly backlogBytes: number;
}

/** The stack's private parts that the fast path needs (pinned version, `~0.24.4`). */
interface SrtpKeys {
  readonly srtpSessionKey: Buffer;
  readonly srtpSessionSalt: Buffer;
}

/** SRTP protection profile AEAD_AES_128_GCM (RFC 7714 14.2). */
const AEAD_AES_128_GCM = 7;
const TAG_BYTES = 16;

/** The fastest sender that a connected transport allows. */
export function secureSender(transport: RTCDtlsTransport): SecureSender {
  const keys: SrtpKeys | undefined = transport.srtp?.localContext;
  const isGcm = transport.dtls?.srtp.srtpProfile === AEAD_AES_128_GCM;
  return isGcm && keys ? new GcmSender(transport, keys) : new StackSender(transport);
}

/**
 * AES-128-GCM done here, on the stack's keys and socket: two to four times cheaper a packet than
 * through the stack, which parses and builds header objects, and nothing waits in promises.
 */
class GcmSender implements SecureSender {
  readonly #transport: RTCDtlsTransport;
  readonly #key: Buffer;
  readonly #salt: Buffer;
  readonly #iv = Buffer.alloc(12);

  constructor(transport: RTCDtlsTransport, keys: SrtpKeys) {
    this.#transport = transport;
    this.#key = keys.srtpSessionKey;
    this.#salt = keys.srtpSessionSalt;
  }

  get backlogBytes(): number {
    return this.#path()?.socket.getSendQueueSize() ?? 0;
  }

  send(header: Buffer, payload: Buffer, rolloverCounter: number): number {
    const path = this.#path();
    if (!path) return 0;
    const cipher = createCipheriv('aes-128-gcm', this.#key, this.#vector(header, rolloverCounter));
    cipher.setAAD(header);
    const body = cipher.update(payload);
    cipher.final();
    const parts = [header, body, cipher.getAuthTag()];
    try {
      path.socket.send(parts, path.port, path.host);
    } catch {
      // The socket was closed in this very moment: the packet is lost like any other.
      return 0;
    }
    return header.length + body.length + TAG_BYTES;
  }

  // Initialisation vector (RFC 7714 8.1): (0 0 | SSRC | roll-over counter | sequence number) xor salt
  #vector(header: Buffer, rolloverCounter: number): Buffer {
    const iv = this.#iv;
    iv.writeUInt16BE(0, 0);
    header.copy(iv, 2, 8, 12);
    iv.writeUInt32BE(rolloverCounter, 6);
    header.copy(iv, 10, 2, 4);
    for (let index = 0; index < iv.length; index += 1) {
      iv[index] = (iv[index] ?? 0) ^ (this.#salt[index] ?? 0);
    }
    return iv;
  }

  /** Where the nominated candidate pair sends from and to; it may change while connected. */
  #path(): { socket: Socket; host: string; port: number } | undefined {
    const pair = this.#transport.iceTransport.connection.nominated;
    if (!pair || this.#transport.state !== 'connected') return undefined;
    // Relayed paths have no plain socket; TURN is not used on this side.
    const { transport } = pair.protocol as { transport?: { socket?: Socket; closed?: boolean } };
    const socket = transport?.socket;
    if (!socket || transport.closed) return undefined;
    const [host, port] = pair.remoteAddr;
    return { socket, host, port };
  }
}

/** Through the stack, for the older AES-CM profiles. */
class StackSender implements SecureSender {
  readonly #transport: RTCDtlsTransport;
  readonly backlogBytes = 0;

  constructor(transport: RTCDtlsTransport) {
    this.#transport = transport;
  }

  send(header: Buffer, payload: Buffer): number {
    if (this.#transport.state !== 'connected') return 0;
    // The stack counts roll-overs itself, from the sequence numbers it sees.
    void this.#transport.sendRtp(payload, RtpHeader.deSerialize(header));
    return header.length + payload.length;
  }
}
