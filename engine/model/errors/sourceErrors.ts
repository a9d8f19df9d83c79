import { MediaError } from './errors';

/** The address takes no request for its content, or not one of this kind: HTTP 400, 405, 406. */
export class RequestRefusedError extends MediaError {
  readonly code = 'request-refused';
  constructor(address: string, detail: string, options?: ErrorOptions) {
    super(
      `${address} does not take the request (${detail}): check the path, pictures and streams have one of their own`,
      { address, detail },
      options,
    );
  }
}

/** The stream was there and will not come back: HTTP 410. */
export class StreamGoneError extends MediaError {
  readonly code = 'stream-gone';
  constructor(address: string, options?: ErrorOptions) {
    super(
      `${address} is gone for good (410): get a new address from the camera or its service`,
      { address },
      options,
    );
  }
}

/** The server wants fewer requests: HTTP 429. */
export class TooManyRequestsError extends MediaError {
  readonly code = 'too-many-requests';
  constructor(address: string, options?: ErrorOptions) {
    super(
      `${address} wants fewer requests (429): lower the frame rate, or close what else reads it`,
      { address },
      options,
    );
  }
}

/** No encrypted connection came about. */
export class TlsFailedError extends MediaError {
  readonly code = 'tls-failed';
  constructor(address: string, detail: string, options?: ErrorOptions) {
    super(
      `No encrypted connection to ${address} (${detail}): check whether its port speaks TLS, or try the address without the s in its scheme`,
      { address, detail },
      options,
    );
  }
}
