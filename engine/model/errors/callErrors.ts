import { MediaError } from './errors';

// What can go wrong where this end makes the offer.

/** What came back for our offer is no answer that can be used. */
export class AnswerError extends MediaError {
  readonly code = 'answer-invalid';
  constructor(detail: string, options?: ErrorOptions) {
    super(
      `The answer to the call cannot be used (${detail}): enter the address of an rtc-connection node, or of a program that speaks RTCBot's signaling`,
      { detail },
      options,
    );
  }
}

/** The other end has answered our call, but no connection came about. */
export class CallFailedError extends MediaError {
  readonly code = 'call-failed';
  constructor(detail: string, options?: ErrorOptions) {
    super(
      `The call was answered, but no connection came about (${detail}): let UDP through the firewalls between the two machines`,
      { detail },
      options,
    );
  }
}

/** Nobody takes the call at this address. */
export class CalleeUnreachableError extends MediaError {
  readonly code = 'callee-unreachable';
  constructor(address: string, detail: string, options?: ErrorOptions) {
    super(
      `${address} cannot be reached (${detail}): check the address, and that Node-RED or the program runs there`,
      { address, detail },
      options,
    );
  }
}

/** There is a server, but no endpoint at this path. */
export class EndpointMissingError extends MediaError {
  readonly code = 'endpoint-missing';
  constructor(address: string, options?: ErrorOptions) {
    super(
      `There is no endpoint at ${address}: enter the path of the rtc-connection node there, and deploy it`,
      { address },
      options,
    );
  }
}

/** The endpoint wants a token or a login, or another one. */
export class CallUnauthorizedError extends MediaError {
  readonly code = 'call-unauthorized';
  constructor(address: string, detail: string, options?: ErrorOptions) {
    super(
      `${address} refused the call (${detail}): enter the token of that endpoint, or the user and password of its Node-RED`,
      { address, detail },
      options,
    );
  }
}

/** The endpoint refused the call for now. */
export class CallRefusedError extends MediaError {
  readonly code = 'call-refused';
  constructor(address: string, detail: string, options?: ErrorOptions) {
    super(
      `${address} refused the call (${detail}): see its log; it is called again`,
      { address, detail },
      options,
    );
  }
}

/** Another caller has our place at the endpoint. */
export class CallReplacedError extends MediaError {
  readonly code = 'call-replaced';
  constructor(options?: ErrorOptions) {
    super(
      'Another one has taken our place at the endpoint: send msg.command call to take it back',
      {},
      options,
    );
  }
}

/** The certificate of the endpoint's server is of nobody whom this machine trusts. */
export class CertificateUntrustedError extends MediaError {
  readonly code = 'certificate-untrusted';
  constructor(address: string, detail: string, options?: ErrorOptions) {
    super(
      `The certificate of ${address} is not trusted here (${detail}): choose a TLS configuration in the node that has its CA certificate, or that does not verify`,
      { address, detail },
      options,
    );
  }
}

/** The certificate of the endpoint's server is past its time, or not in it yet. */
export class CertificateExpiredError extends MediaError {
  readonly code = 'certificate-expired';
  constructor(address: string, detail: string, options?: ErrorOptions) {
    super(
      `The certificate of ${address} is not valid at this time (${detail}): renew it there, or set the clock of this machine`,
      { address, detail },
      options,
    );
  }
}

/** The certificate of the endpoint's server is for another name. */
export class CertificateNameError extends MediaError {
  readonly code = 'certificate-name';
  constructor(address: string, detail: string, options?: ErrorOptions) {
    super(
      `The certificate of ${address} is for another name (${detail}): call it by a name that stands in the certificate, or enter that as server name in the TLS configuration`,
      { address, detail },
      options,
    );
  }
}

/** The endpoint's server speaks HTTP where the address says HTTPS, or the other way round. */
export class TlsMismatchError extends MediaError {
  readonly code = 'tls-mismatch';
  constructor(address: string, scheme: 'http' | 'https', options?: ErrorOptions) {
    super(
      `${address} does not answer to this scheme: begin the address with ${scheme}://`,
      { address, scheme },
      options,
    );
  }
}

/** The endpoint's server sends to another one, which must not get what is secret. */
export class CallRedirectedError extends MediaError {
  readonly code = 'call-redirected';
  constructor(address: string, target: string, options?: ErrorOptions) {
    super(
      `${address} sends the call on to ${target}, which is not given the login: enter that address if it is the right one`,
      { address, target },
      options,
    );
  }
}
