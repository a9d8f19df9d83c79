import { Backoff } from './Backoff';
import { Emitter, safely } from './Emitter';
import { LatencyMeter, type PlaybackStats } from './LatencyMeter';
import { Link, type LinkEnd } from './Link';
import { MediaLine } from './MediaLine';
import type { Message, MessageCallback } from './MessageLine';
import { PageMoments } from './PageMoments';
import type { Problem } from './signaling';

/** How `connect()` connects. */
export interface SessionOptions {
  /** Receive video. Default true. */
  video?: boolean;
  /** Receive sound. Default false. */
  audio?: boolean;
  /** Access token of the endpoint. */
  token?: string | undefined;
  /** `lowest` shows each picture at once, `smooth` lets the browser even out the network. Default `lowest`. */
  latency?: 'lowest' | 'smooth';
  /** Messages arrive in the order they were sent. Default true. */
  ordered?: boolean;
  /** For RTCPeerConnection: STUN and TURN servers. Default: none. */
  rtcConfiguration?: RTCConfiguration;
}

/** `connecting` at first, `reconnecting` after any failure or loss, `closed` by `close()` only. */
export type SessionState = 'connecting' | 'connected' | 'reconnecting' | 'closed';

export type SessionEvents = {
  /** The state or the problem changed. */
  state: [state: SessionState, problem: Problem | undefined];
  /** A message came on the channel `default`, parsed if it is JSON text. */
  message: [message: unknown];
  /** Pictures began to come to the attached `<video>` (true) or stopped coming (false). */
  picture: [flows: boolean];
  /** Once a second while a `<video>` is attached and connected. */
  stats: [stats: PlaybackStats];
};

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
/** Messages put while there is no connection: a robot must not act on old ones. */
const WAITING_MESSAGES = 100;
const WAITING_MS = 5000;

/**
 * A lasting connection to an endpoint of the `rtc-connection` node: connects, and connects again
 * whenever it breaks, until `close()`.
 *
 * It has RTCBot's methods (`video`, `audio`, `subscribe`, `put_nowait`, `close`), `attach` for a
 * `<video>`, `send` (the plain name of `put_nowait`), and events by `on`.
 */
export class Session extends Emitter<SessionEvents> {
  /** Incoming and outgoing video. What is subscribed and put stays so across connections. */
  readonly video: MediaLine;
  /** Incoming and outgoing sound. */
  readonly audio: MediaLine;
  readonly #url: string;
  readonly #options: SessionOptions;
  readonly #backoff = new Backoff();
  readonly #moments: PageMoments;
  #state: SessionState = 'connecting';
  #problem: Problem | undefined;
  #link: Link | undefined;
  #connectedAt: number | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #callback: MessageCallback | undefined;
  #waiting: { message: Message; atMs: number }[] = [];
  #meter: LatencyMeter | undefined;
  #unsubscribe: (() => void) | undefined;

  /** @param url address of the endpoint, for example `/rtcbot` */
  constructor(url: string, options: SessionOptions = {}) {
    super();
    const { video = true, audio = false } = options;
    this.#url = url;
    this.#options = options;
    this.video = new MediaLine('video', () => this.reconnect());
    this.audio = new MediaLine('audio', () => this.reconnect());
    if (video) this.video.offerToReceive();
    if (audio) this.audio.offerToReceive();
    this.#moments = new PageMoments({
      retry: () => this.#retry !== undefined && this.#connect(),
      leave: () => this.#drop(),
      comeBack: () => this.reconnect(),
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
    return this.#link?.connection.peerConnection;
  }

  /** Sets the one callback for messages; it gets text unparsed, as RTCBot's pages expect. */
  subscribe(callback: MessageCallback): void {
    this.#callback = callback;
  }

  /**
   * Sends a message on the channel `default`: text and bytes as they are, all else as JSON text.
   * Without a connection the newest 100 wait for it, for 5 s. Bound, as RTCBot's.
   */
  readonly put_nowait = (message: Message): void => {
    if (this.#link && this.#state === 'connected') this.#link.connection.put_nowait(message);
    else this.#waiting = [...this.#waiting, { message, atMs: now() }].slice(-WAITING_MESSAGES);
  };

  /** The same as `put_nowait`. */
  readonly send = this.put_nowait;

  /**
   * Plays the incoming video in `element`, now and after each reconnect, and measures it (events
   * `picture` and `stats`). One element at a time.
   */
  attach(element: HTMLVideoElement): void {
    this.#detach();
    this.#meter = new LatencyMeter(element, {
      picture: flows => this.emit('picture', flows),
      stats: stats => this.emit('stats', stats),
    });
    this.#follow();
    this.#unsubscribe = this.video.subscribe(stream => {
      element.srcObject = stream;
    });
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
      this.#detach();
    });
  }

  #detach(): void {
    this.#meter?.close();
    this.#unsubscribe?.();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    // A listener may have closed the session in the middle of a change.
    if (this.#state === 'closed') return;
    const { token, ordered = true, rtcConfiguration = {}, latency = 'lowest' } = this.#options;
    const { video, audio } = this;
    this.#link = new Link(
      { url: this.#url, token, video, audio, ordered, rtcConfiguration, latency },
      {
        connected: () => this.#succeed(),
        message: message => this.#receive(message),
        ended: end => this.#fail(end),
      },
    );
  }

  #succeed(): void {
    // Also after a short `disconnected` that the browser mended by itself.
    if (this.#state === 'connected') return;
    this.#enter('connected', undefined, () => {
      this.#connectedAt = now();
      this.#follow();
      for (const { message, atMs } of this.#waiting.splice(0)) {
        if (now() - atMs < WAITING_MS) this.put_nowait(message);
      }
    });
  }

  #fail(end: LinkEnd): void {
    const good = this.#connectedAt !== undefined && now() - this.#connectedAt > GOOD_MS;
    if (good) this.#backoff.reset();
    const asked = end.cause === 'reconnect';
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
    this.#link?.close();
    this.#link = undefined;
    this.#connectedAt = undefined;
    this.#follow();
  }

  #follow(): void {
    const link = this.#link;
    this.#meter?.follow(
      link && {
        peerConnection: link.connection.peerConnection,
        clock: link.control.clock,
      },
    );
  }

  #receive(message: string | ArrayBuffer): void {
    if (this.#callback) safely(this.#callback, message);
    this.emit('message', parsed(message));
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

/** The least wait after this end, in ms: what the server asks for, else by its cause. */
function patienceMs(end: LinkEnd): number {
  if (end.cause === 'reconnect') return 0;
  return end.retryAfterMs ?? PATIENCE_MS[end.cause] ?? 0;
}

function now(): number {
  return performance.now();
}

function parsed(message: string | ArrayBuffer): unknown {
  if (typeof message !== 'string') return message;
  try {
    return JSON.parse(message);
  } catch {
    return message; // Plain text.
  }
}
