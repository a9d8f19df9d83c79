import { MediaError } from './errors';

// What can go wrong between a peer and the network.

/** The system gives no UDP socket for a new peer: HTTP 503. */
export class NoSocketError extends MediaError {
  readonly code = 'no-socket';
  /** @param detail what the system says, such as `bind EMFILE` */
  constructor(detail: string, options?: ErrorOptions) {
    super(
      `The system gives no UDP port for a new peer (${detail}): free some, or raise its limit of open files`,
      { detail },
      options,
    );
  }
}
