import { type Channels, CONTROL_LABEL } from '../channels/Channels';
import { firstPicture } from '../media/firstPicture';
import type { MediaLine } from '../media/MediaLine';
import { playAtOnce } from '../media/playAtOnce';
import { ControlChannel, type SentKinds } from './ControlChannel';
import { Inflow } from './Inflow';
import { isIdle } from './isIdle';
import { RTCConnection } from './RTCConnection';
import { currentRun, type Problem, postOffer, SignalingError } from './signaling';

/** Longest time from the start to the connection. */
const CONNECT_MS = 10_000;
/** Longest time that a connection may be `disconnected`, which a Wi-Fi roam also causes. */
const DISCONNECTED_MS = 2000;
/** Longest wait for the server's `hello`, without which large messages are refused. */
const HELLO_MS = 2000;
/** Longest wait for the first picture of a connection. */
const FIRST_PICTURE_MS = 3000;

/** What a link is made of. */
export interface LinkOptions {
  /** Address of the endpoint. */
  url: string;
  token: string | undefined;
  video: MediaLine;
  audio: MediaLine;
  channels: Channels;
  rtcConfiguration: RTCConfiguration;
  latency: 'lowest' | 'smooth';
  /** See `RTCConnectionOptions`. */
  standby: boolean;
}

/** `asked`: the server has the offer, and may have made a peer for it. */
export type LinkPhase = 'offering' | 'asked' | 'connected';

/** Why a link ended. `reconnect` is the server's wish, no fault. */
export type LinkEnd =
  | { cause: 'reconnect' }
  | { cause: Problem; error: Error; retryAfterMs?: number | undefined };

export interface LinkListener {
  connected(): void;
  /** The server began to send video or sound, or stopped. */
  mediaChanged(): void;
  /** Called once, unless `close()` came first. The link is closed by then. */
  ended(end: LinkEnd): void;
}

/** One connection to our server, from offer to end: found out to be dead within seconds. */
export class Link {
  readonly connection: RTCConnection;
  readonly control: ControlChannel;
  readonly #options: LinkOptions;
  readonly #listener: LinkListener;
  readonly #abort = new AbortController();
  #phase: LinkPhase = 'offering';
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #helloDeadline: ReturnType<typeof setTimeout> | undefined;
  /** The run of the server's media engine that answered. */
  #run: string | undefined;
  #isAsking = false;
  #closed = false;

  constructor(options: LinkOptions, listener: LinkListener) {
    const { rtcConfiguration, video, audio, channels, standby } = options;
    this.#options = options;
    this.#listener = listener;
    const lines = { video, audio, channels, standby };
    this.connection = new RTCConnection(true, rtcConfiguration, { gatherMs: 0, ...lines });
    this.connection.onStateChange(state => this.#follow(state));
    const { peerConnection } = this.connection;
    const inflow = new Inflow(peerConnection);
    const channel = peerConnection.createDataChannel(CONTROL_LABEL);
    this.control = new ControlChannel(channel, {
      lost: () => this.#lose('The server is gone'),
      silent: () => void this.#ask(),
      isHeard: () => inflow.hasGrown(),
      reconnect: () => this.#end({ cause: 'reconnect' }),
      sending: kinds => this.#hear(kinds),
      replaced: () =>
        this.#end({ cause: 'replaced', error: new Error('Another page took the place') }),
      hello: (splits, largest) => this.connection.settle(splits, largest),
      refused: reason => channels.fail(new Error(`The server says: ${reason}`)),
    });
    this.#limit(CONNECT_MS, 'No connection came about');
    this.#negotiate().catch(error => this.#refuse(error));
  }

  /** How far it has come; that it is `connected` stays so to its end. */
  get phase(): LinkPhase {
    return this.#phase;
  }

  /** Settles when its first picture can be shown, at the latest after 3 s; at once if none is sent. */
  async firstPicture(): Promise<void> {
    const { peerConnection, sections } = this.connection;
    if (sections.video.receives) await firstPicture(peerConnection, FIRST_PICTURE_MS);
  }

  /** Says good-bye and closes. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#helloDeadline);
    this.#abort.abort();
    this.control.close();
    this.connection.close();
  }

  async #negotiate(): Promise<void> {
    const { url, token, latency } = this.#options;
    const offer = await this.connection.getLocalDescription();
    const { receiver } = this.connection.sections.video;
    if (receiver && latency === 'lowest') playAtOnce(receiver);
    this.#phase = 'asked';
    const { signal } = this.#abort;
    const { answer, run } = await postOffer(url, offer, { token, signal });
    this.#run = run;
    if (this.#closed) return;
    const { video, audio } = this.connection.sections;
    video.isSent = !isIdle(answer.sdp, 'video');
    audio.isSent = !isIdle(answer.sdp, 'audio');
    await this.connection.setRemoteDescription(answer);
  }

  #follow(state: RTCPeerConnectionState): void {
    if (state === 'connected') {
      clearTimeout(this.#deadline);
      this.#phase = 'connected';
      this.#helloDeadline ??= setTimeout(() => this.connection.settle(false), HELLO_MS);
      if (!this.#closed) this.#listener.connected();
    } else if (state === 'disconnected') {
      this.#limit(DISCONNECTED_MS, 'The network path was lost');
    } else if (state === 'closed') {
      this.#lose('The connection was closed');
    }
  }

  /** The server is silent: where its engine was started anew, it does not know us any more. */
  async #ask(): Promise<void> {
    if (this.#run === undefined || this.#isAsking) return;
    this.#isAsking = true;
    const run = await currentRun(this.#options.url, this.#abort.signal);
    this.#isAsking = false;
    if (run !== undefined && run !== this.#run) this.#end({ cause: 'reconnect' });
  }

  #hear(kinds: SentKinds): void {
    const { video, audio } = this.connection.sections;
    if (kinds.video === video.isSent && kinds.audio === audio.isSent) return;
    video.isSent = kinds.video;
    audio.isSent = kinds.audio;
    this.#listener.mediaChanged();
  }

  #limit(ms: number, message: string): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#lose(message), ms);
  }

  #lose(message: string): void {
    this.#end({ cause: 'lost', error: new Error(message) });
  }

  #refuse(error: Error): void {
    if (error instanceof SignalingError) {
      this.#end({ cause: error.problem, error, retryAfterMs: error.retryAfterMs });
    } else {
      this.#end({ cause: 'refused', error });
    }
  }

  #end(end: LinkEnd): void {
    if (this.#closed) return;
    this.close();
    this.#listener.ended(end);
  }
}
