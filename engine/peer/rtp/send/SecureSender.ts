/** Sends RTP packets encrypted to one peer. */
export interface SecureSender {
  /**
   * @param header as written by `rtpHeader`
   * @param rolloverCounter how often the sequence number has wrapped (RFC 3711 3.3.1)
   * @returns bytes sent, 0 if the packet could not be sent
   */
  send(header: Buffer, payload: Buffer, rolloverCounter: number): number;
  /** Bytes that wait in the socket because the network takes no more. */
  readonly backlogBytes: number;
}
