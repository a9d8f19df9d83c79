import { RateLimit, type RateLimitOptions } from './RateLimit';

export interface AddressLimitsOptions extends RateLimitOptions {
  /** Addresses that are remembered; the one that was silent longest is forgotten. Default 1024. */
  readonly mostAddresses?: number;
}

/** A rate limit for each address, so that nobody uses up what others need. */
export class AddressLimits {
  readonly #options: RateLimitOptions;
  readonly #most: number;
  /** The address that was asked for last stands last. */
  readonly #limits = new Map<string, RateLimit>();

  constructor({ mostAddresses = 1024, ...options }: AddressLimitsOptions = {}) {
    this.#options = options;
    this.#most = mostAddresses;
  }

  /** The limit of an address. @param address as `addressOf` gives it */
  of(address: string): RateLimit {
    const limit = this.#limits.get(address) ?? new RateLimit(this.#options);
    this.#limits.delete(address);
    this.#limits.set(address, limit);
    if (this.#limits.size > this.#most) {
      const [oldest] = this.#limits.keys();
      if (oldest !== undefined) this.#limits.delete(oldest);
    }
    return limit;
  }
}
