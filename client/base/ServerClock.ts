/** A pair of clocks' readings: an RTP timestamp and the moment its picture was captured. */
export interface CaptureMark {
  /** 32 bits, 90 kHz. */
  rtpTimestamp: number;
  /** In ms since the epoch, by the server's clock. */
  captureTime: number;
}

/** Clocks that are only a bit too fast or too slow go apart by less within ten exchanges, in ms. */
const TOLERANCE_MS = 20;
/** Exchanges that are remembered. */
const EXCHANGES = 10;

/**
 * Translates the server's time into this page's, from timed questions and answers as NTP does
 * (RFC 5905, section 8): of the last ten exchanges the one with the shortest round trip counts, as
 * the least could hide in it. An exchange that no offset could explain together with those before
 * starts anew: this computer slept, which halts the page's clock. All times are in ms since the epoch.
 */
export class ServerClock {
  readonly #exchanges: Exchange[] = [];
  #mark: CaptureMark | undefined;

  /** Takes an exchange: sent and received by this page's clock, answered at `serverTime`. */
  addExchange(sentAt: number, serverTime: number, receivedAt: number): void {
    const offsetMs = serverTime - (sentAt + receivedAt) / 2;
    const exchange = { offsetMs, roundTripMs: receivedAt - sentAt };
    if (this.#exchanges.some(each => contradicts(each, exchange))) this.#exchanges.length = 0;
    this.#exchanges.push(exchange);
    if (this.#exchanges.length > EXCHANGES) this.#exchanges.shift();
  }

  /** Takes the newest pair of RTP and capture time. */
  setMark(mark: CaptureMark): void {
    this.#mark = mark;
  }

  /** How far the server's clock is ahead of this page's. Undefined before the first exchange. */
  get offsetMs(): number | undefined {
    return this.#best?.offsetMs;
  }

  /** The shortest round trip of the last exchanges. */
  get roundTripMs(): number | undefined {
    return this.#best?.roundTripMs;
  }

  /** When the picture with this RTP timestamp was captured, by this page's clock; undefined if unknown. */
  captureTimeOf(rtpTimestamp: number): number | undefined {
    if (!this.#mark || !this.#best) return undefined;
    const sinceMark = rtpDistanceMs(rtpTimestamp, this.#mark.rtpTimestamp);
    return this.#mark.captureTime + sinceMark - this.#best.offsetMs;
  }

  get #best(): Exchange | undefined {
    let best = this.#exchanges[0];
    for (const exchange of this.#exchanges) {
      if (best && exchange.roundTripMs < best.roundTripMs) best = exchange;
    }
    return best;
  }
}

interface Exchange {
  offsetMs: number;
  roundTripMs: number;
}

/** The true offset lies within half a round trip of a measured one. */
function contradicts(a: Exchange, b: Exchange): boolean {
  const mostMs = (a.roundTripMs + b.roundTripMs) / 2 + TOLERANCE_MS;
  return Math.abs(a.offsetMs - b.offsetMs) > mostMs;
}

/** From RTP timestamp `from` to `to` in ms at 90 kHz: negative if `to` is earlier, across the 32-bit wrap. */
export function rtpDistanceMs(to: number, from: number): number {
  // The bit operation keeps 32 bits and makes them signed, so that the shorter way round counts.
  return ((to - from) | 0) / 90;
}
