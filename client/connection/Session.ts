import { Closable } from '../base/Closable';
import { safely } from '../base/Emitter';
import type { Channel, ChannelOptions, MessageCallback, WaitingRoom } from '../channels/Channel';
import { Channels } from '../channels/Channels';
import { decode, type Message } from '../channels/message';
import { Device } from '../media/Device';
import { MediaLine } from '../media/MediaLine';
import { Playback } from '../media/Playback';
import { Backoff } from './Backoff';
import type { LinkEnd } from './Link';
import { Links } from './Links';
import { PageMoments } from './PageMoments';
import type { SessionEvents, SessionOptions, SessionState } from './SessionOptions';
import type { Problem } from './signaling';

/** Shortest wait after a problem that does not go away by itself, in ms. */
const PATIENCE_MS: Partial<Record<Problem, number>> = {
  unauthorized: 5000,
  forbidden: 5000,
  refused: 5000,
  'not-found': 1000,
  full: 2000,
};
/** A connection that lived so long was a good one: the next failure starts with short waits again. */
const GOOD_MS = 3000;
/** For messages put while there is no connection: a robot must not act on old ones. */
const ROOM: WaitingRoom = { most: 100, longestMs: 5000, whenFull: 'drop oldest' };

/**
 * A lasting connection to an endpoint of the `rtc-connection` node: connects, and connects again
 * whenever it breaks, until `close()`.
 *
 * It has RTCBot's methods (`video`, `audio`, `subscribe`, `put_nowait`, `onReady`, `onError`,
 * `onClose`, `close`), `attach` for a `<video>`, `send` (the plain name of `put_nowait`), `channel`
 * for more data channels, `microphone` and `camera` of the page, and events by `on`. What is received and sent may change at any time: where that takes a new
 * connection it is made beside the old one, and the picture goes on. The server sees a new peer.
 */
export class Session extends Closable<SessionEvents> {
  /** Incoming and outgoing video. What is subscribed and put stays so across connections. */
  readonly video: MediaLine;
  /** Incoming and outgoing sound. */
  readonly audio: MediaLine;
  /** `microphone.start()` and `.stop()`: the user's own sound, sent on `audio`. */
  readonly microphone: Device;
  /** `camera.start()` and `.stop()`: the user's own picture, sent on `video`. */
  readonly camera: Device;
  readonly #latency: 'lowest' | 'smooth';
  readonly #links: Links;
  readonly #channels: Channels;
  readonly #backoff = new Backoff();
  readonly #moments: PageMoments;
  #state: SessionState = 'connecting';
  #problem: Problem | undefined;
  #connectedAt: number | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #callback: MessageCallback | undefined;
  #playback: Playback | undefined;

