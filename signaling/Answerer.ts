/** A session description as RTCBot and the browser's API write it. */
export interface SessionDescription {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/** What signaling needs of the media engine: an answer to an offer. */
export interface Answerer {
  /**
   * Makes a peer for the offer and answers it.
   * @throws OfferError (HTTP 400) TooManyPeersError or NoSocketError (HTTP 503), by their `code`
   */
  answer(offer: SessionDescription): Promise<{ peer: string; description: SessionDescription }>;
  /** A page was served, so an offer will come within a second: time to start what it will need. */
  expect?(): void;
}
