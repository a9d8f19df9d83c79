import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, isIP } from 'node:net';
import { keepSocket } from './liveSockets';
import type { Address } from './PathGuard';

/** A family of addresses. */
export type Family = 4 | 6;

/**
 * Stands in for the look-up of names, which Node.js does for every packet, a turn of the loop later:
 * only addresses come here.
 */
const addressItself: NonNullable<SocketOptions['lookup']> = (address, _options, callback) => {
  const family = isIP(address);
  if (family > 0) callback(null, address, family);
  else callback(new Error(`${address} is no address`), '', 0);
};

/**
 * A UDP socket in the form in which the stack uses one. Its own emits an event `error` that nobody
 * hears, which ends the thread and with it every peer, and waits for ever where it gets no port.
 */
export class UdpSocket {
  readonly type = 'udp';
  /** Where `SrtpSender` sends past the stack. */
  readonly socket: Socket;
  /** Set by the stack. */
  onData: (data: Buffer, from: Address) => void = () => {};
  closed = false;
  #closing: Promise<void> | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('message', (data, { address, port }) => {
      // The zone of a link-local address is ours, not the peer's: fe80::1%eth0.
      const [host = address] = address.split('%');
      this.onData(data, [host, port]);
    });
  }

  /**
   * Opens one on a free port of all addresses of the family.
   * @param failed called when it cannot be read any more
   * @throws the system's error
   */
  static async open(family: Family, failed: (error: Error) => void): Promise<UdpSocket> {
    const type = family === 4 ? 'udp4' : 'udp6';
    const socket = createSocket({ type, lookup: addressItself });
    try {
      // Without a look-up it listens before `bind` returns.
      const listening = once(socket, 'listening');
      socket.bind();
      await listening;
    } catch (error) {
      socket.close();
      throw error;
    }
    socket.on('error', failed);
    keepSocket(socket);
    return new UdpSocket(socket);
  }

  get address(): AddressInfo {
    return this.socket.address();
  }

  get host(): string {
    return this.address.address;
  }

  get port(): number {
    return this.address.port;
  }

  /** Never rejects: what cannot be sent is lost like any other packet. */
  send = async (data: Buffer, to?: Address): Promise<void> => {
    // Names are not looked up: what a peer calls itself is no reason to ask others (RFC 8839 5.1).
    if (this.closed || !to || !isIP(to[0])) return;
    try {
      this.socket.send(data, to[1], to[0]);
    } catch {
      // A port that is none, or a socket that was closed in this very moment.
    }
  };

  /** Idempotent, never rejects. */
  close = (): Promise<void> => {
    this.closed = true;
    this.#closing ??= this.#close();
    return this.#closing;
  };

  async #close(): Promise<void> {
    const closed = once(this.socket, 'close');
    try {
      this.socket.close();
    } catch {
      return; // It was closed with all others: see `closeSockets`.
    }
    await closed;
  }
}
