/** What comes in on a connection's path: media and data of the server, whole or in parts. */
export class Inflow {
  readonly #peer: Pick<RTCPeerConnection, 'getStats'>;
  #bytes = 0;

  constructor(peer: Pick<RTCPeerConnection, 'getStats'>) {
    this.#peer = peer;
  }

  /**
   * Whether bytes have come since the last question, by `bytesReceived` of the candidate pairs
   * (W3C webrtc-stats 8.14), which counts no connectivity checks. False where the browser does not say.
   */
  async hasGrown(): Promise<boolean> {
    let report: ReadonlyMap<string, unknown>;
    try {
      report = (await this.#peer.getStats()) as ReadonlyMap<string, unknown>;
    } catch {
      return false; // Firefox refuses to tell of a connection that is closed.
    }
    const before = this.#bytes;
    this.#bytes = bytesOf(report);
    return this.#bytes > before;
  }
}

function bytesOf(report: ReadonlyMap<string, unknown>): number {
  let bytes = 0;
  for (const entry of report.values()) {
    const { type, bytesReceived } = entry as Record<string, unknown>;
    if (type === 'candidate-pair' && typeof bytesReceived === 'number') bytes += bytesReceived;
  }
  return bytes;
}
