import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { seededRandom } from './recordings';

/** A UDP address. */
export interface UdpAddress {
  readonly host: string;
  readonly port: number;
}

/** What a bad network does. */
export interface NetworkFaults {
  /** The part of the packets that gets lost, 0 to 1, in each direction. */
  readonly loss: number;
  /** How long a packet is on its way, in ms. */
  readonly delayMs: number;
  /** For chance: the same seed loses the packets at the same places. */
  readonly seed: number;
}

/** Packets in one direction. */
export interface RelayCounts {
  passed: number;
  dropped: number;
}

/** Packets whose first byte is greater are media or encryption, not checks of a path (RFC 7983 7). */
const MOST_STUN = 3;

/**
 * A bad network between one browser and one server: a UDP port of its own on either side. What comes
 * from the browser goes on to the server, and back, each packet after the delay and some never.
 */
export class LossyRelay {
  readonly toServer: RelayCounts = { passed: 0, dropped: 0 };
  readonly toBrowser: RelayCounts = { passed: 0, dropped: 0 };
  readonly #server: UdpAddress;
  readonly #faults: NetworkFaults;
  readonly #front = createSocket('udp4');
  readonly #back = createSocket('udp4');
  readonly #onTheWay = new Set<NodeJS.Timeout>();
  #browser: UdpAddress | undefined;
  #closed = false;

  private constructor(server: UdpAddress, faults: NetworkFaults) {
    this.#server = server;
    this.#faults = faults;
  }

  /** Opens both ports, on the address that the server has. */
  static async start(server: UdpAddress, faults: NetworkFaults): Promise<LossyRelay> {
    const relay = new LossyRelay(server, faults);
    await relay.#open();
    return relay;
  }

  /** Where the browser sends to. */
  get address(): UdpAddress {
    return { host: this.#server.host, port: this.#front.address().port };
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#onTheWay) clearTimeout(timer);
    await Promise.all([closed(this.#front), closed(this.#back)]);
  }

  async #open(): Promise<void> {
    const { seed } = this.#faults;
    const [up, down] = [seededRandom(seed), seededRandom(seed + 1)];
    this.#front.on('message', (packet, { address, port }) => {
      // Its other candidates ask as well; once media flows, they come from the chosen one alone.
      if (!this.#browser || (packet[0] ?? 0) > MOST_STUN) {
        this.#browser = { host: address, port };
      }
      this.#pass(packet, this.#back, this.#server, up, this.toServer);
    });
    this.#back.on('message', packet => {
      if (!this.#browser) return;
      this.#pass(packet, this.#front, this.#browser, down, this.toBrowser);
    });
    for (const socket of [this.#front, this.#back]) {
      socket.bind(0, this.#server.host);
      await once(socket, 'listening');
    }
  }

  #pass(packet: Buffer, from: Socket, to: UdpAddress, random: () => number, counts: RelayCounts) {
    if (random() < this.#faults.loss) {
      counts.dropped += 1;
      return;
    }
    counts.passed += 1;
    const timer = setTimeout(() => {
      this.#onTheWay.delete(timer);
      from.send(packet, to.port, to.host);
    }, this.#faults.delayMs);
    this.#onTheWay.add(timer);
  }
}

function closed(socket: Socket): Promise<void> {
  return new Promise(resolve => {
    socket.close(resolve);
  });
}
