import type { Clock } from '../model/Clock';
import type { HandshakeFigures } from './PeerHandshake';

/** How a peer is connected and what goes to and fro. What is not known is absent. */
export interface PeerStats {
  /** Since it is connected, in ms. */
  readonly connectedMs: number;
  /** To the peer and back, in ms. */
  readonly roundTripMs?: number;
  /** Share of the sent media packets that were lost lately, 0 to 1. */
  readonly loss?: number;
  /** What it was sent and has sent a second, since the statistics before. */
  readonly sentBps: number;
  readonly receivedBps: number;
  /** Pictures that it was sent a second. */
  readonly fps?: number;
  /** Of the video that it is sent. */
  readonly codec?: string;
  /** From capture to its screen as its page measures it, in ms. */
  readonly latencyMs?: number;
  /** Messages since it is connected. */
  readonly messagesSent: number;
  readonly messagesReceived: number;
  /** Left out of unreliable channels because newer ones came. */
  readonly messagesDropped: number;
  /** What waits to be sent, in bytes. */
  readonly waitingBytes: number;
  /** See `HandshakeFigures`. */
  readonly handshakeMs: HandshakeFigures['handshakeMs'];
  readonly handshakeRepeats: HandshakeFigures['handshakeRepeats'];
  readonly pathChecks: HandshakeFigures['pathChecks'];
}

/** What only grows while a peer is connected. */
export interface Totals {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly pictures: number;
}

/** What goes to and fro a second. */
export interface Rates {
  readonly sentBps: number;
  readonly receivedBps: number;
  readonly fps: number;
}

/** Rates over less than this say nothing, in ms. */
const SHORTEST_MS = 200;

/** Makes rates of totals, from one reading to the next. */
export class PeerMeter {
  readonly #clock: Clock;
  readonly #startedMs: number;
  #before: Totals = { sentBytes: 0, receivedBytes: 0, pictures: 0 };
  #beforeMs: number;
  #rates: Rates = { sentBps: 0, receivedBps: 0, fps: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedMs = clock.now();
    this.#beforeMs = this.#startedMs;
  }

  /** Time since it was made, in ms. */
  get elapsedMs(): number {
    return this.#clock.now() - this.#startedMs;
  }

  /** The rates since the reading before. */
  read(totals: Totals): Rates {
    const now = this.#clock.now();
    const seconds = (now - this.#beforeMs) / 1000;
    if (seconds * 1000 < SHORTEST_MS) return this.#rates;
    const before = this.#before;
    this.#rates = {
      sentBps: Math.round(((totals.sentBytes - before.sentBytes) * 8) / seconds),
      receivedBps: Math.round(((totals.receivedBytes - before.receivedBytes) * 8) / seconds),
      fps: Math.round((10 * (totals.pictures - before.pictures)) / seconds) / 10,
    };
    this.#before = totals;
    this.#beforeMs = now;
    return this.#rates;
  }
}
