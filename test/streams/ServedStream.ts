/** A stream that a server of its own gives to whoever opens the address, until it is closed. */
export interface ServedStream {
  /** Where it is: without a login. */
  readonly url: string;
  /** Ends the server at once, as a loss of power would. Idempotent. */
  close(): Promise<void>;
}
