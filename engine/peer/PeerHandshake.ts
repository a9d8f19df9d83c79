import type { Clock } from '../model/Clock';

/**
 * How far a handshake has come that did not end well:
 * - `unreached`: no check of a path has come, so the browser does not get through to us;
 * - `undecided`: checks have come, and the browser has chosen no path;
 * - `silent`: it has chosen one, and has not begun DTLS;
 * - `unfinished`: it has begun DTLS.
 */
export type HandshakeStep = 'unreached' | 'undecided' | 'silent' | 'unfinished';

/** What a handshake took. */
export interface HandshakeFigures {
  /** From the answer until it was through, or until now, in ms. */
  readonly handshakeMs: number;
  /** Flights of DTLS that were sent again, because they or their answers were lost. */
  readonly handshakeRepeats: number;
  /** Checks of a path that came. */
  readonly pathChecks: number;
}

/** What became of a handshake that came to nothing. */
export interface HandshakeReport {
  readonly step: HandshakeStep;
  readonly figures: HandshakeFigures;
}

/** For the log. */
const TEXTS: Record<HandshakeStep, string> = {
  unreached: 'no check of a path came',
  undecided: 'no path was chosen',
  silent: 'DTLS did not begin',
  unfinished: 'DTLS was not finished',
};

/** The text of a report for the log. */
export function textOf({ step, figures }: HandshakeReport): string {
  const { handshakeMs, handshakeRepeats, pathChecks } = figures;
  const seconds = (handshakeMs / 1000).toFixed(1);
  return `${TEXTS[step]} in ${seconds} s; ${pathChecks} checks came, ${handshakeRepeats} flights were repeated`;
}

/** Limits the time of a peer's handshake, and follows how far it comes. */
export class PeerHandshake {
  readonly #clock: Clock;
  readonly #hasPath: () => boolean;
  #startedMs: number;
  #throughMs: number | undefined;
  #cancel: (() => void) | undefined;
  #isAnswered = false;
  #isBegun = false;
  #repeats = 0;
  #checks = 0;

  /** @param hasPath tells whether the other end has chosen a path */
  constructor(clock: Clock, hasPath: () => boolean) {
    this.#clock = clock;
    this.#hasPath = hasPath;
    this.#startedMs = clock.now();
  }

  /** It has so long from now on, in ms. */
  limit(ms: number, timedOut: () => void): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(ms, timedOut);
  }

  /** The offer was answered: what follows is up to the other end. */
  answered(): void {
    this.#isAnswered = true;
    this.#startedMs = this.#clock.now();
  }

  /** A check of a path came from the other end. */
  checked(): void {
    this.#checks += 1;
  }

  /** The other end has begun DTLS. */
  begun(): void {
    this.#isBegun = true;
  }

  /** A flight of DTLS was sent again. */
  repeated(): void {
    this.#repeats += 1;
  }

  /** The handshake is through. */
  through(): void {
    this.#throughMs = this.#clock.now();
    this.close();
  }

  /** Ends its timer. Idempotent. */
  close(): void {
    this.#cancel?.();
  }

  /** How long it has had since the answer without getting through, in ms. */
  get unfinishedMs(): number {
    if (this.#throughMs !== undefined || !this.#isAnswered) return 0;
    return this.#clock.now() - this.#startedMs;
  }

  get figures(): HandshakeFigures {
    return {
      handshakeMs: Math.round((this.#throughMs ?? this.#clock.now()) - this.#startedMs),
      handshakeRepeats: this.#repeats,
      pathChecks: this.#checks,
    };
  }

  /** How far it has come, if it is not through. */
  get report(): HandshakeReport {
    return { step: this.#step, figures: this.figures };
  }

  get #step(): HandshakeStep {
    if (this.#isBegun) return 'unfinished';
    if (this.#hasPath()) return 'silent';
    return this.#checks > 0 ? 'undecided' : 'unreached';
  }
}
