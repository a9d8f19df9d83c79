import { MediaError } from './errors';

/** What came over a wire is nothing that the node can use. Told again at most now and then: more of it comes. */
export class UnusableError extends MediaError {
  readonly code = 'message-unusable';
  constructor(detail: string, options?: ErrorOptions) {
    super(`What came cannot be used: ${detail}`, { detail }, options);
  }
}
