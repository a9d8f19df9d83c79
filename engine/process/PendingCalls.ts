interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Calls to another thread that wait for their replies. */
export class PendingCalls {
  readonly #pending = new Map<number, Pending>();
  #number = 0;

  /** How many wait. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Waits for the reply to a call.
   * @param post sends the call with its number. What it throws is thrown here: nobody waits then
   */
  ask<Reply>(post: (number: number) => void): Promise<Reply> {
    this.#number += 1;
    const number = this.#number;
    post(number);
    return new Promise<Reply>((resolve, reject) => {
      // The reply to a call has the type that the protocol gives it; the port carries it untyped.
      this.#pending.set(number, { resolve: value => resolve(value as Reply), reject });
    });
  }

  /** The reply to a call. Unknown numbers are ignored. */
  resolve(number: number, value: unknown): void {
    this.#take(number)?.resolve(value);
  }

  /** A call has failed. Unknown numbers are ignored. */
  reject(number: number, error: Error): void {
    this.#take(number)?.reject(error);
  }

  /** There will be no replies any more. */
  rejectAll(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #take(number: number): Pending | undefined {
    const pending = this.#pending.get(number);
    this.#pending.delete(number);
    return pending;
  }
}