  /** @param url address of the endpoint, for example `/rtcbot` */
  constructor(url: string, options: SessionOptions = {}) {
    super();
    const { video = true, audio = false, sendVideo = false, sendAudio = false } = options;
    this.video = new MediaLine('video', () => this.#links.renew());
    this.audio = new MediaLine('audio', () => this.#links.renew());
    this.camera = new Device('camera', this.video);
    this.microphone = new Device('microphone', this.audio);
    if (video) this.video.offerToReceive();
    if (audio) this.audio.offerToReceive();
    sendFrom(sendVideo, this.video, this.camera);
    sendFrom(sendAudio, this.audio, this.microphone);
    this.#latency = options.latency ?? 'lowest';
    const { ordered = true, maxRetransmits } = options;
    this.#channels = new Channels(
      { ordered, maxRetransmits },
      ROOM,
      (message, label) => this.#receive(message, label),
      error => this.emit('failed', error),
    );
    this.#links = new Links(this.#linkOptions(url, options), {
      connected: () => this.#succeed(),
      mediaChanged: () => this.emit('media'),
      renewed: () => this.#goOver(),
      ended: end => this.#fail(end),
      // Where the server has no second place for us, the first must be left.
      notRenewed: () => this.reconnect(),
    });
    this.#moments = new PageMoments({
      retry: () => this.#retry !== undefined && this.#connect(),
      leave: () => this.#drop(),
      comeBack: () => this.#state !== 'replaced' && this.reconnect(),
    });
    this.#connect();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Why there was no connection at the last attempt; undefined while all is well. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** The connection of the moment, if there is one. It is replaced at each reconnect. */
  get peerConnection(): RTCPeerConnection | undefined {
    return this.#links.current?.connection.peerConnection;
  }

  /** Calls back at each connection; the promise is fulfilled by the first, rejected by `close()`. */
  onReady(callback?: () => void): Promise<void> {
    const ready = () => callback && safely(callback);
    if (this.#state === 'connected') ready();
    this.on('state', state => state === 'connected' && ready());
    const promise = new Promise<void>((resolve, reject) => {
      const look = () => {
        if (this.#state === 'connected') resolve();
        if (this.#state === 'closed') reject(new Error('The session was closed'));
      };
      this.on('state', look);
      look();
    });
    // Pages that only want the callback must not see it as an unhandled rejection.
    promise.catch(() => {});
    return promise;
  }

  /**
   * A data channel beside `default`, opened on this and each later connection.
   * @throws TypeError for the label `rtcbot`
   */
  channel(label: string, options: ChannelOptions = {}): Channel {
    return this.#channels.claim(label, options);
  }

  /** Sets the one callback for messages; it gets text unparsed, as RTCBot's pages expect. */
  subscribe(callback: MessageCallback): void {
    this.#callback = callback;
  }

  /**
   * Sends a message on the channel `default`: text and bytes as they are, all else as JSON text.
   * Without a connection the newest 100 wait for it, for 5 s. Bound, as RTCBot's.
   */
  readonly put_nowait = (message: Message): void => this.#channels.default.put_nowait(message);

  /** The same as `put_nowait`. */
  readonly send = this.put_nowait;

  /** As `put_nowait`; fulfilled when there is room for the next message, rejected if it cannot be sent. */
  readonly put = (message: Message): Promise<void> => this.#channels.default.put(message);

  /**
   * Plays what is received in `element`, now and after each reconnect, and measures it (events
   * `picture` and `stats`). One element at a time. Its `muted` and `volume` count for the sound,
   * also where that plays apart from the picture.
   */
  attach(element: HTMLVideoElement): void {
    this.#playback?.close();
    const { video, audio } = this;
    this.#playback = new Playback(
      element,
      { video, audio, latency: this.#latency },
      {
        picture: flows => this.emit('picture', flows),
        stats: stats => {
          const { current } = this.#links;
          const isMeasured = stats.latency?.method === 'measured';
          if (current) current.control.latencyMs = isMeasured ? stats.latency?.p50Ms : undefined;
          this.emit('stats', stats);
        },
      },
    );
    this.#follow();
  }

  /**
   * Lets the sound of the attached element be heard, or not. Browsers allow sound only after a
   * gesture: set it in the handler of a click.
   */
  set muted(muted: boolean) {
    if (this.#playback) this.#playback.muted = muted;
  }

  /** Where the sound of the attached element comes out: a `deviceId`; empty: the browser's choice. */
  set speaker(id: string) {
    if (this.#playback) this.#playback.speaker = id;
  }

  /** Replaces the connection at once by a new one, with a fresh offer. */
  reconnect(): void {
    if (this.#state === 'closed') return;
    this.#enter(this.#state === 'connecting' ? 'connecting' : 'reconnecting', undefined, () => {
      this.#drop();
      this.#connect();
    });
  }

  /** Ends the session for good. Idempotent. */
  close(): void {
    this.#moments.close();
    this.#enter('closed', undefined, () => {
      this.#drop();
      this.#channels.close();
      this.#playback?.close();
      this.camera.stop();
      this.microphone.stop();
    });
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    // A listener may have closed the session in the middle of a change.
    if (this.#state === 'closed') return;
    this.#links.connect();
  }

  #linkOptions(url: string, { token, rtcConfiguration = {} }: SessionOptions) {
    const { video, audio } = this;
    const channels = this.#channels;
    return { url, token, video, audio, channels, rtcConfiguration, latency: this.#latency };
  }

  #goOver(): void {
    this.#connectedAt = now();
    this.#follow();
    this.emit('media');
  }

  #succeed(): void {
    // Also after a short `disconnected` that the browser mended by itself.
    if (this.#state === 'connected') return;
    this.#enter('connected', undefined, () => {
      this.#connectedAt = now();
      this.#follow();
    });
  }

  #fail(end: LinkEnd): void {
    const good = this.#connectedAt !== undefined && now() - this.#connectedAt > GOOD_MS;
    if (good) this.#backoff.reset();
    const asked = end.cause === 'reconnect';
    if (!asked) this.emit('failed', end.error);
    if (this.#state === 'closed') return;
    // Two pages that take the place from each other would do so for ever.
    if (end.cause === 'replaced') {
      this.#enter('replaced', 'replaced', () => this.#drop());
      return;
    }
    this.#enter('reconnecting', asked ? undefined : end.cause, () => {
      this.#drop();
      // Also the server's own wish waits if it comes again and again.
      this.#connectIn(asked && good ? 0 : this.#backoff.next(patienceMs(end)));
    });
  }

  #connectIn(delayMs: number): void {
    this.#retry = setTimeout(() => this.#connect(), delayMs);
  }

  #drop(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#links.close();
    this.#connectedAt = undefined;
    this.#follow();
  }

  #follow(): void {
    const { shown } = this.#links;
    this.#playback?.follow(
      shown && {
        peerConnection: shown.connection.peerConnection,
        clock: shown.control.clock,
      },
    );
  }

  #receive(message: string | ArrayBuffer, label: string): void {
    if (this.#callback) safely(this.#callback, message, label);
    this.emit('message', decode(message), label);
  }

  /** Changes state and acts, then tells: listeners find everything done. */
  #enter(state: SessionState, problem: Problem | undefined, act: () => void): void {
    const changed = state !== this.#state || problem !== this.#problem;
    this.#state = state;
    this.#problem = problem;
    act();
    if (changed) this.emit('state', state, problem);
  }
}

/** Sends what a page asks for in the options: its own track, or the device. */
function sendFrom(wish: boolean | MediaStreamTrack, line: MediaLine, device: Device): void {
  if (typeof wish === 'object') line.putSubscription(wish);
  else if (wish) device.start();
}

/** The least wait after this end, in ms: what the server asks for, else by its cause. */
function patienceMs(end: LinkEnd): number {
  if (end.cause === 'reconnect') return 0;
  return end.retryAfterMs ?? PATIENCE_MS[end.cause] ?? 0;
}

function now(): number {
  return performance.now();
}
