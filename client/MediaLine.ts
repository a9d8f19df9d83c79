import { safely } from './Emitter';

/** What `subscribe` calls with each incoming stream. */
export type StreamCallback = (stream: MediaStream) => void;

/**
 * The video or the audio of a connection: at most one transceiver, which sends what
 * `putSubscription` gave and receives if `subscribe` was called.
 *
 * A line knows what the page wants of it before there is a peer connection, and may outlive one:
 * a `Session` hands the same lines to each of its connections.
 */
export class MediaLine {
  readonly kind: 'video' | 'audio';
  readonly #needsOffer: () => void;
  readonly #callbacks = new Set<StreamCallback>();
  #receive = false;
  #outgoingTrack: MediaStreamTrack | null = null;
  #outgoingStream: MediaStream | null = null;
  #incomingStream: MediaStream | null = null;
  #transceiver: RTCRtpTransceiver | undefined;
  /** The connection's offer or answer is made: later wishes need another. */
  #described = false;

  /** @param needsOffer called when a wish cannot be met by the connection that is there */
  constructor(kind: 'video' | 'audio', needsOffer: () => void = () => {}) {
    this.kind = kind;
    this.#needsOffer = needsOffer;
  }

  /** The stream that the other side sends, or null before it comes. */
  get incomingStream(): MediaStream | null {
    return this.#incomingStream;
  }

  /** The stream that `putSubscription` made of its track, or null. */
  get outgoingStream(): MediaStream | null {
    return this.#outgoingStream;
  }

  /** The receiver of this line, once there is an offer. */
  get receiver(): RTCRtpReceiver | undefined {
    return this.#transceiver?.receiver;
  }

  /** Whether the other side agreed to send. Undefined until the answer is there. */
  get receives(): boolean | undefined {
    const direction = this.#transceiver?.currentDirection;
    if (direction == null) return undefined;
    return direction === 'recvonly' || direction === 'sendrecv';
  }

  /**
   * Asks to receive, and calls back with the stream of each incoming track; at once if one is
   * there already. The returned function ends the calls (receiving goes on).
   */
  subscribe(callback: StreamCallback): () => void {
    this.#callbacks.add(callback);
    this.offerToReceive();
    if (this.#incomingStream) safely(callback, this.#incomingStream);
    return () => this.#callbacks.delete(callback);
  }

  /** Asks to receive without a callback: the stream is in `incomingStream`. */
  offerToReceive(): void {
    if (this.#receive) return;
    this.#receive = true;
    if (this.#described) this.#needsOffer();
  }

  /** Sends a track, in place of the one before; null stops sending. */
  putSubscription(track: MediaStreamTrack | null): void {
    this.#outgoingTrack = track;
    this.#outgoingStream = track && new MediaStream([track]);
    if (!this.#described) return;
    // Replacing needs no new offer where the line sends already.
    if (this.#transceiver?.direction.startsWith('send')) this.#replaceTrack(this.#transceiver);
    else if (track) this.#needsOffer();
  }

  /** Serves this connection from now on, whose track events come before the answer is made. */
  adopt(peer: RTCPeerConnection): void {
    this.#transceiver = undefined;
    this.#described = false;
    this.#incomingStream = null;
    peer.addEventListener('track', ({ track, streams }) => {
      if (track.kind !== this.kind) return;
      // A server that names no stream in its answer (no a=msid) still gets its track shown.
      const stream = streams[0] ?? new MediaStream([track]);
      this.#incomingStream = stream;
      for (const callback of [...this.#callbacks]) safely(callback, stream);
    });
  }

  /** Adds the line to a connection that is about to offer, unless nothing is wanted of it. */
  prepareOffer(peer: RTCPeerConnection): void {
    this.#described = true;
    if (this.#direction === 'inactive') return;
    this.#transceiver = peer.addTransceiver(this.#outgoingTrack ?? this.kind, {
      direction: this.#direction,
      streams: this.#outgoingStream ? [this.#outgoingStream] : [],
    });
  }

  /** Fits the line to an offer that has just been set: the first m-line of its kind sends. */
  prepareAnswer(peer: RTCPeerConnection): void {
    this.#described = true;
    const offered = peer.getTransceivers().filter(({ receiver }) => {
      return receiver.track.kind === this.kind;
    });
    this.#transceiver = offered[0];
    for (const transceiver of offered) {
      const first = transceiver === this.#transceiver;
      transceiver.direction = first ? this.#direction : this.#receive ? 'recvonly' : 'inactive';
    }
    if (this.#transceiver && this.#outgoingTrack) this.#replaceTrack(this.#transceiver);
  }

  get #direction(): RTCRtpTransceiverDirection {
    if (this.#outgoingTrack) return this.#receive ? 'sendrecv' : 'sendonly';
    return this.#receive ? 'recvonly' : 'inactive';
  }

  #replaceTrack(transceiver: RTCRtpTransceiver): void {
    // Rejects only when the connection was closed meanwhile, which has its own event.
    transceiver.sender.replaceTrack(this.#outgoingTrack).catch(() => {});
  }
}
