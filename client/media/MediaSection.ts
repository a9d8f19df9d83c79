/** What a page wants of the video or the audio of its connection. */
export interface MediaWish {
  readonly receive: boolean;
  /** What is to be sent, or null. */
  readonly track: MediaStreamTrack | null;
  /** The stream that the track is announced in, or null. */
  readonly stream: MediaStream | null;
}

/** What a section needs of its line. */
export interface SectionLine {
  readonly kind: 'video' | 'audio';
  readonly wish: MediaWish;
}

/** The m-section of one connection that serves a `MediaLine`: at most one transceiver. */
export class MediaSection {
  readonly #peer: RTCPeerConnection;
  readonly #line: SectionLine;
  #transceiver: RTCRtpTransceiver | undefined;
  #incomingStream: MediaStream | null = null;
  readonly #came: (stream: MediaStream) => void;
  #described = false;
  #isSent = true;

  /** @param came called with the stream of each incoming track, as soon as something is sent on it */
  constructor(peer: RTCPeerConnection, line: SectionLine, came: (stream: MediaStream) => void) {
    this.#came = came;
    this.#peer = peer;
    this.#line = line;
    peer.addEventListener('track', ({ track, streams }) => {
      if (track.kind !== line.kind) return;
      // A server that names no stream in its answer (no a=msid) still gets its track shown.
      const stream = streams[0] ?? new MediaStream([track]);
      this.#incomingStream = stream;
      if (this.#isSent) came(stream);
    });
  }

  /** The connection's offer or answer is made: what it leaves out needs another. */
  get described(): boolean {
    return this.#described;
  }

  /** The stream that the other side sends, or null before it comes. */
  get incomingStream(): MediaStream | null {
    return this.#isSent ? this.#incomingStream : null;
  }

  /**
   * Whether the other side sends anything, as far as it says so: our server agrees to send before it
   * has anything to. Default true.
   */
  get isSent(): boolean {
    return this.#isSent;
  }

  set isSent(isSent: boolean) {
    const begins = isSent && !this.#isSent;
    this.#isSent = isSent;
    if (begins && this.#incomingStream) this.#came(this.#incomingStream);
  }

  get receiver(): RTCRtpReceiver | undefined {
    return this.#transceiver?.receiver;
  }

  /** Whether the other side sends something. Undefined until the answer is there. */
  get receives(): boolean | undefined {
    const isAgreed = this.#agreedTo('recv');
    return isAgreed && this.#isSent;
  }

  /** Whether the other side agreed to take what is sent. Undefined until the answer is there. */
  get sends(): boolean | undefined {
    return this.#agreedTo('send');
  }

  /** Adds the section to a connection that is about to offer, unless nothing is wanted of it. */
  prepareOffer(): void {
    this.#described = true;
    const { kind, wish } = this.#line;
    const direction = directionOf(wish);
    if (direction === 'inactive') return;
    this.#transceiver = this.#peer.addTransceiver(wish.track ?? kind, {
      direction,
      streams: wish.stream ? [wish.stream] : [],
    });
  }

  /** Fits the section to an offer that has just been set: the first m-line of its kind sends. */
  prepareAnswer(): void {
    this.#described = true;
    const { kind, wish } = this.#line;
    const offered = this.#peer.getTransceivers().filter(({ receiver }) => {
      return receiver.track.kind === kind;
    });
    this.#transceiver = offered[0];
    for (const transceiver of offered) {
      const first = transceiver === this.#transceiver;
      transceiver.direction = first ? directionOf(wish) : wish.receive ? 'recvonly' : 'inactive';
    }
    if (wish.track) this.send(wish.track);
  }

  /** Sends another track, or nothing, where it sends already. Returns whether it does. */
  send(track: MediaStreamTrack | null): boolean {
    const transceiver = this.#transceiver;
    if (!transceiver?.direction.startsWith('send')) return false;
    // Rejects only when the connection was closed meanwhile, which has its own event.
    transceiver.sender.replaceTrack(track).catch(() => {});
    return true;
  }

  #agreedTo(way: 'send' | 'recv'): boolean | undefined {
    return this.#transceiver?.currentDirection?.includes(way);
  }
}

/** The direction to offer, or to answer with, for a wish. */
export function directionOf({ receive, track }: MediaWish): RTCRtpTransceiverDirection {
  if (track) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}
