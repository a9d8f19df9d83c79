import { safely } from '../base/Emitter';
import { MediaSection, type MediaWish } from './MediaSection';

/** What `subscribe` calls with each incoming stream. */
export type StreamCallback = (stream: MediaStream) => void;

/**
 * The video or the audio of a page: sends what `putSubscription` gave, and receives if `subscribe`
 * was called.
 *
 * A line knows what the page wants of it before there is a connection, and may outlive one: a
 * `Session` hands the same lines to each of its connections, two at a time while one takes the
 * other's place.
 */
export class MediaLine {
  readonly kind: 'video' | 'audio';
  readonly #needsOffer: () => void;
  readonly #callbacks = new Set<StreamCallback>();
  #receive = false;
  #outgoingTrack: MediaStreamTrack | null = null;
  #outgoingStream: MediaStream | null = null;
  /** Of the connection whose media the page is shown. */
  #shown: MediaSection | undefined;
  /** Of the connection that was made last: the same, or the one to be shown next. */
  #newest: MediaSection | undefined;

  /** @param needsOffer called when a wish cannot be met by the connection that is there */
  constructor(kind: 'video' | 'audio', needsOffer: () => void = () => {}) {
    this.kind = kind;
    this.#needsOffer = needsOffer;
  }

  /** The stream that the other side sends, or null before it comes. */
  get incomingStream(): MediaStream | null {
    return this.#shown?.incomingStream ?? null;
  }

  /** The stream that `putSubscription` made of its track, or null. */
  get outgoingStream(): MediaStream | null {
    return this.#outgoingStream;
  }

  /** The track that is sent, or null. */
  get outgoingTrack(): MediaStreamTrack | null {
    return this.#outgoingTrack;
  }

  /** The receiver of this line, once there is an offer. @internal */
  get receiver(): RTCRtpReceiver | undefined {
    return this.#shown?.receiver;
  }

  /** Whether the other side sends something. Undefined until the answer is there. */
  get receives(): boolean | undefined {
    return this.#shown?.receives;
  }

  /** Whether the other side agreed to take what is sent. Undefined until the answer is there. */
  get sends(): boolean | undefined {
    return this.#shown?.sends;
  }

  /**
   * Asks to receive, and calls back with the stream of each incoming track; at once if one is
   * there already. The returned function ends the calls (receiving goes on).
   */
  subscribe(callback: StreamCallback): () => void {
    this.offerToReceive();
    return this.watch(callback);
  }

  /** As `subscribe`, without asking to receive. */
  watch(callback: StreamCallback): () => void {
    this.#callbacks.add(callback);
    if (this.incomingStream) safely(callback, this.incomingStream);
    return () => this.#callbacks.delete(callback);
  }

  /** Asks to receive without a callback: the stream is in `incomingStream`. */
  offerToReceive(): void {
    if (this.#receive) return;
    this.#receive = true;
    if (this.#newest?.described) this.#needsOffer();
  }

  /** Sends a track, in place of the one before; null stops sending. At any time. */
  putSubscription(track: MediaStreamTrack | null): void {
    this.#outgoingTrack = track;
    this.#outgoingStream = track && new MediaStream([track]);
    if (this.#shown !== this.#newest) this.#shown?.send(track);
    if (!this.#newest?.described) return;
    // Replacing needs no new offer where the line sends already.
    if (!this.#newest.send(track) && track) this.#needsOffer();
  }

  /**
   * Serves this connection, too, whose track events come before the answer is made.
   * @param standby its media are shown only by `show()`
   * @internal
   */
  adopt(peer: RTCPeerConnection, standby = false): MediaSection {
    const section = new MediaSection(peer, this, stream => {
      if (section === this.#shown) this.#tell(stream);
    });
    this.#newest = section;
    if (!standby) this.#shown = section;
    return section;
  }

  /** What a connection that is about to be described is to carry. @internal */
  get wish(): MediaWish {
    return {
      receive: this.#receive,
      track: this.#outgoingTrack,
      stream: this.#outgoingStream,
    };
  }

  /** Shows the media of a connection that stood by, from now on. @internal */
  show(section: MediaSection): void {
    if (section === this.#shown) return;
    this.#shown = section;
    if (section.incomingStream) this.#tell(section.incomingStream);
  }

  #tell(stream: MediaStream): void {
    for (const callback of [...this.#callbacks]) safely(callback, stream);
  }
}
