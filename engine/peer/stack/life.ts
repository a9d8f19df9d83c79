import type { RTCDtlsTransport } from 'werift';

/** The stack's private parts that are used here (pinned version, `~0.24.4`). */
interface Ice {
  readonly nominated?: Pair;
  readonly localUsername: string;
  readonly remoteUsername: string;
  readonly remotePassword: string;
  readonly iceControlling: boolean;
  buildRequest(values: {
    nominate: boolean;
    localUsername: string;
    remoteUsername: string;
    iceControlling: boolean;
    localCandidate: unknown;
  }): unknown;
}

interface Pair {
  readonly localCandidate: unknown;
  readonly remoteAddr: readonly [host: string, port: number];
  readonly protocol: {
    /** Settles with an answer that our peer has signed. It ends with the socket. */
    request(
      request: unknown,
      address: readonly [host: string, port: number],
      key: Buffer,
      options: { retransmissions: number; responseTimeout: number },
    ): Promise<unknown>;
  };
}

/** A check is sent up to so many times, the second after this time in ms, then after twice as long (RFC 8489 6.2.1). */
const ATTEMPTS = 4;
const FIRST_WAIT_MS = 500;

/**
 * Calls back on each packet that the keys of these connected transports prove: RTP, RTCP, and what
 * DTLS carries, which is the association of the data channels with all its acknowledgements.
 * @returns what ends it
 */
export function followLife(
  transports: readonly RTCDtlsTransport[],
  heard: () => void,
): (() => void)[] {
  return transports
    .flatMap(({ onRtp, onRtcp, dtls }) => [
      onRtp.subscribe(heard),
      onRtcp.subscribe(heard),
      ...(dtls ? [dtls.onData.subscribe(heard)] : []),
    ])
    .map(({ unSubscribe }) => unSubscribe);
}

/**
 * Asks the other end over each path whether it is still there, by a connectivity check of our own
 * (RFC 7675 5.1). ICE-lite ends need not ask, but others answer; an idle one may be silent for long.
 */
export function askForLife(transports: readonly RTCDtlsTransport[], answered: () => void): void {
  for (const { iceTransport } of transports) {
    const ice = iceTransport.connection as unknown as Ice;
    const { nominated } = ice;
    if (!nominated) continue;
    const { localUsername, remoteUsername, remotePassword, iceControlling } = ice;
    const { localCandidate, remoteAddr, protocol } = nominated;
    const names = { localUsername, remoteUsername };
    const check = ice.buildRequest({ nominate: false, ...names, iceControlling, localCandidate });
    const options = { retransmissions: ATTEMPTS - 1, responseTimeout: FIRST_WAIT_MS };
    protocol
      .request(check, remoteAddr, Buffer.from(remotePassword), options)
      // Without an answer the silence goes on.
      .then(answered, () => {});
  }
}
