import type { IncomingHttpHeaders } from 'node:http';
import { type Clock, systemClock } from '../../engine/model/Clock';
import { Refusal, tooFast } from '../Refusal';
import { AddressLimits } from './AddressLimits';
import { RateLimit } from './RateLimit';
import { checkToken, givesToken } from './token';

export interface TokenGuardOptions {
  /** Absent or empty: none is asked for. */
  readonly token?: string | undefined;
  readonly clock?: Clock;
}

/** Wrong tokens of one address: as many as a person mistypes. */
const OF_ADDRESS = { perSecond: 1 / 6, burst: 10 };
/** Wrong tokens of all addresses together. */
const OF_ALL = { perSecond: 2, burst: 100 };

/**
 * Asks for an access token, and keeps it from being guessed: an address that has given ten wrong ones
 * has to wait, and when wrong ones come from everywhere, one is enough. Who has the right token and
 * an address of his own is never kept waiting by others.
 */
export class TokenGuard {
  readonly #token: string;
  readonly #wrongOf: AddressLimits;
  readonly #wrong: RateLimit;

  constructor({ token = '', clock = systemClock }: TokenGuardOptions) {
    this.#token = token;
    this.#wrongOf = new AddressLimits({ ...OF_ADDRESS, clock });
    this.#wrong = new RateLimit({ ...OF_ALL, clock });
  }

  /**
   * @param address as `addressOf` gives it
   * @throws Refusal 401 for a missing or a wrong token, 429 before it is looked at
   */
  check(address: string, headers: IncomingHttpHeaders, query: URLSearchParams): void {
    if (this.#token === '') return;
    // Who gives none guesses nothing: the page asks so before it asks its user.
    if (!givesToken(headers, query)) {
      checkToken(this.#token, headers, query);
      return;
    }
    const wrong = this.#wrongOf.of(address);
    const { waitMs } = wrong;
    if (waitMs > 0) throw tooFast('Too many wrong access tokens', waitMs);
    try {
      checkToken(this.#token, headers, query);
    } catch (error) {
      if (this.#wrong.take() > 0) wrong.drain();
      else wrong.take();
      throw error;
    }
  }

  /** Whether `check` lets pass. */
  isRight(address: string, headers: IncomingHttpHeaders, query: URLSearchParams): boolean {
    try {
      this.check(address, headers, query);
      return true;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }
}
