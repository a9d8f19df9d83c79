import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** One end of a bare UDP socket on this machine that talks to the port of a description. */
export class RawPeer {
  readonly #socket: Socket;
  readonly #target: number;
  /** Everything that came. */
  readonly received: Buffer[] = [];
  /** Called on each datagram that comes. */
  onMessage: (data: Buffer) => void = () => {};

  private constructor(socket: Socket, target: number) {
    this.#socket = socket;
    this.#target = target;
    socket.on('message', data => {
      this.received.push(data);
      this.onMessage(data);
    });
  }

  /** @param sdp the description whose first candidate is talked to */
  static async to(sdp: string): Promise<RawPeer> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new RawPeer(socket, Number(/^a=candidate:(?:\S+ ){5}(\d+)/m.exec(sdp)?.[1]));
  }

  send(data: Buffer): void {
    this.#socket.send(data, this.#target, '127.0.0.1');
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }
}

/** User name fragment and password of a description's first section. */
export function credentialsOf(sdp: string): { fragment: string; password: string } {
  return {
    fragment: /^a=ice-ufrag:(.*?)\r?$/m.exec(sdp)?.[1] ?? '',
    password: /^a=ice-pwd:(.*?)\r?$/m.exec(sdp)?.[1] ?? '',
  };
}
